"""Entries in the store in memory: every query is its definition."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Iterable

from sayso_protocol.content.body import Reference
from sayso_protocol.ranges import Range

from ..index.attachments import may_attach
from ..index.digest import digest
from ..interface.entries import StoredEntries
from ..interface.records import ImportedPosts, Place, StoredEntry, TimelineQuery
from .ingest import MemoryIngest


class MemoryEntries(StoredEntries):
    """See `StoredEntries`."""

    _lock: threading.RLock
    _held: MemoryIngest
    _epoch: bytes

    def timeline(self, query: TimelineQuery) -> list[StoredEntry]:
        with self._lock:
            return self._held.timeline(query)

    def places(self, query: TimelineQuery) -> list[Place]:
        return [entry.place for entry in self.timeline(query)]

    def imports(self, query: TimelineQuery) -> list[ImportedPosts]:
        with self._lock:
            return self._held.imports(query)

    def every_import(self, limit: int) -> list[ImportedPosts]:
        with self._lock:
            return self._held.every_import(limit)

    def extend_line(self) -> bool:
        return False

    def entry(self, entry_id: bytes) -> StoredEntry | None:
        with self._lock:
            return self._held.entries.by_id(entry_id)

    def entries(self, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
        with self._lock:
            return {one: entry for one in ids if (entry := self.entry(one)) is not None}

    def authors(self, ids: Iterable[bytes]) -> dict[bytes, bytes]:
        with self._lock:
            found = [entry for one in ids if (entry := self.entry(one)) is not None]
            return {entry.id: entry.account for entry in found}

    def bodies(self, ids: Iterable[bytes]) -> dict[bytes, bytes]:
        with self._lock:
            found = [entry for one in ids if (entry := self.entry(one)) is not None]
            return {entry.id: entry.body for entry in found if entry.body is not None}

    def source_of(self, arrival: int) -> str | None:
        with self._lock:
            return self._held.sources.get(arrival)

    def find_entries(self, prefix: str, limit: int = 10) -> list[StoredEntry]:
        with self._lock:
            return self._held.entries.by_prefix(prefix, limit)

    def latest(self, account: bytes, kind: str) -> StoredEntry | None:
        with self._lock:
            return self._held.entries.latest(account, kind)

    def latest_of_each(self, accounts: Iterable[bytes], kind: str) -> dict[bytes, StoredEntry]:
        with self._lock:
            found = {one: self.latest(one, kind) for one in accounts}
            return {one: entry for one, entry in found.items() if entry is not None}

    def of_kind(self, account: bytes, kind: str, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._held.entries.of_kind(account, kind)[: max(limit, 0)]

    def import_origins(self) -> dict[str, Reference]:
        with self._lock:
            return self._held.entries.origins(self._held.own_accounts())

    def arrived_after(self, arrival: int, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._held.entries.arrived_after(arrival, limit)

    def attaching_after(self, arrival: int, last: int) -> list[StoredEntry]:
        with self._lock:
            return [
                one
                for one in self._held.entries.arrived_after(arrival)
                if one.arrival <= last and may_attach(one.body)
            ]

    def shown_after(
        self, arrival: int, limit: int = 1000, since_ms: int | None = None
    ) -> list[StoredEntry]:
        with self._lock:
            query = TimelineQuery(limit=len(self._held.entries), since_ms=since_ms)
            found = [entry for entry in self.timeline(query) if entry.arrival > arrival]
            return sorted(found, key=lambda entry: entry.arrival)[: max(limit, 0)]

    def digest_after(self, arrival: int) -> bytes:
        with self._lock:
            entries = self._held.entries.arrived_after(arrival)
            told = ((one.arrival, one.id, one.body is not None) for one in entries)
            return digest(self._epoch, told)

    @property
    def damage_found(self) -> int:
        return 0

    def mark_damaged(self, *, again: bool = False) -> list[bytes]:
        return []

    def damaged(self) -> dict[bytes, list[Range]]:
        return {}

    def latest_arrival_ms(self) -> int | None:
        with self._lock:
            return self._held.latest_ms

    def last_arrival(self) -> int:
        with self._lock:
            return self._held.entries.last_arrival()
