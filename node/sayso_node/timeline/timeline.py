"""Timelines and search, as the store has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.search.query import SearchQuery

from ..accounts.names import Names
from ..entries.item import PAGE, Item, describe


def timeline(store: Store, query: TimelineQuery) -> Iterator[Item]:
    """Posts and reposts, newest first, as items."""
    names = Names(store)
    left = query.limit
    while left > 0:
        page = store.timeline(replace(query, limit=min(left, PAGE)))
        yield from describe(store, names, page)
        if len(page) < PAGE:
            return
        left -= len(page)
        query = replace(query, before=page[-1].place)


def search(
    store: Store, terms: SearchQuery, query: TimelineQuery, progress: Callable[[int], None]
) -> list[Item]:
    """Posts that have what is looked for, newest first, as items; see `Store.search`."""
    return describe(store, Names(store), store.search(terms, query, progress))
