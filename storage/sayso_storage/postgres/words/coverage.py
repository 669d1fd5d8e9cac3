"""The coverage of the index of words: which places in the order of arrival it has looked at.

A range is a pair `(after, last)`: the places after the first, up to the second.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from ..server.connection import Connection
from ..tables import log_rows

Range = tuple[int, int]

MOST_RANGES: Final = 64
"""Ranges above the beginning. With so many no new one is begun: gaps are filled from below."""

SMALL_GAP: Final = 20_000
"""Places that are filled from below, in a third of a second: a larger gap is filled from its top,
which begins another range."""

_RANGES: Final = "SELECT after, last FROM words_covered ORDER BY last"
_INSERT: Final = "INSERT INTO words_covered (last, after) VALUES (%s, %s)"


def ranges(db: Connection) -> list[Range]:
    """The ranges that are covered, ascending; they neither overlap nor touch each other."""
    return _merged([(after, last) for after, last in db.rows(_RANGES)])


def covers(covered: list[Range], arrival: int) -> bool:
    """Whether a place is in one of the ranges."""
    at = bisect_left(covered, arrival, key=_last)
    return at < len(covered) and covered[at][0] < arrival


def gaps(covered: list[Range], last: int) -> list[Range]:
    """The ranges up to `last` that are not covered, ascending."""
    found, after = list[Range](), 0
    for begins, ends in covered:
        if begins > after:
            found.append((after, min(begins, last)))
        after = ends
    if last > after:
        found.append((after, last))
    return [gap for gap in found if gap[0] < gap[1]]


def is_gap(covered: list[Range], span: Range) -> bool:
    """Whether nothing of a range is covered."""
    return all(last <= span[0] or span[1] <= after for after, last in covered)


def waiting(db: Connection) -> int:
    """The number of places that are not covered, those of removed entries included."""
    return sum(ends - after for after, ends in gaps(ranges(db), log_rows.last_arrival(db)))


def is_from_top(covered: list[Range], gap: Range) -> bool:
    """Whether a gap is to be filled from its top."""
    return gap[1] - gap[0] > SMALL_GAP and len(covered) < MOST_RANGES


def cover(db: Connection, covered: list[Range], more: Range) -> None:
    """Note that a range is covered as well; `covered` is what `ranges` gave in this transaction."""
    _write(db, _merged(sorted([*covered, more])))


def forget(db: Connection) -> None:
    """Note that nothing is covered."""
    _write(db, [])


def _write(db: Connection, covered: list[Range]) -> None:
    db.run("DELETE FROM words_covered")
    db.run_each(_INSERT, [(last, after) for after, last in covered])


def _merged(ordered: list[Range]) -> list[Range]:
    found = list[Range]()
    for after, last in ordered:
        if found and after <= found[-1][1]:
            before = found.pop()
            found.append((before[0], max(before[1], last)))
        else:
            found.append((after, last))
    return found


def _last(one: Range) -> int:
    return one[1]
