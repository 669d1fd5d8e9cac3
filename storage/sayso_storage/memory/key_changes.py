"""Key changes in the store in memory."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading

from ..interface.key_changes import KeyChange, KeyChanges
from .ingest import MemoryIngest


class MemoryKeyChanges(KeyChanges):
    """See `KeyChanges`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def key_changes(self, limit: int = 50, since_ms: int | None = None) -> list[KeyChange]:
        with self._lock:
            shown = self._held.shown()
            found = [
                one
                for one in reversed(self._held.key_changes.values())
                if one.account in shown and one.time_ms >= (since_ms or 0)
            ]
            newest = sorted(found, key=lambda one: one.time_ms, reverse=True)
            return newest[: max(limit, 0)]
