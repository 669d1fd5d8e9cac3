"""The order of a conversation: what replies to an entry follows it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..interface.content.relations import ThreadEntry
from ..interface.records import Place


class Reply(NamedTuple):
    """An entry of a thread; `parent` is what it replies to, held or not."""

    place: Place
    id: bytes
    parent: bytes | None


def in_order(root_id: bytes, replies: Iterable[Reply]) -> list[ThreadEntry]:
    """The entries of a thread, which may have its first, as `Relations.thread` gives them."""
    below: dict[bytes, list[Reply]] = {}
    held = {}
    for one in replies:
        held[one.id] = one
        if one.id != root_id:
            below.setdefault(one.parent or root_id, []).append(one)
    for some in below.values():
        some.sort()
    found: list[ThreadEntry] = []
    if root_id in held:
        found.append(ThreadEntry(held[root_id].place[2], None, 0, root_id))
    # What is not held stands where the first of its replies does.
    tops = [(one.place, one) for one in below.get(root_id, ())]
    absent = [one for one in below if one != root_id and one not in held]
    tops += [(below[one][0].place, Reply(below[one][0].place, one, None)) for one in absent]
    waiting = [(1, one) for _, one in sorted(tops, reverse=True)]
    while waiting:
        depth, (place, entry_id, parent) = waiting.pop()
        if entry_id in held:
            found.append(ThreadEntry(place[2], parent or root_id, depth, entry_id))
        replies_to = below.get(entry_id)
        if replies_to is not None:
            waiting += [(depth + 1, reply) for reply in reversed(replies_to)]
    return found


def first_by_depth(root_id: bytes, every: dict[bytes, Reply], limit: int) -> list[Reply]:
    """Of entries that do not hang on the first one, those with the lowest depths and places."""
    depths: dict[bytes, int] = {}

    def depth_of(one: Reply) -> int:
        line: list[Reply] = []
        at: Reply | None = one
        while at is not None and at.id not in depths:
            line.append(at)
            at = every.get(at.parent or root_id)
        for each in reversed(line):
            above = 0 if each.parent == root_id else depths.get(each.parent or b"", 1)
            depths[each.id] = above + 1
        return depths[one.id]

    ordered = sorted(every.values(), key=lambda one: (depth_of(one), one.place))
    return ordered[:limit]
