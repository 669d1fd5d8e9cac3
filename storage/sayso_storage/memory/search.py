"""Search in the store in memory: every post of a timeline is read."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from dataclasses import replace

from ..index.shown_version import shown_texts
from ..interface.records import StoredEntry, TimelineQuery
from ..interface.search import Search
from ..search.query import SearchQuery
from .ingest import MemoryIngest


class MemorySearch(Search):
    """See `Search`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def search(self, wanted: SearchQuery, query: TimelineQuery) -> list[StoredEntry]:
        with self._lock:
            everything = self._held.timeline(replace(query, limit=len(self._held.entries)))
            edits = self._held.edits()
            shown = {one: every[-1].body for one, every in edits.items()}
            found = [
                one for one in everything if wanted.match(*shown_texts(one.body, shown.get(one.id)))
            ]
            return found[: max(query.limit, 0)]

    def index_words(self) -> int:
        return 0

    def unindexed(self) -> int:
        return 0

    def forget_words(self) -> None:
        """There is no index."""
