"""Runs to send, and the newest entry of a feed as a run of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sayso_protocol.feed.run import Body, RawRun, has_ids, part_of
from sayso_protocol.limits import MAX_RUN_BYTES, MAX_RUN_ENTRIES

from ...index.body_columns import join_body
from ...interface.records import Held
from ...validation.segments import newest
from ..server.connection import Connection, Row, note_damage
from ..tables import feed_rows
from ..tables.feed_numbers import account_of

_STRETCH = """
    SELECT time_ms, body, signature, id, arrival, size, hash FROM entries
    WHERE account = %s AND feed = %s AND seq BETWEEN %s AND %s ORDER BY seq DESC LIMIT %s"""

_ROWS_AT_A_TIME = 64
"""Entries that are read first: many runs end by their bytes before they end by their number."""

_HEAD = """
    SELECT e.seq, e.id, p.id, e.time_ms, e.signature, e.body, e.size, e.hash
    FROM entries e
    LEFT JOIN entries p ON p.account = e.account AND p.feed = e.feed AND p.seq = e.seq - 1
    WHERE e.account = %s AND e.feed = %s ORDER BY e.seq DESC LIMIT 1"""


class Columns(NamedTuple):
    """Entries as they are stored, oldest first."""

    times: list[int]
    bodies: list[Body]
    signatures: list[bytes]
    ids: list[bytes]
    arrivals: list[int]

    def run(self, feed: bytes, first: int, previous: bytes | None) -> RawRun:
        """The run of these entries."""
        return RawRun(feed, first, previous, self.times, self.bodies, self.signatures)


def columns_of(db: Connection, number: int, low: int, high: int) -> Columns:
    """What fits into one run, of the highest."""
    found = _fitting(db, number, low, high)
    if not found:
        return Columns([], [], [], [], [])
    times, bodies, signatures, ids, arrivals, sizes, hashes = zip(*reversed(found), strict=True)
    whole = [
        body if body is not None else join_body(None, size, of)
        for body, size, of in zip(bodies, sizes, hashes, strict=True)
    ]
    return Columns([*times], whole, [*signatures], [*ids], [*arrivals])


def _fitting(db: Connection, number: int, low: int, high: int) -> list[Row]:
    """The first rows that fit into one run, one at least."""
    found: list[Row] = []
    room, at_once = MAX_RUN_BYTES, _ROWS_AT_A_TIME
    while high >= low:
        some = db.rows(_STRETCH, (account_of(number), number, low, high, at_once))
        for row in some:
            room -= len(row[1] or b"")
            if room < 0 and found:
                return found
            found.append(row)
        if len(some) < at_once:
            break
        high, at_once = high - len(some), MAX_RUN_ENTRIES
    return found


def load(db: Connection, feed: bytes, first: int, last: int) -> RawRun | None:
    """See `Store.load`. Each entry is hashed again: what is damaged is in no run, and noted."""
    known = feed_rows.held_of_each(db, [feed]).get(feed)
    return None if known is None else load_known(db, feed, first, last, *known)


def load_known(
    db: Connection, feed: bytes, first: int, last: int, number: int, held: Sequence[Held]
) -> RawRun | None:
    """The same of a feed whose number and stretches were looked up."""
    while (found := newest(held, first, last)) is not None:
        part, low, high = found
        columns = columns_of(db, number, max(low, high - MAX_RUN_ENTRIES + 1), high)
        bottom = high - len(columns.times) + 1
        previous = part.below if bottom == part.first else _id_at(db, number, bottom - 1)
        raw = columns.run(feed, bottom, previous)
        sound = raw if has_ids(raw, columns.ids) else _sound_part(db, raw, columns)
        if sound is not None:
            return sound
        last = bottom - 1
    return None


def _sound_part(db: Connection, raw: RawRun, columns: Columns) -> RawRun | None:
    """The highest entries of a run, without a gap, that are what their authors signed; notes
    the others."""
    names = [raw.previous, *columns.ids]
    sound: set[int] = set()
    for at, seq in enumerate(range(raw.first, raw.last + 1)):
        one = RawRun(
            raw.feed,
            seq,
            names[at],
            raw.times[at : at + 1],
            raw.bodies[at : at + 1],
            raw.signatures[at : at + 1],
        )
        if has_ids(one, columns.ids[at : at + 1]):
            sound.add(seq)
        else:
            note_damage(db, columns.arrivals[at])
    if not sound:
        return None
    first = last = max(sound)
    while first - 1 in sound:
        first -= 1
    return part_of(raw, columns.ids, first, last)


def head_of(db: Connection, row: feed_rows.FeedRow) -> tuple[RawRun, bytes] | tuple[None, None]:
    """The entry with a feed's highest stored number, whatever its stretches say, and its id."""
    found = db.row(_HEAD, (account_of(row.number), row.number))
    if found is None:
        return None, None
    seq, entry_id, id_before, time_ms, signature, *body = found
    below = next((part.below for part in row.state.held if part.first == seq), None)
    columns = [time_ms], [join_body(*body)], [signature]
    return RawRun(row.state.feed, seq, below or id_before, *columns), entry_id


def note_head(db: Connection, row: feed_rows.FeedRow) -> None:
    """Note that the entry of `head_of` is damaged."""
    query = """
        SELECT arrival FROM entries WHERE account = %s AND feed = %s ORDER BY seq DESC LIMIT 1"""
    for (arrival,) in db.rows(query, (account_of(row.number), row.number)):
        note_damage(db, arrival)


def damaged_at(
    db: Connection, number: int, feed: bytes, held: Sequence[Held], seq: int
) -> int | None:
    """The place of an entry that is held, if it is not what its author signed."""
    columns = columns_of(db, number, seq, seq)
    below = next((part.below for part in held if part.first == seq), None)
    raw = columns.run(feed, seq, below or _id_at(db, number, seq - 1))
    if not columns.ids or has_ids(raw, columns.ids):
        return None  # no row: it is the name below a stretch
    return columns.arrivals[0]


def _id_at(db: Connection, number: int, seq: int) -> bytes | None:
    query = "SELECT id FROM entries WHERE account = %s AND feed = %s AND seq = %s"
    row = db.row(query, (account_of(number), number, seq))
    return None if row is None else row[0]
