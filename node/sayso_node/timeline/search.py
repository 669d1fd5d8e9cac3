"""Posts found by what a person looks for: by their words, or by filters alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from sayso_protocol.content.body import Poll, Post
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery
from sayso_storage.search.query import SearchQuery

from ..entries.body import body_of
from ..entries.version import shown_body

PAGE = 1000
"""Posts read at a time where not the store, but this module decides which are found."""

Progress = Callable[[int], None]


def search(
    store: Store, wanted: SearchQuery, query: TimelineQuery, lang: str | None, progress: Progress
) -> list[StoredEntry]:
    """The newest posts that have the words and stand in the language, `lang` or a case of it; with
    no words at all, those that the query and the language leave. `progress` is told of entries
    that are indexed first."""
    if wanted.all_of and lang is None:
        return store.search(wanted, query, progress)
    found = (
        one for one in _pages(store, wanted, query, progress) if _fits(store, one, wanted, lang)
    )
    return list(islice(found, max(query.limit, 0)))


def _pages(
    store: Store, wanted: SearchQuery, query: TimelineQuery, progress: Progress
) -> Iterator[StoredEntry]:
    query = replace(query, limit=PAGE)
    while True:
        by_words = bool(wanted.all_of)
        page = store.search(wanted, query, progress) if by_words else store.timeline(query)
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
