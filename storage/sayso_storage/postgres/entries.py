"""Entries in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Iterable

from sayso_protocol.content.body import Reference
from sayso_protocol.ranges import Range

from ..index.digest import digest
from ..interface.entries import StoredEntries
from ..interface.records import ImportedPosts, Place, StoredEntry, TimelineQuery
from .queries import arrivals, lookup
from .queries.timeline import places, timeline
from .server.database import Database
from .tables import log_rows
from .tables.entry_rows import by_ids


class PostgresEntries(StoredEntries):
    """See `StoredEntries`."""

    _database: Database
    _epoch: bytes

    def timeline(self, query: TimelineQuery) -> list[StoredEntry]:
        with self._database.reading() as db:
            return timeline(db, query)

    def places(self, query: TimelineQuery) -> list[Place]:
        with self._database.reading() as db:
            return places(db, query)

    def imports(self, query: TimelineQuery) -> list[ImportedPosts]:
        from .queries.imports import imports

        with self._database.reading() as db:
            return imports(db, query)

    def every_import(self, limit: int) -> list[ImportedPosts]:
        from .queries.imports import every_import

        with self._database.reading() as db:
            return every_import(db, limit)

    def extend_line(self) -> bool:
        return False  # timelines are read from an index that is always whole

    def entry(self, entry_id: bytes) -> StoredEntry | None:
        with self._database.reading() as db:
            return lookup.by_id(db, entry_id)

    def entries(self, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
        with self._database.reading() as db:
            return by_ids(db, ids)

    def authors(self, ids: Iterable[bytes]) -> dict[bytes, bytes]:
        with self._database.reading() as db:
            return lookup.authors(db, ids)

    def bodies(self, ids: Iterable[bytes]) -> dict[bytes, bytes]:
        with self._database.reading() as db:
            return lookup.bodies(db, ids)

    def source_of(self, arrival: int) -> str | None:
        with self._database.reading() as db:
            return log_rows.source_at(db, arrival)

    def find_entries(self, prefix: str, limit: int = 10) -> list[StoredEntry]:
        with self._database.reading() as db:
            return lookup.by_prefix(db, prefix, limit)

    def latest(self, account: bytes, kind: str) -> StoredEntry | None:
        with self._database.reading() as db:
            return lookup.latest(db, account, kind)

    def latest_of_each(self, accounts: Iterable[bytes], kind: str) -> dict[bytes, StoredEntry]:
        with self._database.reading() as db:
            return lookup.latest_of_each(db, accounts, kind)

    def of_kind(self, account: bytes, kind: str, limit: int = 1000) -> list[StoredEntry]:
        with self._database.reading() as db:
            return lookup.of_kind(db, account, kind, limit)

    def import_origins(self) -> dict[str, Reference]:
        with self._database.reading() as db:
            return lookup.origins(db)

    def arrived_after(self, arrival: int, limit: int = 1000) -> list[StoredEntry]:
        with self._database.reading() as db:
            return arrivals.arrived_after(db, arrival, limit)

    def attaching_after(self, arrival: int, last: int) -> list[StoredEntry]:
        with self._database.reading() as db:
            return arrivals.attaching_after(db, arrival, last)

    def shown_after(
        self, arrival: int, limit: int = 1000, since_ms: int | None = None
    ) -> list[StoredEntry]:
        with self._database.reading() as db:
            return arrivals.shown_after(db, arrival, limit, since_ms)

    def digest_after(self, arrival: int) -> bytes:
        with self._database.reading() as db:
            return digest(self._epoch, arrivals.held_after(db, arrival))

    @property
    def damage_found(self) -> int:
        return len(self._database.damaged)

    def mark_damaged(self, *, again: bool = False) -> list[bytes]:
        found = self._database.take_damaged()
        if not (found or again):
            return []
        from .ingest import damage_marks

        with self._database.writing(background=True) as db:
            return damage_marks.mark(db, found, again=again)

    def damaged(self) -> dict[bytes, list[Range]]:
        from .ingest import damage_marks

        with self._database.reading() as db:
            return damage_marks.damaged(db)

    def latest_arrival_ms(self) -> int | None:
        with self._database.reading() as db:
            return log_rows.latest_arrival_ms(db)

    def last_arrival(self) -> int:
        with self._database.reading() as db:
            return log_rows.last_arrival(db)
