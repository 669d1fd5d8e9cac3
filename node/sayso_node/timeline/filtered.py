"""Timelines as the owner's rules leave them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from sayso_protocol.filters.rule_engine import NOTHING, Verdict
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery

from ..accounts.names import Names
from ..entries.item import PAGE, Item, describe
from ..filters.judge import Judge

FEW = 16
"""Posts that are looked at once, at least, for the last that a page lacks."""


_SIFTED = 500
"""Items that are looked at together."""


def chosen(
    store: Store,
    names: Names,
    choice: Judge,
    entries: Sequence[StoredEntry],
    *,
    most: int | None = None,
    unfiltered: bool = False,
) -> list[Item]:
    """Items of entries, in order and at most `most`, without the hidden ones unless `unfiltered`.

    In each `hidden` and `folded` name the rule that does it, `because` is what the rule gives
    as its reason, and `points` are those for views.
    """
    judged = zip(entries, choice.judge(entries), strict=True)
    kept = [(one, verdict) for one, verdict in judged if unfiltered or not verdict.hidden][:most]
    items = describe(store, names, [one for one, _ in kept])
    return [
        item | marks(verdict) if verdict.show or verdict.boost else item
        for item, (_, verdict) in zip(items, kept, strict=True)
    ]


def chosen_timeline(
    store: Store, query: TimelineQuery, choice: Judge, *, unfiltered: bool = False
) -> Iterator[Item]:
    """As `reading.timeline`, by the rules: as many posts as the query asks for are looked for
    behind those that are hidden."""
    names, left, size = Names(store), query.limit, min(query.limit, PAGE)
    while left > 0:
        page = store.timeline(replace(query, limit=size))
        items = chosen(store, names, choice, page, most=left, unfiltered=unfiltered)
        yield from items
        if len(page) < size:
            return
        left -= len(items)
        query = replace(query, before=page[-1].place)
        # Where much is hidden, few long looks are faster.
        size = min(2 * size if 2 * len(items) < size else max(2 * left, FEW), PAGE)


def sifted(
    store: Store, choice: Judge, items: Iterable[Item], key: str, *, unfiltered: bool = False
) -> Iterator[Item]:
    """Any items by the rules, without the hidden ones unless `unfiltered`: marked as `chosen`
    marks them. `key` is where an item has the id of its entry; what is not held is passed on."""
    left = iter(items)
    while some := list(islice(left, _SIFTED)):
        found = [store.entry(bytes.fromhex(item[key])) for item in some]
        verdicts = iter(choice.judge([entry for entry in found if entry is not None]))
        for item, entry in zip(some, found, strict=True):
            verdict = NOTHING if entry is None else next(verdicts)
            if unfiltered or not verdict.hidden:
                yield item | marks(verdict) if verdict.show or verdict.boost else item


def marks(verdict: Verdict) -> Item:
    """What an item says of a verdict; see `chosen`."""
    hidden, folded = verdict.hidden, verdict.folded
    return {
        "hidden": hidden.title if hidden else None,
        "folded": folded.title if folded else None,
        "because": verdict.show.because if verdict.show else None,
        "points": verdict.points,
    }
