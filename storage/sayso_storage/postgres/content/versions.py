"""Versions in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Iterable

from ...interface.content.versions import Versions
from ...interface.records import StoredEntry
from ..server.database import Database


class PostgresVersions(Versions):
    """See `Versions`."""

    _database: Database

    def shown_edits(self, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
        from ..queries.versions import shown_edits

        with self._database.reading() as db:
            return shown_edits(db, ids)

    def edits(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        from ..queries.versions import edits

        with self._database.reading() as db:
            return edits(db, entry_id, limit)

    def by_ids(self, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
        from ..queries.versions import by_ids

        with self._database.reading() as db:
            return by_ids(db, ids)
