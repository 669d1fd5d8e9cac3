"""Timelines and other lists as the owner's rules leave them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from sayso_protocol.filters.rule_engine import NOTHING, Verdict
from sayso_storage.interface.records import ImportedPosts
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery

from ..accounts.names import Names
from ..entries.imported import import_item
from ..entries.item import FilterResult, Item
from ..entries.loader import PAGE, load_items
from ..filters.judge import Judge
from .notifications import NotificationItem
from .timeline import between, with_imports

FEW = 16
"""Posts that are looked at once, at least, for the last that a page lacks."""

_TOGETHER = 500
"""Items that are looked at together."""

T = TypeVar("T")


def filtered_page(
    store: Store,
    names: Names,
    judge: Judge,
    entries: Sequence[StoredEntry],
    *,
    most: int | None = None,
    unfiltered: bool = False,
) -> list[Item]:
    """Items of entries, in order and at most `most`, with what the rules say of each; without the
    hidden ones unless `unfiltered`."""
    judged = zip(entries, judge.judge(entries), strict=True)
    kept = [(one, verdict) for one, verdict in judged if unfiltered or not verdict.hidden][:most]
    items = load_items(store, names, [one for one, _ in kept])
    found = [with_result(item, verdict) for item, (_, verdict) in zip(items, kept, strict=True)]
    return with_judged_context(judge, found, unfiltered=unfiltered)


def filtered_timeline(
    store: Store, query: TimelineQuery, judge: Judge, *, unfiltered: bool = False
) -> Iterator[Item]:
    """As `timeline`, by the rules: as many posts as the query asks for are looked for behind those
    that are hidden."""
    return islice(_timeline(store, query, judge, unfiltered), max(query.limit, 0))


def _timeline(store: Store, query: TimelineQuery, judge: Judge, unfiltered: bool) -> Iterator[Item]:
    names, left, size = Names(store), query.limit, min(query.limit, PAGE)
    while left > 0:
        query = replace(query, limit=size)
        page = store.timeline(query)
        items = filtered_page(store, names, judge, page, most=left, unfiltered=unfiltered)
        yield from _with_imports(names, judge, items, between(store, query, page), unfiltered)
        if len(page) < size:
            return
        left -= len(items)
        query = replace(query, before=page[-1].place)
        # Where much is hidden, few long looks are faster.
        size = min(2 * size if 2 * len(items) < size else max(2 * left, FEW), PAGE)


def _with_imports(
    names: Names,
    judge: Judge,
    items: Sequence[Item],
    lines: Sequence[ImportedPosts],
    unfiltered: bool,
) -> Iterator[Item]:
    """A page with the lines of imports in it. What rules say of the last post of an import they say
    of the line."""
    imports = [import_item(names, line) for line in lines]
    shown = filtered_items(judge, imports, unfiltered=unfiltered)
    places = {line.entry.id: line.place for line in lines}
    yield from with_imports(items, [(places[one.reference.id], one) for one in shown])


def filtered_items(
    judge: Judge, items: Iterable[Item], *, unfiltered: bool = False
) -> Iterator[Item]:
    """Any items, as `filtered_page` gives them; what is not held is passed on."""
    shown = (
        with_result(item, verdict)
        for item, verdict in judged(judge, items, lambda item: item.entry)
        if unfiltered or not verdict.hidden
    )
    while some := list(islice(shown, _TOGETHER)):
        yield from with_judged_context(judge, some, unfiltered=unfiltered)


def filtered_notifications(
    judge: Judge, found: Iterable[NotificationItem], *, unfiltered: bool = False
) -> Iterator[NotificationItem]:
    """Notifications by what the rules say of the entry that did something."""
    for one, verdict in judged(judge, found, lambda one: one.item.entry):
        if unfiltered or not verdict.hidden:
            yield replace(one, item=with_result(one.item, verdict))


def judged(
    judge: Judge, things: Iterable[T], entry_of: Callable[[T], StoredEntry | None]
) -> Iterator[tuple[T, Verdict]]:
    """Each of these, and the verdict on its entry."""
    left = iter(things)
    while some := list(islice(left, _TOGETHER)):
        found = [entry_of(one) for one in some]
        verdicts = iter(judge.judge([entry for entry in found if entry is not None]))
        for one, entry in zip(some, found, strict=True):
            yield one, NOTHING if entry is None else next(verdicts)


def with_judged_context(
    judge: Judge, items: Sequence[Item], *, unfiltered: bool = False
) -> list[Item]:
    """Items with what the rules say of what they answer and quote: without its words where these
    are hidden, unless `unfiltered`."""
    named = [one for item in items for one in (item.answered, item.quoted) if one is not None]
    held = {one.entry.id: one.entry for one in named if one.entry is not None}
    if not held:
        return list(items)
    verdicts = dict(zip(held, judge.judge(list(held.values())), strict=True))

    def seen(about: Item | None) -> Item | None:
        verdict = None if about is None else verdicts.get(about.reference.id)
        if about is None or verdict is None:
            return about
        shown = with_result(about, verdict)
        return replace(shown, body=None) if verdict.hidden and not unfiltered else shown

    return [replace(one, answered=seen(one.answered), quoted=seen(one.quoted)) for one in items]


def with_result(item: Item, verdict: Verdict) -> Item:
    """An item with what the rules say of it."""
    return replace(item, filtered=result_of(verdict)) if verdict.show or verdict.boost else item


def result_of(verdict: Verdict) -> FilterResult:
    """The verdict of the rules, for whoever shows it."""
    hidden, folded = verdict.hidden, verdict.folded
    return FilterResult(
        hidden.title if hidden else None,
        folded.title if folded else None,
        verdict.show.because if verdict.show else None,
        verdict.points,
    )
