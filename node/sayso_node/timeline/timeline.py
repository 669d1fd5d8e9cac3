"""The timeline as the store has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import merge
from itertools import islice

from sayso_storage.interface.records import ImportedPosts, Place
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery

from ..accounts.names import Names
from ..entries.imported import import_item
from ..entries.item import Item
from ..entries.loader import PAGE, load_items


def timeline(store: Store, query: TimelineQuery) -> Iterator[Item]:
    """Posts and reposts, and each import as one line, newest first, as items."""
    return islice(_timeline(store, query), max(query.limit, 0))


def _timeline(store: Store, query: TimelineQuery) -> Iterator[Item]:
    names = Names(store)
    left = query.limit
    while left > 0:
        query = replace(query, limit=min(left, PAGE))
        page = store.timeline(query)
        items = load_items(store, names, page)
        lines = [(one.place, import_item(names, one)) for one in between(store, query, page)]
        yield from with_imports(items, lines)
        if len(page) < PAGE:
            return
        left -= len(page)
        query = replace(query, before=page[-1].place)


def between(store: Store, query: TimelineQuery, page: Sequence[StoredEntry]) -> list[ImportedPosts]:
    """The imports that stand among the posts of a page of a query, or after them where the page is
    the last."""
    lines = store.imports(query)
    if len(page) < query.limit:
        return lines
    return [line for line in lines if page and line.place > page[-1].place]


def with_imports(items: Sequence[Item], lines: Sequence[tuple[Place, Item]]) -> Iterator[Item]:
    """The items of a page, and the lines of imports by their places."""
    if not lines:
        return iter(items)
    posts = ((item.entry.place, item) for item in items if item.entry is not None)
    merged = merge(posts, lines, key=lambda one: one[0], reverse=True)
    return (item for _, item in merged)
