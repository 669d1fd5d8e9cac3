"""Threads: one walk over replies, and a second one where some replies are not held."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...index.body_facts import facts_of
from ...index.thread_order import Reply, first_by_depth, in_order
from ...interface.content.relations import ROOT, ThreadEntry
from ..tables.content.relation_rows import SUBJECT_SIZE
from ..tables.entry_rows import SHORT, chunks, marks

# Six bytes of an id can be ground (replies.py), so the whole id must be in the body, too. To read
# what the body says would take twice as long as all the rest.
_ANSWERS = f"""
    CROSS JOIN replies r ON r.parent = substr(t.id, 1, {SHORT})
    CROSS JOIN entries e ON e.arrival = r.arrival"""

# The ORDER BY makes it a queue, of which the least deep comes first (sqlite.org/lang_with.html).
_WALK = f"""
    WITH RECURSIVE told (arrival, sort_ms, seq, id, parent, depth) AS (
        SELECT NULL, 0, 0, :root, NULL, 0
        UNION ALL
        SELECT e.arrival, e.sort_ms, e.seq, e.id, t.id, t.depth + 1
        FROM told t {_ANSWERS} WHERE instr(e.body, t.id)
        ORDER BY 6, 2, 3, 1 LIMIT :limit + 1)
    SELECT sort_ms, seq, arrival, id, parent FROM told WHERE arrival IS NOT NULL"""  # noqa: S608

_FIRST = f"""
    SELECT sort_ms, seq, arrival, id FROM entries INDEXED BY entries_by_id
    WHERE substr(id, 1, {SHORT}) = substr(?1, 1, {SHORT}) AND id = ?1"""  # noqa: S608

_ROOTED = f"""
    SELECT arrival FROM acts WHERE subject = ? AND code = {ROOT}
    ORDER BY sort_ms, seq, arrival LIMIT ?"""  # noqa: S608 - fixed text

_ROWS = "SELECT sort_ms, seq, arrival, id, body FROM entries WHERE arrival IN ({})"

_ANSWERS_TO = f"""
    SELECT e.sort_ms, e.seq, e.arrival, e.id, t.id
    FROM entries t {_ANSWERS} WHERE t.arrival IN ({{}}) AND instr(e.body, t.id)"""  # noqa: S608


def thread(db: sqlite3.Connection, root_id: bytes, limit: int) -> list[ThreadEntry]:
    """See `Relations.thread`."""
    found = list(_connected(db, root_id, max(limit, 0)))
    if len(found) < limit:
        seen = {reply.place[2] for reply in found}
        subject = root_id[:SUBJECT_SIZE]
        rooted = db.execute(_ROOTED, (subject, 2 * limit)).fetchall()
        loose = [arrival for (arrival,) in rooted if arrival not in seen]
        if loose:
            found += _loose(db, root_id, loose, seen, limit - len(found))
    return in_order(root_id, found)


def _connected(db: sqlite3.Connection, root_id: bytes, limit: int) -> Iterator[Reply]:
    """The first entry, if it is held, and what hangs on it without a gap."""
    for *place, entry_id in db.execute(_FIRST, (root_id,)).fetchall()[:limit]:
        yield Reply(_place(place), entry_id, None)
        limit -= 1
    for sort_ms, seq, arrival, entry_id, parent in db.execute(
        _WALK, {"root": root_id, "limit": limit}
    ):
        yield Reply((sort_ms, seq, arrival), entry_id, parent)


def _loose(
    db: sqlite3.Connection, root_id: bytes, arrivals: Sequence[int], seen: set[int], limit: int
) -> list[Reply]:
    """The posts that name the first entry, and do not hang on it, and what replies to them: those
    with the fewest replies in between first."""
    every: dict[bytes, Reply] = {}
    for sort_ms, seq, arrival, entry_id, body in _each(db, _ROWS, arrivals):
        reply = None if body is None else facts_of(body).reply
        every[entry_id] = Reply((sort_ms, seq, arrival), entry_id, reply or root_id)
    waiting = list(every.values())
    while waiting and len(every) <= 2 * limit:
        answers = _each(db, _ANSWERS_TO, [one.place[2] for one in waiting])
        waiting = []
        for *place, entry_id, parent in answers:
            if entry_id not in every and place[2] not in seen:
                every[entry_id] = Reply(_place(place), entry_id, parent)
                waiting.append(every[entry_id])
    return first_by_depth(root_id, every, limit)


def _each(db: sqlite3.Connection, query: str, arrivals: Sequence[int]) -> Iterable[tuple[Any, ...]]:
    for some in chunks(arrivals):
        yield from db.execute(query.format(marks(len(some))), some)


def _place(columns: Sequence[int]) -> tuple[int, int, int]:
    sort_ms, seq, arrival = columns
    return sort_ms, seq, arrival
