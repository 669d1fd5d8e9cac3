"""Entries as they are read back.

Each is hashed again when it is read, unless that was done for this very row before: the id of the
entry before it comes with the row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from ...interface.records import StoredEntry
from ...validation.stored_entry import is_sound
from ..server.connection import Connection, Row, is_proven, note_damage, note_proven
from .feed_numbers import account_of, bucket, short

COLUMNS: Final = """
    SELECT e.arrival, a.key, f.key, e.seq, e.id, e.time_ms, e.sort_ms, e.arrived_ms, e.body,
        e.signature, e.size, e.hash,
        coalesce(
            (SELECT p.id FROM entries p
                WHERE p.account = e.account AND p.feed = e.feed AND p.seq = e.seq - 1),
            (SELECT h.below FROM held h
                WHERE h.account = e.account AND h.feed = e.feed AND h.first = e.seq))"""
"""The columns that `entry_of` takes; `JOINED` after the table that leads to `entries e`."""

WIDTH: Final = 13
"""The number of `COLUMNS`."""

ID: Final = 4
SEQ: Final = 3
"""The places of the id and the sequence number among them."""

JOINED: Final = """
    JOIN feeds f ON f.account = e.account AND f.feed = e.feed
    JOIN accounts a ON a.number = e.account"""

AT: Final = "e.account = k.account AND e.feed = k.feed AND e.seq = k.seq"
"""Where the keys `k` name entries `e`."""

Key = tuple[int, int]
"""A feed's number, and a sequence number in it: the name of an entry here."""

KEYS: Final = "unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS k (account, feed, seq)"
"""The keys `k`, given as `columns_of`."""

_KEYS: Final = """unnest(%s::bigint[], %s::bigint[], %s::bigint[])
    WITH ORDINALITY AS k (account, feed, seq, place)"""

_AT_KEYS: Final = f"{COLUMNS} FROM {_KEYS} JOIN entries e ON {AT} {JOINED} ORDER BY k.place"

_OF_IDS: Final = """
    SELECT i.feed, i.seq FROM unnest(%s::int[], %s::bytea[]) AS w (bucket, id)
    JOIN ids i ON i.bucket = w.bucket AND i.id = w.id"""

_ARRIVED: Final = """
    SELECT l.feed, l.seq + (k.arrival - l.arrival)
    FROM unnest(%s::bigint[]) WITH ORDINALITY AS k (arrival, place)
    JOIN LATERAL (SELECT * FROM log WHERE arrival <= k.arrival ORDER BY arrival DESC LIMIT 1) l
        ON l.last >= k.arrival
    ORDER BY k.place"""


def entry_of(db: Connection, row: Sequence[Any]) -> StoredEntry:
    """Make the record of one row of `COLUMNS`. The body is in it only where it is what the author
    signed: the id, which covers the header, the header's hash of the body, and the signature, is
    worked out again, unless that was done for this very row before."""
    *columns, previous = row
    entry = StoredEntry._make(columns)
    if entry.body is None or is_proven(db, entry.arrival, entry):
        return entry
    fields = entry.feed, entry.seq, previous, entry.time_ms, entry.body, entry.signature, entry.id
    if not is_sound(*fields):
        note_damage(db, entry.arrival)
        return entry._replace(body=None)
    note_proven(db, entry.arrival, entry)
    return entry


def entries_of(db: Connection, rows: Iterable[Row]) -> list[StoredEntry]:
    """The same of many rows."""
    return [entry_of(db, row) for row in rows]


def columns_of(keys: Sequence[Key]) -> list[list[int]]:
    """Keys as columns of account, feed and number, for `unnest`."""
    feeds = [feed for feed, _ in keys]
    return [[account_of(feed) for feed in feeds], feeds, [seq for _, seq in keys]]


def at_keys(db: Connection, keys: Sequence[Key]) -> list[StoredEntry]:
    """The entries that have these keys, in the order given; those that are not there are left
    out."""
    return entries_of(db, db.rows(_AT_KEYS, columns_of(keys))) if keys else []


def keys_of_ids(db: Connection, ids: Iterable[bytes]) -> list[Key]:
    """The keys of the entries whose ids begin as these do: of each its own, if it is held, and
    hardly ever another."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    columns = [[bucket(one) for one in wanted], [short(one) for one in wanted]]
    return [(feed, seq) for feed, seq in db.rows(_OF_IDS, columns)]


def by_ids(db: Connection, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
    """Entries by their full ids; what is not held is left out."""
    wanted = set(ids)
    found = at_keys(db, keys_of_ids(db, wanted))
    return {entry.id: entry for entry in found if entry.id in wanted}


def keys_at(db: Connection, arrivals: Sequence[int]) -> list[Key]:
    """The keys of the entries that came at these places in the order of arrival. One of an entry
    that was removed since may name nothing, or another that came later."""
    return [(feed, seq) for feed, seq in db.rows(_ARRIVED, (list(arrivals),))]


def at_arrivals(db: Connection, arrivals: Sequence[int]) -> list[StoredEntry]:
    """The entries that came at these places, in the order given; removed ones are left out."""
    wanted = set(arrivals)
    return [one for one in at_keys(db, keys_at(db, arrivals)) if one.arrival in wanted]
