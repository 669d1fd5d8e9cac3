"""The coverage of the index of words: which places in the order of arrival it has looked at.

A range is a pair `(after, last)`: the places after the first, up to the second. What is covered
from the beginning on is one number in `indexed`; the ranges above it are rows of `indexed_above`.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from ..server.connection import Connection

Range = tuple[int, int]

MOST_RANGES: Final = 64
"""Ranges above the beginning. With so many no new one is begun: gaps are filled from below."""

SMALL_GAP: Final = 20_000
"""Places that are filled from below, in a third of a second: a larger gap is filled from its top,
which begins another range."""

_LAST = "SELECT coalesce(max(arrival), 0) FROM entries"
_BEGINNING = "SELECT arrival FROM indexed"
_ABOVE = "SELECT after, last FROM indexed_above ORDER BY last"
_SET_BEGINNING = """
    INSERT INTO indexed (one, arrival) VALUES (1, %s)
    ON CONFLICT DO UPDATE SET arrival = excluded.arrival"""
_INSERT = "INSERT INTO indexed_above (last, after) VALUES (%s, %s)"


def ranges(db: Connection) -> list[Range]:
    """The ranges that are covered, ascending; they neither overlap nor touch each other."""
    row = db.run(_BEGINNING).fetchone()
    # In a damaged file it may be no number: then nothing counts as covered.
    beginning = row[0] if row is not None and type(row[0]) is int else 0
    found = [(0, beginning)] if beginning > 0 else []
    for after, last in db.run(_ABOVE):
        if type(after) is int and type(last) is int and max(beginning, 0) <= after < last:
            found.append((after, last))
    return _merged(found)


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


def last_place(db: Connection) -> int:
    """The last place in the order of arrival that an entry has."""
    (last,) = db.run(_LAST).fetchone()
    return int(last)


def waiting(db: Connection) -> int:
    """The number of places that are not covered, those of removed entries included."""
    return sum(ends - after for after, ends in gaps(ranges(db), last_place(db)))


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
    beginning = 0
    if covered and covered[0][0] == 0:
        (_, beginning), *covered = covered
    db.run(_SET_BEGINNING, (beginning,))
    if db.run(_ABOVE).fetchall() != covered:
        db.run("DELETE FROM indexed_above")
        for after, last in covered:
            db.run(_INSERT, (last, after))


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
