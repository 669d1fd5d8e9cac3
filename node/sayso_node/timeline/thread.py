"""Conversations: everything that is held of one, from any of its entries.

A conversation is the tree that replies make, below the entry that they name as their root. Most of
it may be unheld here, since only accounts that are followed are carried: what is named as a parent
or as the root, and is not held, has a place in the tree all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import islice
from typing import NamedTuple

from sayso_protocol.content.body import Reference, Repost
from sayso_storage.interface.content.relations import ThreadEntry
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.names import Names
from ..entries.body import answered_by, body_of, root_named
from ..entries.item import Item
from ..entries.loader import load_items
from ..entries.named import unheld_item

MAX_CONVERSATION = 10_000
"""Entries of one conversation that are looked at: more than anyone reads, some seconds of work, and
a bound on what somebody who replies to himself a million times can cost."""

_PAGE = 500
"""Entries that are read at a time: the first are shown while the rest is not read."""


FIRST_PAGE = 200
"""Entries of a conversation that a person is shown at once, unless more are asked for."""


@dataclass(slots=True)
class Spot:
    """A place in the tree: `entry` where it is held, else only its name is known."""

    name: Reference
    entry: StoredEntry | None = None
    depth: int = 0
    """Replies between this one and the top of the tree, as far as they are known."""
    hangs: bool = True
    """Whether what it answers stands above it; else that was left out."""


class ThreadPage(NamedTuple):
    """Some of a conversation in its order, and how many entries of it were `left_out`. `is_whole`
    says whether it has no more than were looked at (`MAX_CONVERSATION`)."""

    items: list[Item]
    left_out: int
    is_whole: bool


def thread(store: Store, entry: StoredEntry) -> Iterator[Item]:
    """Items of a whole conversation, each entry followed by what answers it; each with its
    `depth`."""
    names = Names(store)
    for spots in _pages(store, entry, MAX_CONVERSATION):
        yield from _items(store, names, spots)


def thread_page(store: Store, entry: StoredEntry, most: int = FIRST_PAGE) -> ThreadPage:
    """As `thread`, at most `most` entries that are held, and what these name: the first one, the
    line from there to the entry that was asked for, what follows that, and the newest. Only these
    are read."""
    root, tree = _of(store, entry, MAX_CONVERSATION)
    if tree is None:
        return ThreadPage(list(_items(store, Names(store), [Spot(root)])), 0, is_whole=True)
    chosen = first_page(tree, _shown_of(store, entry).id, most)
    names, part = Names(store), [tree[at] for at in chosen]
    left_out = {one.id for one in tree}.difference(one.id for one in part)
    items: list[Item] = []
    for spots in _spots(store, root, part, left_out):
        items += _items(store, names, spots)
    return ThreadPage(items, len(tree) - len(chosen), len(tree) < MAX_CONVERSATION)


def first_page(tree: Sequence[ThreadEntry], asked: bytes, most: int) -> list[int]:
    """The places of a tree that come first, in order, at most `most`: the first entry, the line
    that leads to `asked`, with half of what is left what stands behind that, and the newest."""
    if len(tree) <= most:
        return list(range(len(tree)))
    places = {one.id: at for at, one in enumerate(tree)}

    def line_to(at: int) -> list[int]:
        """An entry and what it answers, as far up as that is held."""
        line = [at]
        while (parent := tree[line[-1]].parent) is not None:
            above = places.get(parent, -1)
            if not 0 <= above < line[-1]:  # not held, or the root of what hangs loose
                break
            line.append(above)
        return line

    here = places.get(asked, 0)
    chosen = {0, *line_to(here)[: most - 1]}
    room = most - len(chosen)
    behind = range(here + 1, len(tree))
    chosen.update(islice((at for at in behind if at not in chosen), -(-room // 2)))
    for at in nlargest(most, range(len(tree)), key=[one.arrival for one in tree].__getitem__):
        if len(chosen) >= most:
            break
        if at not in chosen:
            # Newer ones with what they answer; alone where there is no room for that.
            line = [one for one in line_to(at) if one not in chosen]
            chosen.update(line if len(chosen) + len(line) <= most else [at])
    return sorted(chosen)


def _items(store: Store, names: Names, spots: Sequence[Spot]) -> Iterator[Item]:
    held = [spot.entry for spot in spots if spot.entry is not None]
    items = iter(load_items(store, names, held))
    missing = [spot.name.id for spot in spots if spot.entry is None]
    gone = store.taken_back(missing) if missing else set()
    for spot in spots:
        if spot.entry is None:
            item = unheld_item(names, spot.name, taken_back=spot.name.id in gone)
        else:
            item = next(items)
        answered = None if spot.hangs else item.answered  # else it stands above
        yield replace(item, depth=spot.depth, answered=answered)


def conversation(store: Store, entry: StoredEntry, most: int = MAX_CONVERSATION) -> list[Spot]:
    """The tree that an entry stands in, each entry followed by what answers it; at most `most`
    entries that are held, and what they name."""
    return [spot for spots in _pages(store, entry, most) for spot in spots]


def depth_of(store: Store, entry: StoredEntry) -> int:
    """The depth of an entry in its conversation, as far as that is held; see `Spot.depth`."""
    line = _line_to(store, entry, MAX_CONVERSATION)
    top = line[0]
    return _depth_of_top(top, _root_named(top)) + len(line) - 1


def _pages(store: Store, entry: StoredEntry, most: int) -> Iterator[list[Spot]]:
    """The places of a conversation, some at a time."""
    root, tree = _of(store, entry, most)
    if tree is None:
        yield [Spot(root)]
        return
    yield from _spots(store, root, tree)


def _of(
    store: Store, entry: StoredEntry, most: int
) -> tuple[Reference, Sequence[ThreadEntry] | None]:
    """The first entry of the conversation that an entry stands in, and what is held of it; None
    where it reposts something that is not held."""
    body = body_of(entry)
    shown = _shown_of(store, entry)
    if isinstance(body, Repost) and shown is entry:
        return body.of, None
    return _tree(store, shown, most)


def _shown_of(store: Store, entry: StoredEntry) -> StoredEntry:
    """What a repost shows, where it is held; else the entry itself."""
    body = body_of(entry)
    shown = store.entry(body.of.id) if isinstance(body, Repost) else None
    return shown or entry


def _spots(
    store: Store,
    root: Reference,
    tree: Sequence[ThreadEntry],
    left_out: Collection[bytes] = frozenset(),
) -> Iterator[list[Spot]]:
    """The places of entries of a tree and of what they name, some at a time; without those that are
    held and `left_out`."""
    named: set[bytes] = set()
    """What has its place: an entry that is not held comes before the first that answers it."""
    for start in range(0, len(tree), _PAGE):
        part = tree[start : start + _PAGE]
        entries = store.entries([one.id for one in part])
        spots: list[Spot] = []
        for one in part:
            found = entries.get(one.id)
            if found is None:
                continue  # removed meanwhile
            hangs = one.parent is None or one.parent not in left_out
            if hangs and one.parent is not None and one.parent not in named:
                above = _reply_of(found) or root
                spots += _unheld(store, [root] if above == root else [root, above], named)
            spots.append(Spot(found.reference, found, one.depth, hangs))
            named.add(one.id)
        yield spots


def _unheld(store: Store, names: Sequence[Reference], named: set[bytes]) -> Iterator[Spot]:
    """Places of the root and of what is answered, where they have none yet."""
    for depth, name in enumerate(names):
        if name.id not in named:
            named.add(name.id)
            yield Spot(name, store.entry(name.id), depth)


def _tree(store: Store, entry: StoredEntry, most: int) -> tuple[Reference, Sequence[ThreadEntry]]:
    """The first entry of a conversation, and what is held of it."""
    root = _root_named(entry)
    tree = store.thread(root.id, most)
    if _hangs_on(store, tree, entry, root):
        return root, tree
    line = _line_to(store, entry, most)
    named = _root_named(line[0])  # the topmost says what the root is
    if named.id != root.id:
        root, tree = named, store.thread(named.id, most)
    return root, _with_line(tree, line, root, most)


def _hangs_on(
    store: Store, tree: Sequence[ThreadEntry], entry: StoredEntry, root: Reference
) -> bool:
    """Whether an entry stands in the tree of the root that it names, as far up as it can be
    followed, and the root answers nothing itself."""
    parents = {one.id: one.parent for one in tree}
    at: bytes | None = entry.id
    while at is not None and at in parents and at != root.id:
        at = parents[at]
    if at == root.id:
        first = entry if root.id == entry.id else store.entry(root.id)
        return entry.id in parents and (first is None or _reply_of(first) is None)
    return entry.id in parents and at is not None and store.entry(at) is None


def _line_to(store: Store, entry: StoredEntry, most: int) -> list[StoredEntry]:
    """What an entry answers, what that answers, and so on, as far as it is held; the entry itself
    comes last."""
    line, seen = [entry], {entry.id}
    while len(line) < most:
        reply = _reply_of(line[-1])
        above = None if reply is None else store.entry(reply.id)
        if above is None or above.id in seen:
            break
        seen.add(above.id)
        line.append(above)
    return line[::-1]


def _with_line(
    tree: Sequence[ThreadEntry], line: Sequence[StoredEntry], root: Reference, most: int
) -> list[ThreadEntry]:
    """The tree with an entry in it that was left out because there are so many, and with what that
    answers."""
    places = {one.id: at for at, one in enumerate(tree)}
    held = [at for at, one in enumerate(line) if one.id in places]
    start = held[-1] + 1 if held else 0
    added: list[ThreadEntry] = []
    above = tree[places[line[held[-1]].id]].depth if held else _depth_of_top(line[0], root) - 1
    for depth, one in enumerate(line[start:], above + 1):
        reply = _reply_of(one)
        parent = None if one.id == root.id else (reply or root).id
        added.append(ThreadEntry(one.arrival, parent, depth, one.id))
    room = max(most - len(added), 0)
    at = min(places[line[held[-1]].id] + 1, room) if held else room
    return [*tree[:at], *added, *tree[at:room]]


def _depth_of_top(top: StoredEntry, root: Reference) -> int:
    """The depth of an entry of which nothing above is held but perhaps the root."""
    if top.id == root.id:
        return 0
    reply = _reply_of(top)
    return 1 if reply is None or reply.id == root.id else 2


def _root_named(entry: StoredEntry) -> Reference:
    return root_named(body_of(entry)) or entry.reference


def _reply_of(entry: StoredEntry) -> Reference | None:
    return answered_by(body_of(entry))
