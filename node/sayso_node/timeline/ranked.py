"""The timeline as a view ranks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sayso_protocol.views.ranking import View
from sayso_storage.interface.store import Store, TimelineQuery

from ..accounts.names import Names
from ..entries.item import Item, describe
from ..filters.judge import Judge
from ..views.ranking import Ranked, ranked
from .filtered import marks


def ranked_timeline(
    store: Store, query: TimelineQuery, choice: Judge, view: View, *, unfiltered: bool = False
) -> list[Item]:
    """The best posts of a query as items, with their `score`. Raises as `ranked`."""
    return _items(store, ranked(store, query, choice, view, unfiltered=unfiltered)[: query.limit])


def preview(store: Store, query: TimelineQuery, choice: Judge, view: View) -> Iterator[Item]:
    """The first posts of a query under a view and newest first, in the order of the view: as
    items with their `score`, and their places from 1 as `rank` and `newest`. Raises as
    `ranked`."""
    best = ranked(store, query, choice, view)
    newest = sorted(best, key=lambda one: one.entry.place, reverse=True)
    places = {one.entry.id: place for place, one in enumerate(newest, 1)}
    rows = [
        (rank, places[one.entry.id], one)
        for rank, one in enumerate(best, 1)
        if min(rank, places[one.entry.id]) <= query.limit
    ]
    items = _items(store, [one for _, _, one in rows])
    for (rank, place, _), item in zip(rows, items, strict=True):
        yield {"rank": rank, "newest": place} | item


def _items(store: Store, page: Sequence[Ranked]) -> list[Item]:
    items = describe(store, Names(store), [one.entry for one in page])
    return [
        item | marks(one.verdict) | {"score": one.score}
        for item, one in zip(items, page, strict=True)
    ]
