"""Stretches of feeds in which nothing on timelines sorts by its signed time: mostly imports.

A row that is missing makes timelines slower and nothing else; one that covers what sorts by its
signed time would hide that, so entries that are removed take their part of a row with them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ....index.kinds import SHOWN

_INSERT = "INSERT INTO leaps VALUES (?, ?, ?)"

# Rows do not overlap, so of those that begin low enough only the last can reach so far.
_BELOW = "SELECT first, last FROM leaps WHERE feed = ? AND first <= ? ORDER BY first DESC LIMIT 1"


def foot_of(db: sqlite3.Connection, feed: int, seq: int) -> int | None:
    """The lowest number of the stretch that an entry lies in; None where it lies in none."""
    row = db.execute(_BELOW, (feed, seq)).fetchone()
    return row[0] if row is not None and row[1] >= seq else None


def note(
    db: sqlite3.Connection,
    feed: int,
    first: int,
    kinds: Sequence[int | None],
    clamped: Sequence[int | None],
) -> None:
    """Enter the stretches among entries that follow each other from `first` on, given their kinds
    and the times that they sort by where those are not as signed."""
    for low, high in stretches(first, kinds, clamped):
        _join(db, feed, low, high)


def stretches(
    first: int, kinds: Iterable[int | None], clamped: Iterable[int | None]
) -> Iterator[tuple[int, int]]:
    """The first and last numbers of such stretches."""
    passed = (
        kind not in SHOWN or sort_ms is not None
        for kind, sort_ms in zip(kinds, clamped, strict=True)
    )
    for is_passed, part in groupby(enumerate(passed, first), key=lambda one: one[1]):
        if is_passed:
            numbers = [seq for seq, _ in part]
            yield numbers[0], numbers[-1]


def cut(db: sqlite3.Connection, feed: int, low: int, high: int) -> None:
    """Take a range of numbers out."""
    found = _between(db, feed, low, high)
    for first, last in found:
        db.execute("DELETE FROM leaps WHERE feed = ? AND first = ?", (feed, first))
        for part in ((first, low - 1), (high + 1, last)):
            if part[0] <= part[1]:
                db.execute(_INSERT, (feed, *part))


def of_feed(db: sqlite3.Connection, feed: int) -> Iterator[tuple[int, int]]:
    """All stretches of a feed, the lowest first."""
    query = "SELECT first, last FROM leaps WHERE feed = ? ORDER BY first"
    return db.execute(query, (feed,))


def _join(db: sqlite3.Connection, feed: int, low: int, high: int) -> None:
    """Enter a stretch, as one with those that it touches."""
    for first, last in _between(db, feed, low - 1, high + 1):
        db.execute("DELETE FROM leaps WHERE feed = ? AND first = ?", (feed, first))
        low, high = min(low, first), max(high, last)
    db.execute(_INSERT, (feed, low, high))


def _between(db: sqlite3.Connection, feed: int, low: int, high: int) -> list[tuple[int, int]]:
    """The stretches that reach into a range."""
    query = "SELECT first, last FROM leaps WHERE feed = ? AND first BETWEEN ? AND ?"
    below = db.execute(_BELOW, (feed, low - 1)).fetchone()
    reaching = [below] if below is not None and below[1] >= low else []
    return [*reaching, *db.execute(query, (feed, low, high))]
