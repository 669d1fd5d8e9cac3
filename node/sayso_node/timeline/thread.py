"""Conversations: everything that is held of one, from any of its entries.

A conversation is the tree that replies make, below the entry that they name as their root. Most of
it may be unheld here, since only accounts that are followed are carried: what is named as a parent
or as the root, and is not held, has a place in the tree all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sayso_protocol.content.body import Reference, Repost
from sayso_storage.interface.store import Place, Store, StoredEntry

from ..accounts.names import Names
from ..entries.body import answered_by, body_of, root_named
from ..entries.item import Item
from ..entries.loader import load_items
from ..entries.named import unheld_item

MAX_CONVERSATION = 10_000
"""Entries of one conversation that are looked at: more than anyone reads, some seconds of work, and
a bound on what somebody who replies to himself a million times can cost."""

_LATEST: Place = (2**63 - 1, 0, 0)


@dataclass(slots=True)
class Spot:
    """A place in the tree: `entry` where it is held, else only its name is known."""

    name: Reference
    entry: StoredEntry | None = None
    parent: bytes | None = None
    depth: int = 0
    """Replies between this one and the top of the tree, as far as they are known."""
    place: Place = _LATEST
    """Its place in time: of what is not held, before all that answers it."""
    children: list[Spot] = field(default_factory=list)


def thread(store: Store, entry: StoredEntry) -> Iterator[Item]:
    """Items of a whole conversation, each below what it answers and before what comes later on the
    same level; each with its `depth`."""
    names = Names(store)
    for spots in _chunks(conversation(store, entry)):
        held = [spot.entry for spot in spots if spot.entry is not None]
        items = iter(load_items(store, names, held))
        for spot in spots:
            item = unheld_item(names, spot.name) if spot.entry is None else next(items)
            yield replace(item, depth=spot.depth, answered=None)  # it stands above


def conversation(store: Store, entry: StoredEntry, most: int = MAX_CONVERSATION) -> list[Spot]:
    """The tree that an entry stands in, from its top down, as it is read; at most `most` entries
    that are held, and what they name."""
    body = body_of(entry)
    if isinstance(body, Repost):
        shown = store.entry(body.of.id)
        if shown is None:
            return _ordered({}, body.of)
        entry = shown
    gathered = _Gathered(store, most)
    gathered.climb(entry)
    gathered.descend()
    spots = _ordered(gathered.held, gathered.root)
    if len(gathered.held) >= most:  # not all was looked at
        for spot in spots:
            spot.entry = spot.entry or store.entry(spot.name.id)
    return spots


def depth_of(store: Store, entry: StoredEntry) -> int:
    """The depth of an entry in its conversation, as far as that is held; see `Spot.depth`."""
    gathered = _Gathered(store, MAX_CONVERSATION)
    gathered.climb(entry)
    spots = _ordered(gathered.held, gathered.root)
    return next(spot.depth for spot in spots if spot.name.id == entry.id)


class _Gathered:
    """The held entries of a conversation, by id, found from one of them."""

    def __init__(self, store: Store, most: int) -> None:
        self._store = store
        self._most = most
        self.held: dict[bytes, StoredEntry] = {}
        self.root: Reference

    def climb(self, entry: StoredEntry) -> None:
        """Take an entry and what it answers, up to what answers nothing or is not held; the
        topmost says what the root is."""
        at: StoredEntry | None = entry
        while at is not None and at.id not in self.held and len(self.held) < self._most:
            self.held[at.id] = at
            self.root = _root_named(at)
            reply = _reply_of(at)
            at = None if reply is None else self._store.entry(reply.id)
        root = self._store.entry(self.root.id)
        if root is not None and len(self.held) < self._most:
            self.held[root.id] = root

    def descend(self) -> None:
        """Take everything that names the root, and the replies to all that was taken."""
        waiting = [self.root.id, *self.held]
        waiting += self._take(self._store.replies(self.root.id, self._room // 2))
        waiting += self._take(self._store.thread(self.root.id, self._room))
        while waiting and self._room:
            answered = self._store.reply_counts(waiting)
            waiting = [new for one in answered for new in self._take_replies(one)]

    def _take_replies(self, entry_id: bytes) -> list[bytes]:
        return self._take(self._store.replies(entry_id, self._room)) if self._room else []

    @property
    def _room(self) -> int:
        return self._most - len(self.held)

    def _take(self, entries: Iterable[StoredEntry]) -> list[bytes]:
        """Keep what is new, as long as there is room; gives the ids."""
        new = [entry for entry in entries if entry.id not in self.held][: self._room]
        self.held |= {entry.id: entry for entry in new}
        return [entry.id for entry in new]


def _ordered(held: dict[bytes, StoredEntry], root: Reference) -> list[Spot]:
    """The tree of these entries and of what they name: an answer stands under what it answers,
    answers to one entry oldest first."""
    spots = {root.id: Spot(root, held.get(root.id))}
    for entry in held.values():
        _enter(spots, entry, root)
    for spot in spots.values():
        if spot.parent is not None:
            spots[spot.parent].children.append(spot)
    tops = sorted((one for one in spots.values() if one.parent is None), key=_order)
    return [spot for top in tops for spot in _downwards(top)]


def _order(spot: Spot) -> tuple[Place, bytes]:
    return spot.place, spot.name.id


def _enter(spots: dict[bytes, Spot], entry: StoredEntry, root: Reference) -> None:
    """Give an entry and its parent their spots. What is not held hangs on the root."""
    reply = _reply_of(entry)
    spot = spots.setdefault(entry.id, Spot(entry.reference))
    spot.entry, spot.place, spot.parent = entry, entry.place, None
    if entry.id == root.id:
        return
    named = reply or root
    spot.parent = named.id
    for above in (spots.setdefault(named.id, Spot(named, parent=root.id)), spots[root.id]):
        if above.entry is None:
            above.place = min(above.place, entry.place)


def _downwards(top: Spot) -> Iterator[Spot]:
    """A tree from its top, each parent before its children, and those with all below them in their
    order; sets depths."""
    waiting = [top]
    while waiting:
        spot = waiting.pop()
        yield spot
        for child in sorted(spot.children, key=_order, reverse=True):
            child.depth = spot.depth + 1
            waiting.append(child)


def _root_named(entry: StoredEntry) -> Reference:
    return root_named(body_of(entry)) or entry.reference


def _reply_of(entry: StoredEntry) -> Reference | None:
    return answered_by(body_of(entry))


def _chunks(spots: Sequence[Spot], size: int = 1000) -> Iterator[Sequence[Spot]]:
    for start in range(0, len(spots), size):
        yield spots[start : start + size]
