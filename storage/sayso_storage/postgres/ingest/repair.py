"""Repair of entries whose rows are not what their authors signed any more.

They are found when they are read (`entry_rows.entry_of`, `runs.load`), marked, and asked for like
what is missing. Their rows stay: a header cannot be made again, and of the own feed no number may
ever be free. When a peer brings such an entry, its row is written anew, where the id shows that it
is the one that was there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sayso_protocol.feed.run import Run

from ...validation.stored_entry import is_sound
from ..server.connection import Connection
from ..tables import feed_rows
from ..tables.accounts import look_rows
from ..tables.feed_numbers import account_of
from . import damage_marks

_ID: Final = "SELECT id FROM entries WHERE account = %s AND feed = %s AND seq = %s"
_ARRIVAL: Final = "SELECT arrival FROM entries WHERE account = %s AND feed = %s AND seq = %s"
_NEXT: Final = """
    SELECT time_ms, body, signature, id FROM entries
    WHERE account = %s AND feed = %s AND seq = %s"""
_REPAIR: Final = """
    UPDATE entries SET time_ms = %s, id = %s, signature = %s, body = %s, size = %s, hash = NULL
    WHERE account = %s AND feed = %s AND seq = %s"""


def repair(db: Connection, row: feed_rows.FeedRow, numbers: Iterable[int], run: Run) -> list[int]:
    """Write entries of a feed anew from a run, of those that have these numbers; gives the numbers
    that are repaired."""
    from ..words import word_index  # it compiles patterns, and this hardly ever happens

    done: list[int] = []
    for seq in numbers:
        at = seq - run.first
        body = run.bodies[at] if 0 <= at < len(run) else None
        if not isinstance(body, bytes) or not _is_it(db, row, seq, run.ids[at]):
            continue
        key = account_of(row.number), row.number, seq
        columns = run.times[at], run.ids[at], run.signatures[at], body, len(body)
        db.run(_REPAIR, (*columns, *key))
        ((arrival,),) = db.rows(_ARRIVAL, key)
        word_index.replace(db, row.number, seq, arrival)
        damage_marks.unmark(db, row.number, seq)
        done.append(seq)
    if done:
        look_rows.renew_feeds(db, [row.number])
    return done


def _is_it(db: Connection, row: feed_rows.FeedRow, seq: int, entry_id: bytes) -> bool:
    """Whether the entry that is stored under a number is the one with this id: by its row, or,
    where the id in that has rotted, by the stretch or the entry that comes next."""
    stored = db.row(_ID, (account_of(row.number), row.number, seq))
    if stored is None:
        return False
    if entry_id in (stored[0], *(part.top for part in row.state.held if part.last == seq)):
        return True
    after = db.row(_NEXT, (account_of(row.number), row.number, seq + 1))
    if after is None or after[1] is None:
        return False
    return is_sound(row.state.feed, seq + 1, entry_id, *after)
