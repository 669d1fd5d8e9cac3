"""Invites in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from typing import TYPE_CHECKING

from ...interface.network.invites import Invites
from ..server.database import Database

if TYPE_CHECKING:
    from ...interface.network.invite_records import AcceptedInvite, Guest, InviteOutcome, OwnInvite


class PostgresInvites(Invites):
    """See `Invites`."""

    _database: Database

    def add_invite(self, invite: OwnInvite) -> None:
        from ..tables.network import invite_rows

        with self._database.writing() as db:
            invite_rows.add(db, invite)

    def invites(self) -> list[OwnInvite]:
        from ..tables.network import invite_rows

        with self._database.reading() as db:
            return invite_rows.everything(db)

    def revoke_invite(self, token: bytes, now_ms: int) -> bool:
        from ..tables.network import invite_rows

        with self._database.writing() as db:
            return invite_rows.revoke(db, token, now_ms)

    def admit_guest(
        self, token: bytes, account: bytes, petname: str | None, now_ms: int
    ) -> tuple[InviteOutcome, OwnInvite | None, bool]:
        from ..tables.network import invite_rows

        with self._database.writing() as db:
            return invite_rows.admit_guest(db, token, account, petname, now_ms)

    def guests(self, limit: int = 50, since_ms: int | None = None) -> list[Guest]:
        from ..tables.network import invite_rows

        with self._database.reading() as db:
            return invite_rows.guests(db, limit, since_ms)

    def accept_invite(self, accepted: AcceptedInvite) -> None:
        from ...validation.invite_rules import check_accepted
        from ..tables.accounts import account_rows
        from ..tables.network import invite_rows
        from ..tables.statement_tables import PostgresStatementTables

        with self._database.writing() as db:
            granted = PostgresStatementTables(db).promise(accepted.account)
            invited = invite_rows.promise(db, accepted.account)
            check_accepted(accepted.promise, granted, invited)
            account_rows.ensure(db, accepted.account, accepted.since_ms)
            invite_rows.accept(db, accepted)

    def accepted_invites(self) -> list[AcceptedInvite]:
        from ..tables.network import invite_rows

        with self._database.reading() as db:
            return invite_rows.accepted(db)

    def note_introduced(self, account: bytes, introduction: bytes) -> None:
        from ..tables.network import invite_rows

        with self._database.writing() as db:
            invite_rows.note_introduced(db, account, introduction)
