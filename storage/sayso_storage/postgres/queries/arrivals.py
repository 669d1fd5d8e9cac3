"""Entries in the order in which they came: by the log, a batch of keys at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ...index.attachments import KEYS as ATTACHING
from ...index.kinds import REPOST_CODE, SHOWN_CODES
from ...interface.records import StoredEntry
from ..server.connection import Connection, Row
from ..tables.accounts.successors import shown_numbers
from ..tables.entry_rows import AT, COLUMNS, JOINED, KEYS, WIDTH, at_keys, columns_of, entry_of
from ..tables.log_keys import parts, walk
from .reposts import CountingReposts

_SHOWN: Final = f"""{COLUMNS}, e.kind, e.feed
    FROM {KEYS} JOIN entries e ON {AT} {JOINED}
    WHERE e.kind IN ({SHOWN_CODES}) AND e.sort_ms >= %s ORDER BY e.arrival"""

_ATTACHING: Final = f"""{COLUMNS}
    FROM {KEYS} JOIN entries e ON {AT} {JOINED}
    WHERE {" OR ".join(["position(%s::bytea in e.body) > 0"] * len(ATTACHING))}
    ORDER BY e.arrival"""

_IDS: Final = f"""
    SELECT e.arrival, e.id, e.body IS NOT NULL
    FROM {KEYS} JOIN entries e ON {AT} ORDER BY e.arrival"""  # noqa: S608


def arrived_after(db: Connection, arrival: int, limit: int) -> list[StoredEntry]:
    """See `StoredEntries.arrived_after`."""
    keys = islice((key for some in walk(db, arrival) for key in some), max(limit, 0))
    return [entry for some in parts(keys) for entry in at_keys(db, some)]


def attaching_after(db: Connection, arrival: int, last: int) -> list[StoredEntry]:
    """See `StoredEntries.attaching_after`."""
    return [
        entry_of(db, row)
        for keys in walk(db, arrival, last)
        for row in db.rows(_ATTACHING, (*columns_of(keys), *ATTACHING))
    ]


def shown_after(
    db: Connection, arrival: int, limit: int, since_ms: int | None
) -> list[StoredEntry]:
    """See `StoredEntries.shown_after`."""
    reposts = CountingReposts(db)
    rows = (
        row
        for keys in walk(db, arrival, accounts=shown_numbers(db))
        for row in db.rows(_SHOWN, (*columns_of(keys), since_ms or 0))
    )
    counting = (row for row in rows if row[-2] != REPOST_CODE or reposts.counts(row[-1], row[3]))
    return [entry_of(db, row[:WIDTH]) for row in islice(counting, max(limit, 0))]


def held_after(db: Connection, arrival: int) -> Iterator[Row]:
    """Place, id and whether the body is held, of the entries after a place; see `digest`."""
    for keys in walk(db, arrival):
        yield from db.rows(_IDS, columns_of(keys))
