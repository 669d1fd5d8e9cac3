"""The timeline as the store has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sayso_storage.interface.store import Store, TimelineQuery

from ..accounts.names import Names
from ..entries.item import Item
from ..entries.loader import PAGE, load_items


def timeline(store: Store, query: TimelineQuery) -> Iterator[Item]:
    """Posts and reposts, newest first, as items."""
    names = Names(store)
    left = query.limit
    while left > 0:
        page = store.timeline(replace(query, limit=min(left, PAGE)))
        yield from load_items(store, names, page)
        if len(page) < PAGE:
            return
        left -= len(page)
        query = replace(query, before=page[-1].place)
