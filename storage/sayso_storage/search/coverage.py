"""The coverage of an index of words: which places in the order of arrival it has looked at.

A range is a pair `(after, last)`: the places after the first, up to the second. Ranges are
ascending, and neither overlap nor touch each other.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

Range = tuple[int, int]

MOST_RANGES: Final = 64
"""Ranges above the beginning. With so many no new one is begun: gaps are filled from below."""

SMALL_GAP: Final = 20_000
"""Places that are filled from below, in a third of a second: a larger gap is filled from its top,
which begins another range."""


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


def is_from_top(covered: list[Range], gap: Range) -> bool:
    """Whether a gap is to be filled from its top."""
    return gap[1] - gap[0] > SMALL_GAP and len(covered) < MOST_RANGES


def merged(ordered: list[Range]) -> list[Range]:
    """Ranges by their beginnings, those that overlap or touch as one."""
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
