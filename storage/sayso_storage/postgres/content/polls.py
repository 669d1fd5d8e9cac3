"""Polls in the PostgreSQL store, each method one transaction. What is counted can be lost with the
power: it is counted anew."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Iterable

from ...interface.content.polls import Ballot, Polls, Tally
from ..server.database import Database


class PostgresPolls(Polls):
    """See `Polls`."""

    _database: Database

    def count_votes(self, poll_id: bytes | None = None) -> int:
        from ..tables.content import ballot_rows

        with self._database.reading() as db:
            if not ballot_rows.is_waiting(db):
                return 0
        with self._database.writing(background=True, notice=None) as db:
            return ballot_rows.count_some(db, poll_id)

    def tally(self, poll_id: bytes) -> Tally | None:
        from ..tables.content import ballot_rows

        with self._database.reading() as db:
            return ballot_rows.tally(db, poll_id)

    def ballots(self, poll_id: bytes, accounts: Iterable[bytes]) -> dict[bytes, Ballot]:
        from ..tables.content import ballot_rows

        with self._database.reading() as db:
            return ballot_rows.ballots(db, poll_id, accounts)

    def held_accounts(self, accounts: Iterable[bytes]) -> set[bytes]:
        from ..tables.content import ballot_rows

        with self._database.reading() as db:
            return ballot_rows.held_accounts(db, accounts)
