"""Entries as they are read back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.feed.entry import encode_header

from ...interface.records import StoredEntry
from ..sql.connection import note_damage

SHORT = 6
"""Bytes of an id that indexes hold; schema/0001_start.sql has the same number."""

COLUMNS = """
    SELECT e.arrival, a.key, f.key, e.seq, e.id,
        coalesce(
            (SELECT p.id FROM entries p WHERE p.feed = e.feed AND p.seq = e.seq - 1),
            (SELECT h.below FROM held h WHERE h.feed = e.feed AND h.first = e.seq)),
        e.time_ms, e.sort_ms,
        (SELECT arrived_ms FROM batches WHERE first <= e.arrival ORDER BY first DESC LIMIT 1),
        e.body, e.signature, b.size, b.hash"""
"""The columns that `entry_of` takes; `JOINED` after the table that leads to `entries e`."""

JOINED = """
    CROSS JOIN feeds f ON f.number = e.feed
    CROSS JOIN accounts a ON a.number = f.account
    LEFT JOIN absent b ON b.arrival = e.arrival"""
"""CROSS JOIN fixes the order (sqlite.org/optoverview.html): statistics never change a plan."""

BY_ARRIVAL = f"{COLUMNS} FROM entries e {JOINED} WHERE e.arrival = ?"


def entry_of(db: sqlite3.Connection, row: tuple[Any, ...]) -> StoredEntry:
    """Make the record of one row of `COLUMNS`. The body is in it only where it is what the author
    signed: the id, which covers the header, the header's hash of the body, and the signature, is
    worked out again. Some 4 µs."""
    (arrival, account, feed, seq, stored_id, previous) = row[:6]
    (time_ms, sort_ms, arrived_ms, body, signature, size, digest) = row[6:]
    damaged = False
    if body is not None:
        size = len(body)
        damaged = not is_sound(feed, seq, previous, time_ms, body, signature, stored_id)
        if damaged:
            body = None
            note_damage(db, arrival)
    return StoredEntry(
        arrival=arrival,
        account=account,
        feed=feed,
        seq=seq,
        id=stored_id,
        previous=previous,
        time_ms=time_ms,
        sort_ms=sort_ms,
        arrived_ms=arrived_ms,
        body=body,
        signature=signature,
        body_size=size,
        body_hash=digest,
        damaged=damaged,
    )


def is_sound(
    feed: bytes,
    seq: int,
    previous: bytes | None,
    time_ms: int,
    body: bytes,
    signature: bytes,
    stored_id: bytes,
) -> bool:
    """Whether an entry has the id that it is stored under. Never raises, whatever rotted."""
    try:
        header = encode_header(feed, seq, previous, time_ms, len(body), body_hash(body))
        return entry_id(header, signature) == stored_id
    except (TypeError, ValueError, OverflowError):
        return False


def at_arrivals(db: sqlite3.Connection, arrivals: Iterable[int]) -> list[StoredEntry]:
    """The entries that came at these places, in the order given."""
    return [entry_of(db, db.execute(BY_ARRIVAL, (arrival,)).fetchone()) for arrival in arrivals]
