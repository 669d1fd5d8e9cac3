"""Threads in memory, written as their definition."""

from __future__ import annotations

from collections.abc import Sequence

from ...index.body_facts import IndexedFacts
from ...index.thread_order import Reply, in_order
from ...interface.content.relations import ROOT, ThreadEntry
from ...interface.records import StoredEntry


def thread(
    every: Sequence[tuple[StoredEntry, IndexedFacts]], root_id: bytes, limit: int
) -> list[ThreadEntry]:
    """See `Relations.thread`."""
    replies = {
        entry.id: Reply(entry.place, entry.id, None if entry.id == root_id else facts.reply)
        for entry, facts in every
    }
    named = {entry.id for entry, facts in every if _names(facts, root_id)} - {root_id}
    connected = _below({root_id}, replies)
    loose = _below(named - connected.keys(), replies)
    chosen = _first(connected, limit, root_id)
    chosen += _first(
        {one: reply for one, reply in loose.items() if one not in connected},
        limit - len(chosen),
        root_id,
    )
    return in_order(root_id, chosen)


def _names(facts: IndexedFacts, root_id: bytes) -> bool:
    return any(one.code == ROOT and one.subject == root_id for one in facts.relations)


def _below(tops: set[bytes], replies: dict[bytes, Reply]) -> dict[bytes, Reply]:
    """Some entries, as far as they are held, and what replies to them or to what does."""
    found, size = set(tops), 0
    while size != len(found):
        size = len(found)
        found |= {one.id for one in replies.values() if one.parent in found}
    return {one: replies[one] for one in found if one in replies}


def _first(some: dict[bytes, Reply], limit: int, root_id: bytes) -> list[Reply]:
    """Those with the lowest depths, and places."""

    def depth(one: Reply) -> int:
        if one.id == root_id:
            return 0
        parent = one.parent or root_id
        if parent == root_id:
            return 1
        return depth(some[parent]) + 1 if parent in some else 2

    return sorted(some.values(), key=lambda one: (depth(one), one.place))[: max(limit, 0)]
