"""Versions in memory, written as their definitions."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Iterable

from ...interface.content.versions import Versions
from ...interface.records import StoredEntry
from ..ingest import MemoryIngest


class MemoryVersions(Versions):
    """See `Versions`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def shown_edits(self, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
        with self._lock:
            wanted = set(ids)
            return {one: every[-1] for one, every in self._held.edits().items() if one in wanted}

    def edits(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._held.edits().get(entry_id, [])[-limit:] if limit > 0 else []

    def by_ids(self, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
        with self._lock:
            found = (self._held.entries.by_id(one) for one in ids)
            return {entry.id: entry for entry in found if entry is not None}
