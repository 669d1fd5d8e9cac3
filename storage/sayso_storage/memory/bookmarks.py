"""Bookmarks in the store in memory."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading

from sayso_protocol.content.body import Reference

from ..interface.bookmarks import MAX_BOOKMARKS, Bookmark, Bookmarks, too_many
from ..interface.errors import StoreError
from .ingest import MemoryIngest


class MemoryBookmarks(Bookmarks):
    """See `Bookmarks`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def bookmarks(self) -> list[Bookmark]:
        with self._lock:
            return list(self._held.bookmarks.values())[::-1]

    def add_bookmark(self, of: Reference, now_ms: int) -> bool:
        with self._lock:
            if of.id in self._held.bookmarks:
                return False
            if len(self._held.bookmarks) >= MAX_BOOKMARKS:
                raise StoreError(too_many())
            self._held.bookmarks[of.id] = Bookmark(of, now_ms)
            return True

    def remove_bookmark(self, entry_id: bytes) -> bool:
        with self._lock:
            return self._held.bookmarks.pop(entry_id, None) is not None
