"""Facts about how much authors post: they count entries in a stretch of time."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery

if TYPE_CHECKING:
    from .record import StoredFacts

MAX_COUNTED: Final = 1000
"""Highest `rate` and `posts_week` that are told apart: no rule needs more."""

_HOUR_MS: Final = 3_600_000
_WEEK_MS: Final = 7 * 24 * _HOUR_MS


def posts_of_week(store: Store, account: bytes, now_ms: int) -> int:
    """See `Facts.posts_week`."""
    since = max(now_ms - _WEEK_MS, 0)
    return len(store.places(TimelineQuery(MAX_COUNTED, account, since_ms=since)))


class Rates:
    """`Facts.rate` of the entries of one page, those of one author looked up together."""

    def __init__(self, store: Store, page: Sequence[StoredEntry]) -> None:
        self._store = store
        self._page = page
        self._known: dict[bytes, int] = {}

    def of(self, facts: StoredFacts) -> int:
        """The rate at an entry of the page."""
        if facts.entry.id not in self._known:
            left: Sequence[StoredEntry] = self._by_author[facts.entry.account]
            while left:
                left = self._count(left)
        return self._known[facts.entry.id]

    @cached_property
    def _by_author(self) -> dict[bytes, list[StoredEntry]]:
        """The entries of each, newest first."""
        found = defaultdict[bytes, list[StoredEntry]](list)
        for entry in sorted(self._page, key=lambda entry: entry.place, reverse=True):
            found[entry.account].append(entry)
        return found

    def _count(self, entries: Sequence[StoredEntry]) -> Sequence[StoredEntry]:
        """Count for the first of an author's entries, newest first, and those whose hours reach
        into each other. Gives those that are left."""
        together = list(_together(entries))
        query = TimelineQuery(
            2 * MAX_COUNTED,
            entries[0].account,
            since_ms=_since(together[-1]),
            before=entries[0].place,
        )
        places = self._store.places(query)[::-1]
        is_all = len(places) < query.limit
        for done, entry in enumerate(together):
            first = bisect_left(places, (_since(entry), 0, 0))
            count = bisect_left(places, entry.place) - first
            if not (is_all or first or count >= MAX_COUNTED):
                return entries[done:]  # its hour begins before what was read
            self._known[entry.id] = min(count, MAX_COUNTED)
        return entries[len(together) :]


def _together(entries: Sequence[StoredEntry]) -> Iterator[StoredEntry]:
    since = entries[0].sort_ms
    for entry in entries:
        if entry.sort_ms < since:
            return
        yield entry
        since = _since(entry)


def _since(entry: StoredEntry) -> int:
    return max(entry.sort_ms - _HOUR_MS, 0)
