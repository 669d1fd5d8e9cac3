"""Posts found by what a person looks for: by their words, or by filters alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from math import inf
from time import monotonic
from typing import Final, NamedTuple

from sayso_protocol.content.body import Poll, Post
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery
from sayso_storage.search.query import SearchQuery

from ..entries.body import body_of
from ..entries.version import shown_body

PAGE = 1000
"""Posts read at a time where not the store, but this module decides which are found."""

COMPLETE: Final = 2000
"""Entries that may be missing in the index of words without a search missing any."""

INDEXING_SECONDS: Final = 0.15
"""The time for which a search itself indexes where no node runs that does, and nearly all is
indexed then."""

WITHIN_REACH: Final = 10_000
"""Entries that may be missing for that: as many as are indexed in the time."""

LITTLE_SECONDS: Final = 0.03
"""The same where more is missing, as after a first sync: the answer is incomplete in any case, says
so, and does not wait for another few thousand of a million."""


class IndexedShare(NamedTuple):
    """How much of a store the index of words has seen: so many of its `entries`."""

    indexed: int
    entries: int


def search(
    store: Store, wanted: SearchQuery, query: TimelineQuery, lang: str | None
) -> list[StoredEntry]:
    """The newest posts that have the words and stand in the language, `lang` or a case of it; with
    no words at all, those that the query and the language leave."""
    if wanted.all_of and lang is None:
        return store.search(wanted, query)
    found = (one for one in _pages(store, wanted, query) if _fits(store, one, wanted, lang))
    return list(islice(found, max(query.limit, 0)))


def missing_share(store: Store) -> IndexedShare | None:
    """How much is indexed, where that is so little that a search may miss posts."""
    waiting = store.unindexed()
    if waiting <= COMPLETE or store.unwritable is not None:
        return None
    entries = store.last_arrival()
    return IndexedShare(entries - waiting, entries)


def index_a_little(store: Store) -> None:
    """Index before a search, where no node does; see `INDEXING_SECONDS`. Raises `StoreError`."""
    is_near = store.unindexed() <= WITHIN_REACH
    index_entries(store, INDEXING_SECONDS if is_near else LITTLE_SECONDS)


def index_entries(
    store: Store, seconds: float = inf, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Index what is not yet, the newest entries first, for about so many seconds; `progress` is
    told of the entries of each batch. Raises `StoreError`."""
    if store.unwritable is not None:
        return
    deadline = monotonic() + seconds
    while monotonic() < deadline and (count := store.index_words()):
        progress(count)


def _pages(store: Store, wanted: SearchQuery, query: TimelineQuery) -> Iterator[StoredEntry]:
    query = replace(query, limit=PAGE)
    while True:
        by_words = bool(wanted.all_of)
        page = store.search(wanted, query) if by_words else store.timeline(query)
        yield from page
        if len(page) < PAGE:
            return
        query = replace(query, before=page[-1].place)


def _fits(store: Store, entry: StoredEntry, wanted: SearchQuery, lang: str | None) -> bool:
    body = shown_body(body_of(entry), store.shown_edits([entry.id]).get(entry.id))
    if not isinstance(body, Post | Poll) or not _is_in(body.lang, lang):
        return False
    return bool(wanted.all_of) or not wanted.none_of or wanted.match(body.text)


def _is_in(said: str | None, lang: str | None) -> bool:
    """Whether a language is another, or a case of it: basic filtering of RFC 4647, 3.3.1."""
    if lang is None:
        return True
    return f"{said or ''}-".lower().startswith(f"{lang.lower()}-")
