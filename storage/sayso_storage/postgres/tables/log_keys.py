"""Keys of entries in the order in which they came, by the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from ..server.connection import Connection, Row
from .entry_rows import Key

_STRETCHES: Final = """
    SELECT arrival, last, feed, seq FROM log
    WHERE last > %s AND arrival <= %s {} ORDER BY arrival LIMIT %s"""
_OF_ALL: Final = _STRETCHES.format("")
_OF_SOME: Final = _STRETCHES.format("AND account = ANY(%s)")

_AT_ONCE: Final = 500
"""Entries that are read together, and stretches of the log."""

_EVER: Final = (1 << 63) - 1


def keys_between(db: Connection, after: int, last: int) -> list[Key]:
    """The keys of what came after a place, up to another, in their order."""
    return [key for some in walk(db, after, last) for key in some]


def walk(
    db: Connection, arrival: int, last: int = _EVER, accounts: Sequence[int] | None = None
) -> Iterator[list[Key]]:
    """The keys of what came after a place, up to another, in their order, some at a time; of all
    accounts, or of some."""
    while True:
        if accounts is None:
            found = db.rows(_OF_ALL, (arrival, last, _AT_ONCE))
        else:
            found = db.rows(_OF_SOME, (arrival, last, accounts, _AT_ONCE))
        yield from parts(_keys(found, arrival, last))
        if len(found) < _AT_ONCE:
            return
        arrival = found[-1][1]


def _keys(stretches: Sequence[Row], after: int, upto: int) -> Iterator[Key]:
    for first, last, feed, seq in stretches:
        low, high = max(first, after + 1), min(last, upto)
        yield from ((feed, seq + at - first) for at in range(low, high + 1))


def parts(keys: Iterator[Key]) -> Iterator[list[Key]]:
    """Keys, as many at a time as are read together."""
    while some := list(islice(keys, _AT_ONCE)):
        yield some
