"""Repair of entries whose rows are not what their authors signed any more.

They are found when they are read (`entry_rows.entry_of`, `runs.load`), marked, and asked for like
what is missing. Their rows stay: a header cannot be made again, and of the own feed no number may
ever be free. When a peer brings such an entry, its row is written anew, where the id shows that it
is the one that was there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from sayso_protocol.feed.run import Run

from ...validation.stored_entry import is_sound
from ..tables import feed_rows
from ..tables.accounts import look_rows
from ..tables.timeline import line_rows
from . import damage_marks

_ID = "SELECT id FROM entries WHERE feed = ? AND seq = ?"
_BODY = "SELECT arrival, body, sort_ms FROM entries WHERE feed = ? AND seq = ?"
_NEXT = "SELECT time_ms, body, signature, id FROM entries WHERE feed = ? AND seq = ?"
_REPAIR = """
    UPDATE entries SET time_ms = ?, id = ?, signature = ?, body = ?
    WHERE feed = ? AND seq = ?"""


def repair(
    db: sqlite3.Connection, row: feed_rows.FeedRow, numbers: Iterable[int], run: Run
) -> list[int]:
    """Write entries of a feed anew from a run, of those that have these numbers; gives the numbers
    that are repaired."""
    from ..words import word_index  # it compiles patterns, and this hardly ever happens

    done: list[int] = []
    for seq in numbers:
        at = seq - run.first
        body = run.bodies[at] if 0 <= at < len(run) else None
        if not isinstance(body, bytes) or not _is_it(db, row, seq, run.ids[at]):
            continue
        arrival, before, sort_ms = db.execute(_BODY, (row.number, seq)).fetchone()
        word_index.replace(db, arrival, before, body)
        columns = run.times[at], run.ids[at], run.signatures[at], body
        db.execute(_REPAIR, (*columns, row.number, seq))
        line_rows.replace(db, arrival, (sort_ms, seq, arrival))
        damage_marks.unmark(db, row.number, seq)
        done.append(seq)
    if done:
        look_rows.renew_feeds(db, [row.number])
    return done


def _is_it(db: sqlite3.Connection, row: feed_rows.FeedRow, seq: int, entry_id: bytes) -> bool:
    """Whether the entry that is stored under a number is the one with this id: by its row, or,
    where the id in that has rotted, by the stretch or the entry that comes next."""
    stored = db.execute(_ID, (row.number, seq)).fetchone()
    if stored is None:
        return False
    if entry_id in (stored[0], *(part.top for part in row.state.held if part.last == seq)):
        return True
    after = db.execute(_NEXT, (row.number, seq + 1)).fetchone()
    if after is None or after[1] is None:
        return False
    return is_sound(row.state.feed, seq + 1, entry_id, *after)
