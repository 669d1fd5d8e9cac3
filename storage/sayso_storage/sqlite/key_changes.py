"""Key changes in the SQLite store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from ..interface.key_changes import KeyChange, KeyChanges
from .file.database import Database


class SqliteKeyChanges(KeyChanges):
    """See `KeyChanges`."""

    _database: Database

    def key_changes(self, limit: int = 50, since_ms: int | None = None) -> list[KeyChange]:
        from .tables import key_change_rows

        with self._database.reading() as db:
            return key_change_rows.newest(db, limit, since_ms)
