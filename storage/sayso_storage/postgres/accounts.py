"""Accounts in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sayso_protocol.accounts.statement import Grant

from ..interface.accounts import Accounts
from ..interface.records import Calling, Subscription
from .server.database import Database
from .tables import feed_rows
from .tables.accounts import account_rows, look_rows, successors
from .tables.content import named_rows
from .tables.timeline import import_origins


class PostgresAccounts(Accounts):
    """See `Accounts`."""

    _database: Database

    def add_own(self, grant: Grant, now_ms: int) -> None:
        with self._database.writing() as db:
            account_rows.set_own(db, grant.account, now_ms)
            feed_rows.admit(db, grant)
            feed_rows.set_own(db, grant.feed)
            import_origins.index(db)
            named_rows.rebuild(db)

    def follow(self, account: bytes, petname: str | None, now_ms: int) -> bool:
        with self._database.writing() as db:
            return account_rows.follow(db, account, petname, now_ms)

    def follow_all(self, accounts: Iterable[bytes], now_ms: int) -> list[bool]:
        with self._database.writing() as db:
            return [account_rows.follow(db, account, None, now_ms) for account in accounts]

    def unfollow(self, account: bytes) -> bool:
        with self._database.writing() as db:
            return account_rows.unfollow(db, account)

    def subscriptions(self) -> list[Subscription]:
        with self._database.reading() as db:
            return account_rows.subscriptions(db)

    def callings(self, accounts: Iterable[bytes]) -> dict[bytes, Calling]:
        with self._database.reading() as db:
            return account_rows.callings(db, accounts)

    def named_alike(self, names: Iterable[str], limit: int) -> dict[str, list[bytes]]:
        with self._database.reading() as db:
            return look_rows.named_alike(db, names, limit)

    def set_labellers(self, wanted: Sequence[bytes], now_ms: int) -> bool:
        if set(wanted) == set(self.labellers()):
            return False
        with self._database.writing() as db:
            account_rows.set_labellers(db, wanted, now_ms)
        return True

    def labellers(self) -> list[bytes]:
        with self._database.reading() as db:
            return account_rows.labellers(db)

    def shown_accounts(self) -> list[bytes]:
        with self._database.reading() as db:
            return account_rows.shown(db)

    def carried_accounts(self) -> list[bytes]:
        with self._database.reading() as db:
            return account_rows.carried(db)

    def successor(self, account: bytes) -> bytes | None:
        with self._database.reading() as db:
            return successors.successors(db).get(account)

    def successors(self) -> dict[bytes, bytes]:
        with self._database.reading() as db:
            return dict(successors.successors(db))

    def find_accounts(self, prefix: str, limit: int = 10) -> list[bytes]:
        with self._database.reading() as db:
            return account_rows.find(db, prefix, limit)
