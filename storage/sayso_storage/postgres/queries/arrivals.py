"""Entries in the order in which they came: by the log, a batch of keys at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from ...index.attachments import KEYS as ATTACHING
from ...index.kinds import REPOST_CODE, SHOWN_CODES
from ...interface.records import StoredEntry
from ..server.connection import Connection, Row
from ..tables.accounts.successors import shown_numbers
from ..tables.entry_rows import AT, COLUMNS, JOINED, KEYS, WIDTH, Key, at_keys, columns_of, entry_of
from .reposts import CountingReposts

_STRETCHES: Final = """
    SELECT arrival, last, feed, seq FROM log
    WHERE last > %s AND arrival <= %s {} ORDER BY arrival LIMIT %s"""
_OF_ALL: Final = _STRETCHES.format("")
_OF_SOME: Final = _STRETCHES.format("AND account = ANY(%s)")

_AT_ONCE: Final = 500
"""Entries that are read together, and stretches of the log."""

_EVER: Final = (1 << 63) - 1

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
    keys = islice((key for some in _walk(db, arrival) for key in some), max(limit, 0))
    return [entry for some in _parts(keys) for entry in at_keys(db, some)]


def attaching_after(db: Connection, arrival: int, last: int) -> list[StoredEntry]:
    """See `StoredEntries.attaching_after`."""
    return [
        entry_of(db, row)
        for keys in _walk(db, arrival, last)
        for row in db.rows(_ATTACHING, (*columns_of(keys), *ATTACHING))
    ]


def shown_after(
    db: Connection, arrival: int, limit: int, since_ms: int | None
) -> list[StoredEntry]:
    """See `StoredEntries.shown_after`."""
    reposts = CountingReposts(db)
    rows = (
        row
        for keys in _walk(db, arrival, accounts=shown_numbers(db))
        for row in db.rows(_SHOWN, (*columns_of(keys), since_ms or 0))
    )
    counting = (row for row in rows if row[-2] != REPOST_CODE or reposts.counts(row[-1], row[3]))
    return [entry_of(db, row[:WIDTH]) for row in islice(counting, max(limit, 0))]


def held_after(db: Connection, arrival: int) -> Iterator[Row]:
    """Place, id and whether the body is held, of the entries after a place; see `digest`."""
    for keys in _walk(db, arrival):
        yield from db.rows(_IDS, columns_of(keys))


def keys_between(db: Connection, after: int, last: int) -> list[Key]:
    """The keys of what came after a place, up to another, in their order."""
    return [key for some in _walk(db, after, last) for key in some]


def _walk(
    db: Connection, arrival: int, last: int = _EVER, accounts: Sequence[int] | None = None
) -> Iterator[list[Key]]:
    """The keys of what came after a place, up to another, in their order."""
    while True:
        if accounts is None:
            found = db.rows(_OF_ALL, (arrival, last, _AT_ONCE))
        else:
            found = db.rows(_OF_SOME, (arrival, last, accounts, _AT_ONCE))
        yield from _parts(_keys(found, arrival, last))
        if len(found) < _AT_ONCE:
            return
        arrival = found[-1][1]


def _keys(stretches: Sequence[Row], after: int, upto: int) -> Iterator[Key]:
    for first, last, feed, seq in stretches:
        low, high = max(first, after + 1), min(last, upto)
        yield from ((feed, seq + at - first) for at in range(low, high + 1))


def _parts(keys: Iterator[Key]) -> Iterator[list[Key]]:
    while some := list(islice(keys, _AT_ONCE)):
        yield some
