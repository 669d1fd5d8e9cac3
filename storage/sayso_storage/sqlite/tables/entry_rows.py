"""Entries as they are read back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from ...interface.records import StoredEntry

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

SEQ = 3
"""The place of the sequence number among them."""

JOINED = """
    CROSS JOIN feeds f ON f.number = e.feed
    CROSS JOIN accounts a ON a.number = f.account
    LEFT JOIN absent b ON b.arrival = e.arrival"""
"""CROSS JOIN fixes the order (sqlite.org/optoverview.html): statistics never change a plan."""

BY_ARRIVAL = f"{COLUMNS} FROM entries e {JOINED} WHERE e.arrival = ?"


def entry_of(row: tuple[Any, ...]) -> StoredEntry:
    """Make the record of one row of `COLUMNS`."""
    (arrival, account, feed, seq, entry_id, previous) = row[:6]
    (time_ms, sort_ms, arrived_ms, body, signature, size, digest) = row[6:]
    return StoredEntry(
        arrival=arrival,
        account=account,
        feed=feed,
        seq=seq,
        id=entry_id,
        previous=previous,
        time_ms=time_ms,
        sort_ms=sort_ms,
        arrived_ms=arrived_ms,
        body=body,
        signature=signature,
        body_size=size if body is None else len(body),
        body_hash=digest,
    )


def at_arrivals(db: sqlite3.Connection, arrivals: Iterable[int]) -> list[StoredEntry]:
    """The entries that came at these places, in the order given."""
    return [entry_of(db.execute(BY_ARRIVAL, (arrival,)).fetchone()) for arrival in arrivals]
