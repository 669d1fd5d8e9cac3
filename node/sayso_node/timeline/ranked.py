"""The timeline as a view ranks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sayso_protocol.views.ranking import View
from sayso_storage.interface.store import Store, TimelineQuery

from ..accounts.names import Names
from ..entries.item import Item
from ..entries.loader import load_items
from ..filters.judge import Judge
from ..views.ranking import Ranked, ranked
from .filtered import result_of


@dataclass(frozen=True, slots=True)
class PreviewedPost:
    """A post and its places from 1: under a view as `rank`, newest first as `newest`."""

    rank: int
    newest: int
    item: Item

    def as_json(self) -> dict[str, object]:
        """The post for programs."""
        return {"rank": self.rank, "newest": self.newest} | self.item.as_json()


def ranked_timeline(
    store: Store, query: TimelineQuery, judge: Judge, view: View, *, unfiltered: bool = False
) -> list[Item]:
    """The best posts of a query as items, with their `score`. Raises as `ranked`."""
    best = ranked(store, query, judge, view, unfiltered=unfiltered)
    return _items(store, best[: query.limit])


def preview(
    store: Store, query: TimelineQuery, judge: Judge, view: View
) -> Iterator[PreviewedPost]:
    """The first posts of a query under a view and newest first, in the order of the view, with
    their `score`. Raises as `ranked`."""
    best = ranked(store, query, judge, view)
    newest = sorted(best, key=lambda one: one.entry.place, reverse=True)
    places = {one.entry.id: place for place, one in enumerate(newest, 1)}
    rows = [
        (rank, places[one.entry.id], one)
        for rank, one in enumerate(best, 1)
        if min(rank, places[one.entry.id]) <= query.limit
    ]
    items = _items(store, [one for _, _, one in rows])
    for (rank, place, _), item in zip(rows, items, strict=True):
        yield PreviewedPost(rank, place, item)


def _items(store: Store, page: Sequence[Ranked]) -> list[Item]:
    items = load_items(store, Names(store), [one.entry for one in page])
    return [
        replace(item, filtered=result_of(one.verdict), score=one.score)
        for item, one in zip(items, page, strict=True)
    ]
