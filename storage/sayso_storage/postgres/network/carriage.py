"""Carriage in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Collection

from ...interface.network.carriage import COUNTED_AT_ONCE, REMOVED_AT_ONCE, Carriage, CarriedAccount
from ..server.database import Database


class PostgresCarriage(Carriage):
    """See `Carriage`."""

    _database: Database

    def carry(self, account: bytes, word: str, asker: str, network: str, now_ms: int) -> bool:
        from ..tables.network import carried_rows

        with self._database.writing() as db:
            return carried_rows.carry(db, account, word, asker, network, now_ms)

    def carried_for_others(self) -> list[CarriedAccount]:
        from ..tables.network import carried_rows

        with self._database.reading() as db:
            return carried_rows.carried(db)

    def let_grow(self, accounts: Collection[bytes], *, grows: bool) -> None:
        from ..tables.network import carried_rows

        with self._database.writing() as db:
            carried_rows.let_grow(db, accounts, grows)

    def note_read(self, accounts: Collection[bytes], now_ms: int) -> None:
        from ..tables.network import carried_rows

        with self._database.writing(background=True, notice=None) as db:
            carried_rows.note_read(db, accounts, now_ms)

    def end_carriage(self, account: bytes) -> bool:
        from ..tables.network import carried_rows

        with self._database.writing() as db:
            return carried_rows.end(db, account)

    def remove_uncarried(self, limit: int = REMOVED_AT_ONCE) -> list[bytes]:
        from ..ingest import carriage_removal

        if not self._has_ended():
            return []
        with self._database.writing(background=True) as db:
            return carriage_removal.remove_some(db, limit)

    def count_carried(self, limit: int = COUNTED_AT_ONCE) -> bool:
        from ..tables.network import carried_rows

        with self._database.reading() as db:
            if not carried_rows.waits(db):
                return False
        with self._database.writing(background=True, notice=None) as db:
            return carried_rows.count(db, limit)

    def _has_ended(self) -> bool:
        from ..tables.network import carried_rows

        with self._database.reading() as db:
            return bool(carried_rows.ended(db))
