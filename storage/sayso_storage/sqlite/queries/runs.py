"""Runs to send, and the newest entry of a feed as a run of one."""

from __future__ import annotations

import sqlite3

from sayso_protocol.feed.run import Body, RawRun
from sayso_protocol.limits import MAX_RUN_BYTES, MAX_RUN_ENTRIES

from ...index.body_columns import join_body
from ...validation.segments import newest
from ..tables import feed_rows

_STRETCH = """
    SELECT e.time_ms, e.body, e.signature, b.size, b.hash
    FROM entries e LEFT JOIN absent b ON b.arrival = e.arrival
    WHERE e.feed = ? AND e.seq BETWEEN ? AND ? ORDER BY e.seq DESC"""


def columns_of(
    db: sqlite3.Connection, number: int, low: int, high: int
) -> tuple[list[int], list[Body], list[bytes]]:
    """Times, bodies and signatures of what fits into one run, oldest first."""
    times: list[int] = []
    bodies: list[Body] = []
    signatures: list[bytes] = []
    room = MAX_RUN_BYTES
    for time_ms, body, signature, size, digest in db.execute(_STRETCH, (number, low, high)):
        room -= len(body or b"")
        if room < 0 and times:
            break
        times.append(time_ms)
        bodies.append(join_body(body, size, digest))
        signatures.append(signature)
    return times[::-1], bodies[::-1], signatures[::-1]


_HEAD = """
    SELECT e.seq, e.id, p.id, e.time_ms, e.signature, e.body, b.size, b.hash
    FROM entries e LEFT JOIN entries p ON p.feed = e.feed AND p.seq = e.seq - 1
    LEFT JOIN absent b ON b.arrival = e.arrival
    WHERE e.feed = ? ORDER BY e.seq DESC LIMIT 1"""


def load(db: sqlite3.Connection, feed: bytes, first: int, last: int) -> RawRun | None:
    """See `Store.load`."""
    row = feed_rows.by_key(db, feed)
    found = newest(row.state.held, first, last) if row else None
    if row is None or found is None:
        return None
    part, low, high = found
    columns = columns_of(db, row.number, max(low, high - MAX_RUN_ENTRIES + 1), high)
    bottom = high - len(columns[0]) + 1
    previous = part.below if bottom == part.first else _id_at(db, row.number, bottom - 1)
    return RawRun(feed, bottom, previous, *columns)


def head_of(
    db: sqlite3.Connection, row: feed_rows.FeedRow
) -> tuple[RawRun, bytes] | tuple[None, None]:
    """The entry with a feed's highest stored number, whatever its stretches say, and its id."""
    found = db.execute(_HEAD, (row.number,)).fetchone()
    if found is None:
        return None, None
    seq, entry_id, id_before, time_ms, signature, *body = found
    below = next((part.below for part in row.state.held if part.first == seq), None)
    columns = [time_ms], [join_body(*body)], [signature]
    return RawRun(row.state.feed, seq, below or id_before, *columns), entry_id


def _id_at(db: sqlite3.Connection, number: int, seq: int) -> bytes | None:
    query = "SELECT id FROM entries WHERE feed = ? AND seq = ?"
    row = db.execute(query, (number, seq)).fetchone()
    return None if row is None else row[0]
