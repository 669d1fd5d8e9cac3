"""The library: everything that the full-screen reader shows, as blocks of rows.

Its methods wait for the disk: they belong into threads of their own, never on the event loop. The
store lets any thread read. What only they need is imported within them, so that the first frame is
drawn before the store's code is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from .block_list import Block
from .rows import Rows

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names
    from sayso_node.entries.item import Item
    from sayso_node.home.directory import Home
    from sayso_node.timeline.reader import TimelineReader
    from sayso_node.timeline.watch import Watch
    from sayso_storage.interface.store import Store

FIRST: Final = 50
"""Posts that are read before anything is shown."""

NEXT: Final = 200
"""Posts that are read at once after that: some 20 ms."""

MOST_NOTIFICATIONS: Final = 500
MOST_RANKED: Final = 500
MAX_DEPTH: Final = 8
"""Steps that an answer stands further in; deeper ones look alike."""

Blocks = Iterator[Block]


class Notified(NamedTuple):
    """What a notification is about: the entry that it leads to, and who did it."""

    kind: str
    item: Item | None
    by: bytes


class Library:
    """Reads one home. `unfiltered` shows what the own rules hide as well."""

    def __init__(self, home: Home, view: str | None = None) -> None:
        self.home = home
        self.view = view
        self.unfiltered = False
        self._lock = Lock()
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        """The store, opened at first use. Raises `HomeError`, `StoreError`."""
        with self._lock:
            if self._store is None:
                from sayso_node.home.open_store import open_home_to_read

                self._store = open_home_to_read(self.home)
            return self._store

    def close(self) -> None:
        """Close the store; afterwards nothing is read any more. What was found damaged is marked,
        so that the node fetches it again."""
        with self._lock:
            store, self._store = self._store, None
            if store is not None:
                self._mark_damaged(store)
                store.close()

    def _mark_damaged(self, store: Store) -> None:
        from sayso_node.control.client import notify
        from sayso_storage.interface.errors import StoreError

        with suppress(StoreError):  # the next command finds it again
            if store.damage_found and store.mark_damaged():
                notify(self.home, "all")

    def names(self) -> Names:
        """Names as they are now."""
        from sayso_node.accounts.names import Names

        return Names(self.store)

    # --- lists --------------------------------------------------------------------------

    def timeline(self, author: str | None = None) -> Blocks:
        """Posts, newest first, or as the view ranks them; of one account where `author` names
        one."""
        if self.view is not None and author is None:
            from sayso_node.timeline.reader import TimelineRequest

            items = self.reader().timeline(TimelineRequest(MOST_RANKED), self.view)
            return self._entries(items)
        return self._entries(self._newest_first(author))

    def thread(self, entry_id: str) -> Blocks:
        """The conversation that an entry stands in."""
        return self._entries(self.reader().thread(entry_id), answered=False)

    def search(self, typed: str) -> Blocks:
        """Posts that have what is looked for. Raises `QueryError`."""
        from sayso_node.control.client import is_running
        from sayso_node.timeline.reader import TimelineRequest
        from sayso_node.timeline.search import index_a_little, missing_share
        from sayso_node.timeline.search_syntax import read_query

        from ..options import moment

        asked = read_query(typed)
        since, until = moment(asked.since), moment(asked.until, end=True)
        request = TimelineRequest(MOST_RANKED, asked.author, asked.tag, since, until)
        if not is_running(self.home):
            index_a_little(self.store)
        missing = missing_share(self.store) if asked.terms.all_of else None
        if missing is not None:
            yield _said(
                _(
                    "Only {indexed} of {n_entry} can be found yet: a running node does the rest."
                ).format(indexed=missing.indexed, n_entry=quantity(missing.entries, "entry"))
            )
        yield from self._entries(self.reader().search(asked.terms, request, asked.lang))

    def bookmarks(self) -> Blocks:
        """The entries that the owner has marked."""
        return self._entries(self.reader().bookmarks())

    def notifications(self) -> Blocks:
        """What others did to the owner."""
        from sayso_node.timeline.notification_groups import (
            NotificationGroup,
            entries_named,
            grouped,
        )

        from ..render.entry.notification import show_notification

        names, reader, unfold = self.names(), self.reader(), self.unfiltered
        found = reader.notifications(MOST_NOTIFICATIONS)
        shown = set(self.store.shown_accounts())
        groups = grouped(found, shown, unfold=unfold)
        own = reader.held(entries_named(groups))
        for at, one in enumerate(groups):
            out, about, kind = Rows(), None, type(one).__name__
            show_notification(out, one, names, own, shown, unfold=unfold)
            if isinstance(one, NotificationGroup):
                kind = one.kind
                first = one.found[0].item
                is_act = one.kind in ("react", "repost")
                item = own.get(one.on or "") if is_act else first
                about = Notified(one.kind, item, first.reference.account)
            yield Block(f"{kind} {at}", out.rows, about)

    # --- single things ------------------------------------------------------------------

    def block(
        self, item: Item, *, whole: bool = False, unfold: bool = False, answered: bool = True
    ) -> Block:
        """An item as a block; `whole` shows what is behind a content warning, `unfold` what a rule
        folds."""
        return self._block(item, self.names(), whole=whole, unfold=unfold, answered=answered)

    def again(self, item: Item) -> Item:
        """An item as the store has it now, where it still has it."""
        from dataclasses import replace

        if item.entry is None or item.imported is not None:
            return item
        new = self.reader().entry(item.id)
        return replace(
            new, filtered=item.filtered, depth=item.depth, score=item.score, reacted=None
        )

    def is_reposted(self, item: Item) -> bool:
        """Whether the owner reposts an entry."""
        from sayso_node.accounts.lineage import own_accounts

        store = self.store
        own = own_accounts(store)
        stances = store.reposts([item.reference.id]).get(item.reference.id, ())
        return any(one.account in own for one in stances)

    def erase(self) -> None:
        """Remove from the disk what was taken back; where that cannot be done now, a node or the
        next command does it."""
        from sayso_node.entries.erasure import erase
        from sayso_storage.interface.store import StoreError

        with suppress(StoreError):
            if self.store.has_to_erase:
                erase(self.store, lambda _: None)

    def drawn_again(self, blocks: Sequence[Block]) -> list[Block]:
        """Blocks of entries with the times as they are now."""
        names = self.names()
        items = (item_of(one) for one in blocks)
        return [self._block(item, names) for item in items if item is not None]

    def watch(self) -> Watch:
        """A look-out for what arrives from now on."""
        from sayso_node.timeline.reader import TimelineRequest

        return self.reader().watch(TimelineRequest(FIRST))

    def arrived(self, watch: Watch, most: int) -> list[Block]:
        """What has come since the last look, in the order of arrival; at most `most`."""
        names = self.names()
        return [self._block(one, names) for one in islice(watch.look(), most)]

    def unwritable(self) -> str | None:
        """Why nothing can be written here, where nothing can."""
        reason = self.store.unwritable
        return None if reason is None else str(reason)

    def is_running(self) -> bool:
        """Whether a node runs in this home."""
        from sayso_node.control.client import is_running

        return is_running(self.home)

    # --- within -------------------------------------------------------------------------

    def reader(self) -> TimelineReader:
        """A reader of timelines, by the rules as they are now."""
        from sayso_node.timeline.reader import TimelineReader

        return TimelineReader(
            self.store, self.home, unfiltered=self.unfiltered, has_node=self.is_running
        )

    def _newest_first(self, author: str | None) -> Iterator[Item]:
        """The timeline, a request after the other, each from where the one before ended: what
        has the same time comes twice, and is left out."""
        from sayso_node.timeline.reader import TimelineRequest

        reader, seen = self.reader(), set[tuple[str, str | None]]()
        size, until = FIRST, None
        while True:
            items = list(reader.timeline(TimelineRequest(size, author, until_ms=until)))
            new = [one for one in items if (one.id, one.kind) not in seen]
            seen.update((one.id, one.kind) for one in new)
            yield from new
            if len(items) < size:
                return
            # The line of an import stands at the time of the import, not of its entry.
            places = [one.entry.sort_ms for one in items if one.entry and one.imported is None]
            if new and places:
                size, until = NEXT, places[-1] + 1
            else:
                size *= 2

    def _entries(self, items: Iterable[Item], *, answered: bool = True) -> Blocks:
        names = self.names()
        return (self._block(item, names, answered=answered) for item in items)

    def _block(
        self,
        item: Item,
        names: Names,
        *,
        whole: bool = False,
        unfold: bool = False,
        answered: bool = True,
    ) -> Block:
        from ..render.entry.item import show_entry

        out, unfold = Rows(), unfold or self.unfiltered
        show_entry(out, item, names, whole=whole, unfold=unfold, in_tree=not answered)
        order = 0 if item.entry is None else item.entry.sort_ms
        depth = 2 * min(item.depth or 0, MAX_DEPTH)
        key = item.id if item.imported is None else f"import {item.id}"
        return Block(key, out.rows, item, order, depth)


def item_of(block: Block | None) -> Item | None:
    """The entry that a block shows, if it shows one."""
    from sayso_node.entries.item import Item

    about = None if block is None else block.about
    if isinstance(about, Notified):
        return about.item
    return about if isinstance(about, Item) else None


def _said(text: str) -> Block:
    out = Rows()
    out.line(text)
    return Block("said", out.rows)
