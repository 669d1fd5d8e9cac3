"""Entries as they are read back.

What an entry has in common with others is read where it is needed alone: the id of the entry
before it while the row is not known to be sound, size and hash of a body where that is absent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from operator import add
from typing import Any, Final, TypeVar

from sayso_protocol.codec import array_packer
from sayso_protocol.crypto.hashing import body_hashes, entry_ids
from sayso_protocol.feed.entry import VERSION

from ...interface.records import StoredEntry
from ...validation.stored_entry import is_sound
from ..sql.connection import is_proven, note_damage, note_proven

SHORT = 6
"""Bytes of an id that indexes hold; schema/0001_start.sql has the same number."""

COLUMNS = """
    SELECT e.arrival, a.key, f.key, e.seq, e.id, e.time_ms, e.sort_ms,
        (SELECT arrived_ms FROM batches WHERE first <= e.arrival ORDER BY first DESC LIMIT 1),
        e.body, e.signature,
        CASE WHEN e.body IS NULL
            THEN (SELECT size FROM absent WHERE arrival = e.arrival) ELSE length(e.body) END,
        CASE WHEN e.body IS NULL
            THEN (SELECT hash FROM absent WHERE arrival = e.arrival) END"""
"""The columns that `entry_of` takes, those of `StoredEntry`; `JOINED` after the table that leads
to `entries e`."""

_PREVIOUS = """
        coalesce(
            (SELECT p.id FROM entries p WHERE p.feed = e.feed AND p.seq = e.seq - 1),
            (SELECT h.below FROM held h WHERE h.feed = e.feed AND h.first = e.seq))"""

LONG_COLUMNS = f"{COLUMNS}, {_PREVIOUS}"
"""The columns that `long_entry_of` takes: for who reads much, and nothing of it again."""

WIDTH = 12
"""The number of `COLUMNS`."""

SEQ = 3
"""The place of the sequence number among them."""

JOINED = """
    CROSS JOIN feeds f ON f.number = e.feed
    CROSS JOIN accounts a ON a.number = f.account"""
"""CROSS JOIN fixes the order (sqlite.org/optoverview.html): statistics never change a plan."""

_PREVIOUS_OF = f"SELECT {_PREVIOUS} FROM entries e WHERE e.arrival = ?"  # noqa: S608 - fixed text

T = TypeVar("T")

_SIZES: Final = (1, 10, 50, 500)
"""Entries looked up by one statement; so many statements are prepared once a connection."""


def entry_of(db: sqlite3.Connection, row: Sequence[Any]) -> StoredEntry:
    """Make the record of one row of `COLUMNS`. The body is in it only where it is what the author
    signed: the id, which covers the header, the header's hash of the body, and the signature, is
    worked out again, unless that was done for this very row before. Some 6 µs, or less than 1."""
    entry = StoredEntry._make(row)
    if entry.body is None or is_proven(db, entry.arrival, entry):
        return entry
    previous = db.execute(_PREVIOUS_OF, (entry.arrival,)).fetchone()
    if previous is None or not _is_sound(entry, previous[0]):
        return _without_body(db, entry)
    note_proven(db, entry.arrival, entry)
    return entry


def long_entry_of(db: sqlite3.Connection, row: Sequence[Any]) -> StoredEntry:
    """The same of one row of `LONG_COLUMNS`: always some 4 µs."""
    columns = row[:WIDTH]
    entry = StoredEntry._make(columns)
    _, _, feed, seq, stored_id, time_ms, _, _, body, signature, _, _ = columns
    if body is None or is_sound(feed, seq, row[WIDTH], time_ms, body, signature, stored_id):
        return entry
    return _without_body(db, entry)


def long_entries_of(db: sqlite3.Connection, rows: Iterable[Sequence[Any]]) -> list[StoredEntry]:
    """The same of many rows, hashed a column at a time: a third less."""
    found = list(rows)
    if not found or not _are_sound(found):
        return [long_entry_of(db, row) for row in found]
    return [StoredEntry._make(row[:WIDTH]) for row in found]


def _are_sound(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether all of these entries are held and have the ids that they are stored under. Never
    raises, whatever rotted."""
    _, _, feeds, seqs, ids, times, _, _, bodies, signatures, *_, previous = zip(*rows, strict=True)
    try:
        fields = repeat(VERSION), feeds, seqs, previous, times, map(len, bodies)
        headers = map(array_packer(), zip(*fields, body_hashes(bodies), strict=False))
        return entry_ids(map(add, headers, signatures)) == list(ids)
    except (TypeError, ValueError, OverflowError):
        return False


def _without_body(db: sqlite3.Connection, entry: StoredEntry) -> StoredEntry:
    note_damage(db, entry.arrival)
    return entry._replace(body=None)


def _is_sound(entry: StoredEntry, previous: bytes | None) -> bool:
    assert entry.body is not None
    return is_sound(
        entry.feed,
        entry.seq,
        previous,
        entry.time_ms,
        entry.body,
        entry.signature,
        entry.id,
    )


def at_arrivals(db: sqlite3.Connection, arrivals: Iterable[int]) -> list[StoredEntry]:
    """The entries that came at these places, in the order given."""
    wanted = list(arrivals)
    found: dict[int, StoredEntry] = {}
    for some in chunks(wanted):
        for row in db.execute(_at_places(len(some)), some):
            found[row[0]] = entry_of(db, row)
    return [found[arrival] for arrival in wanted]


def long_at_arrivals(db: sqlite3.Connection, arrivals: Iterable[int]) -> list[StoredEntry]:
    """The same in any order, each once, of entries of which few are read again."""
    return [
        entry
        for some in chunks(list(arrivals))
        for entry in long_entries_of(db, db.execute(_long_at_places(len(some)), some))
    ]


def chunks(values: Sequence[T]) -> Iterable[Sequence[T]]:
    """Values in parts that have one of a few lengths; the last is filled up with one of its own."""
    most = _SIZES[-1]
    for start in range(0, len(values), most):
        part = values[start : start + most]
        size = next(size for size in _SIZES if size >= len(part))
        yield [*part, *[part[-1]] * (size - len(part))]


def marks(count: int) -> str:
    """So many parameters of a statement, for IN."""
    return ", ".join("?" * count)


@lru_cache(maxsize=len(_SIZES))
def _at_places(count: int) -> str:
    return f"{COLUMNS} FROM entries e {JOINED} WHERE e.arrival IN ({marks(count)})"


@lru_cache(maxsize=len(_SIZES))
def _long_at_places(count: int) -> str:
    return f"{LONG_COLUMNS} FROM entries e {JOINED} WHERE e.arrival IN ({marks(count)})"
