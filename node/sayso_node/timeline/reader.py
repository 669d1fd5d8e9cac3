"""The one way to read: what a front end shows, from what it was asked to the items.

Rules, views and hints are loaded where they are asked for: most homes have no rules, and a command
that shows a few posts is done before a rule engine is loaded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from sayso_protocol.content.reference import Reference
from sayso_storage.interface.records import Place
from sayso_storage.interface.store import Store, TimelineQuery

from ..accounts.lookup import find_entry, known_account
from ..accounts.names import Names
from ..entries.item import Item
from ..entries.loader import load_items, load_reactions
from ..entries.named import unheld_item
from ..home.directory import Home

if TYPE_CHECKING:
    from sayso_protocol.private.groups.group import Group
    from sayso_protocol.views.ranking import View
    from sayso_storage.search.query import SearchQuery

    from ..filters.judge import Judge
    from ..messages.group_book import GroupBook
    from .changes import Change
    from .guests import GuestItem
    from .key_changes import KeyChangeItem
    from .notifications import NotificationItem
    from .own_marks import OwnMarks, OwnReaction
    from .ranked import PreviewedPost
    from .tally import PollTally
    from .thread import ThreadPage
    from .watch import Watch

NEWEST: Final = "newest"
"""The view that is none."""


@dataclass(frozen=True, slots=True)
class TimelineRequest:
    """The posts that are asked for: at most `limit`; only those of `author`, a key or petname as
    typed, or of those `among` key texts, with `tag`, with or without its sign, from `since_ms` on
    and before `until_ms`, or behind `before`, where a list before ended (`Item.place`)."""

    limit: int
    author: str | None = None
    tag: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    before: Place | None = None
    among: frozenset[str] | None = None


class TimelineReader:
    """Reads a store for its owner: by the rules of the home, unless `unfiltered`, which shows what
    they hide as well. `warn` is told where rules with mistakes are passed over for that;
    `has_node` says whether a node runs in the home, whose keeper then has the hints."""

    def __init__(
        self,
        store: Store,
        home: Home,
        *,
        unfiltered: bool = False,
        warn: Callable[[str], None] = lambda _: None,
        has_node: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._home = home
        self._unfiltered = unfiltered
        self._warn = warn
        self._has_node = has_node

    def timeline(self, request: TimelineRequest, view: str | None = None) -> Iterator[Item]:
        """Posts and reposts, newest first, or as a view ranks them. Raises `NodeError`,
        `StoreError`."""
        query, judge = self._query(request), self._judge()
        if request.among is not None:
            from .merged import merged_timeline

            found = merged_timeline(
                request.among, query, lambda one: self._newest_first(one, judge)
            )
            return self._with_hints(found)
        if view is None or view == NEWEST:
            return self._with_hints(self._newest_first(query, judge))
        return self._with_hints(self._ranked(query, judge, view))

    def search(
        self, terms: SearchQuery, request: TimelineRequest, lang: str | None = None
    ) -> Iterator[Item]:
        """Posts that have what is looked for, newest first, as far as they are indexed; see
        `search.missing_share`. Raises as `timeline`."""
        from .search import search

        store = self._store
        found = search(store, terms, self._query(request), lang)
        return self._with_hints(self._filtered(load_items(store, Names(store), found)))

    def thread(self, entry: str) -> Iterator[Item]:
        """The conversation that an entry stands in, an answer under what it answers. Raises as
        `timeline`."""
        from .thread import thread

        return self._with_hints(self._filtered(thread(self._store, find_entry(self._store, entry))))

    def thread_page(self, entry: str, most: int) -> ThreadPage:
        """Some of the conversation that an entry stands in, at most `most` entries that are held;
        see `thread_page`. Raises as `timeline`."""
        from .thread import thread_page

        page = thread_page(self._store, find_entry(self._store, entry), most)
        return page._replace(items=list(self._with_hints(self._filtered(page.items))))

    def group_timeline(
        self, book: GroupBook, group: Group, limit: int, since_ms: int | None = None
    ) -> Iterator[Item]:
        """At most so many posts of a closed group, the newest first; see `group_timeline`. Raises
        `FiltersError`, `StoreError`."""
        from ..media.sealed_store import open_sealed
        from .group_timeline import group_timeline, with_folds

        sealed = open_sealed(self._home)
        found = group_timeline(self._store, book, group, limit, since_ms, sealed)
        return islice(with_folds(self._filtered(found)), limit)

    def bookmarks(self, start: int = 0, most: int | None = None) -> Iterator[Item]:
        """The entries that the owner has marked, the last mark first, from one place in this order
        on and `most` of them at the most; no rules are asked. Raises as `timeline`."""
        names = Names(self._store)
        marked = self._store.bookmarks()[start : None if most is None else start + most]
        held = self._store.by_ids([one.of.id for one in marked])
        items = {
            item.reference.id: item for item in load_items(self._store, names, [*held.values()])
        }
        return (items.get(one.of.id) or unheld_item(names, one.of) for one in marked)

    def entry(self, entry: str, *, history: bool = False, named: bool = False) -> Item:
        """One entry of any kind, with who reacted to it, and with its versions where its `history`
        is asked for; no rules are asked. With `named` also one that is not held, and that others
        name. Raises as `timeline`."""
        from .history import versions
        from .thread import depth_of

        names = Names(self._store)
        if named and (reference := self._missing(entry)) is not None:
            return unheld_item(names, reference)
        found = find_entry(self._store, entry)
        [item] = load_items(self._store, names, [found])
        reacted = load_reactions(self._store, names, found)
        depth = depth_of(self._store, found)
        every = versions(self._store, found) if history else None
        item = replace(item, depth=depth, reacted=reacted, history=every)
        [hinted] = self._with_hints([item])
        return hinted

    def held(self, ids: Iterable[str]) -> dict[str, Item]:
        """Entries that are held, by their full ids as text; no rules are asked. Raises
        `StoreError`."""
        store = self._store
        found = store.by_ids([bytes.fromhex(one) for one in dict.fromkeys(ids)])
        return {item.id: item for item in load_items(store, Names(store), [*found.values()])}

    def _missing(self, entry: str) -> Reference | None:
        from .missing_entries import reference_to

        reference = reference_to(self._store, entry)
        return None if reference and self._store.entry(reference.id) else reference

    def entries(self, ids: Iterable[bytes]) -> dict[bytes, Item]:
        """Those of these entries that are held, by full id; no rules are asked. Raises
        `StoreError`."""
        held = self._store.by_ids(ids)
        items = load_items(self._store, Names(self._store), [*held.values()])
        return {item.reference.id: item for item in items}

    def at(self, arrival: int) -> Item | None:
        """The entry at a place in the order of arrival, where one is held; no rules are asked.
        Raises `StoreError`."""
        found = self._store.arrived_after(arrival - 1, 1)
        if not found or found[0].arrival != arrival:
            return None
        return load_items(self._store, Names(self._store), found)[0]

    def own_marks(self, ids: Collection[bytes]) -> OwnMarks:
        """What the owner made of entries. Raises `StoreError`."""
        from .own_marks import own_marks

        return own_marks(self._store, ids)

    def own_reactions(self, limit: int) -> list[OwnReaction]:
        """What the owner reacted to, the last reaction first. Raises as `timeline`."""
        from .own_marks import own_reactions

        return own_reactions(self._store, limit)

    def changes(self, after: int) -> Iterator[Change]:
        """What changed entries that were here, since a place in the order of arrival. Raises
        `StoreError`."""
        from .changes import changes

        return changes(self._store, after)

    def watch(self, request: TimelineRequest, arrival: int | None = None) -> Watch:
        """Posts as they arrive, from now on, or from behind a place in the order of arrival.
        Raises as `timeline`."""
        from .watch import Watch

        judge = self._judge()
        query, unfiltered = self._query(request), self._unfiltered
        return Watch(self._store, query, judge, arrival, unfiltered=unfiltered, among=request.among)

    def tally(self, entry: str, progress: Callable[[int], None]) -> PollTally:
        """How a poll stands here; `progress` is told of votes that are counted first. Raises as
        `timeline`."""
        from .tally import tally

        return tally(self._home, self._store, entry, progress)

    def notifications(
        self, limit: int, since_ms: int | None = None
    ) -> Iterator[NotificationItem | KeyChangeItem | GuestItem]:
        """Everything that others did to the own account, what happened to its keys and to those of
        followed accounts, and who took an invite, newest first. Raises as `timeline`."""
        from .notifications import merged, notifications

        judge = self._judge()
        found: Iterable[NotificationItem] = notifications(self._store, limit, since_ms)
        if judge is not None:
            from .filtered import filtered_notifications

            found = filtered_notifications(judge, found, unfiltered=self._unfiltered)
        changes = self._store.key_changes(limit, since_ms)
        guests = self._store.guests(limit, since_ms)
        if not changes and not guests:
            return iter(found)
        return islice(merged(self._store, found, changes, guests), limit)

    def arrived_notifications(
        self, limit: int, before: int | None = None, after: int = 0, *, oldest_first: bool = False
    ) -> tuple[list[NotificationItem], int | None]:
        """What others did to the own account in the order of arrival, of `limit` those that the
        rules do not hide; and the place of the last of these, behind which there may be more, or
        None. Raises as `timeline`."""
        from .notifications import arrived_notifications

        found = arrived_notifications(self._store, limit, before, after, oldest_first=oldest_first)
        last = found[-1].arrival if len(found) == limit else None
        judge = self._judge()
        if judge is not None:
            from .filtered import filtered_notifications

            found = list(filtered_notifications(judge, found, unfiltered=self._unfiltered))
        return found, last

    def preview(self, request: TimelineRequest, view: View) -> Iterator[PreviewedPost]:
        """The first posts under any view, beside their places newest first. Raises as
        `timeline`."""
        from ..filters.judge import open_judge
        from .ranked import preview

        judge = open_judge(self._home, self._store)
        return preview(self._store, self._query(request), judge, view)

    def _query(self, request: TimelineRequest) -> TimelineQuery:
        author = request.author
        account = None if author is None else known_account(self._store, author)
        tag = None if request.tag is None else request.tag.removeprefix("#")
        until = request.until_ms
        before = None if until is None else (until, 0, 0)  # below the place of any entry of then
        if request.before is not None:
            before = request.before if before is None else min(before, request.before)
        return TimelineQuery(request.limit, account, tag, request.since_ms, before)

    def _judge(self) -> Judge | None:
        """The rules of the home; None where there are none, or where they have mistakes and are
        not asked for. Raises `FiltersError`."""
        if not os.path.lexists(self._home.filters):
            return None
        from ..filters.file import FiltersError
        from ..filters.judge import open_judge

        try:
            return open_judge(self._home, self._store)
        except FiltersError as error:
            if not self._unfiltered:
                raise
            self._warn(str(error))
            return None

    def _newest_first(self, query: TimelineQuery, judge: Judge | None) -> Iterator[Item]:
        if judge is None:
            from .timeline import timeline

            return timeline(self._store, query)
        from .filtered import filtered_timeline

        return filtered_timeline(self._store, query, judge, unfiltered=self._unfiltered)

    def _ranked(self, query: TimelineQuery, judge: Judge | None, named: str) -> list[Item]:
        from ..filters.judge import without_rules
        from ..views.file import find_view
        from .ranked import ranked_timeline

        view = find_view(self._home, named)
        judge = judge or without_rules(self._store, self._home)
        return ranked_timeline(self._store, query, judge, view, unfiltered=self._unfiltered)

    def _filtered(self, items: Iterable[Item]) -> Iterable[Item]:
        judge = self._judge()
        if judge is None:
            return items
        from .filtered import filtered_items

        return filtered_items(judge, items, unfiltered=self._unfiltered)

    def _with_hints(self, items: Iterable[Item]) -> Iterator[Item]:
        from ..coordination.hints import with_hints

        return with_hints(self._store, self._home, items, self._has_node)
