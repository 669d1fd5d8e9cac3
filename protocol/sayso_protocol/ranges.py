"""Sets of sequence numbers as sorted, disjoint, never adjacent ranges, ends included."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

Range = tuple[int, int]


class Ranges:
    """A mutable set of positive integers; cost grows with the number of gaps only."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Iterable[Range] = ()) -> None:
        self._parts: list[Range] = []
        for first, last in parts:
            self.add(first, last)

    def __iter__(self) -> Iterator[Range]:
        return iter(self._parts)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ranges) and self._parts == other._parts

    def __hash__(self) -> int:
        raise TypeError("Ranges are mutable")

    def __repr__(self) -> str:
        return f"Ranges({self._parts})"

    @property
    def last(self) -> int:
        """Highest member, 0 if there is none."""
        return self._parts[-1][1] if self._parts else 0

    def count(self) -> int:
        """Number of members."""
        return sum(last - first + 1 for first, last in self._parts)

    def highest(self, most: int) -> list[Range]:
        """The highest ranges, at most so many, ascending."""
        return self._parts[-most:]

    def covers(self, first: int, last: int) -> bool:
        """Whether all of first..last are members."""
        at = bisect_right(self._parts, (first, 1 << 64)) - 1
        return at >= 0 and self._parts[at][0] <= first and last <= self._parts[at][1]

    def add(self, first: int, last: int) -> None:
        """Put first..last in."""
        if first > last:
            return
        low = bisect_left(self._parts, first - 1, key=_last_of)
        high = bisect_right(self._parts, last + 1, key=_first_of)
        touched = self._parts[low:high]
        if touched:
            first = min(first, touched[0][0])
            last = max(last, touched[-1][1])
        self._parts[low:high] = [(first, last)]

    def remove(self, first: int, last: int) -> None:
        """Take first..last out."""
        if first > last:
            return
        low = bisect_left(self._parts, first, key=_last_of)
        high = bisect_right(self._parts, last, key=_first_of)
        rest: list[Range] = []
        for start, end in self._parts[low:high]:
            if start < first:
                rest.append((start, first - 1))
            if end > last:
                rest.append((last + 1, end))
        self._parts[low:high] = rest

    def keep_highest(self, most: int) -> None:
        """Keep the highest ranges, at most so many."""
        if len(self._parts) > most:
            del self._parts[:-most]

    def within(self, first: int, last: int) -> Ranges:
        """The members from `first` to `last`."""
        low = bisect_left(self._parts, first, key=_last_of)
        high = bisect_right(self._parts, last, key=_first_of)
        found = Ranges()
        found._parts = [(max(a, first), min(b, last)) for a, b in self._parts[low:high]]
        return found

    def without(self, other: Ranges) -> Ranges:
        """The members that are not in another set."""
        rest = Ranges(self)
        for first, last in other:
            rest.remove(first, last)
        return rest

    def gap_below(self, number: int) -> Range | None:
        """The range that is missing right below the stretch that a number is in; None where there
        is no such stretch, or nothing is missing."""
        at = bisect_right(self._parts, number, key=_first_of) - 1
        if at < 0 or self._parts[at][1] < number:
            return None
        start = self._parts[at][0]
        floor = self._parts[at - 1][1] if at else 0
        return (floor + 1, start - 1) if floor + 1 < start else None

    def highest_outside(self, *others: Ranges) -> Range | None:
        """The highest stretch of members that are in none of `others`, or None."""
        for first, last in reversed(self._parts):
            found = _highest_free(first, last, others)
            if found is not None:
                return found
        return None


def covered(first: int, last: int, *sets: Ranges) -> bool:
    """Whether each of first..last is a member of one of the sets, or of several."""
    return _highest_free(first, last, sets) is None


def _highest_free(first: int, last: int, others: tuple[Ranges, ...]) -> Range | None:
    """Walk down from `last` past everything that is taken; then down to what is next."""
    while first <= last:
        step = min((part[0] - 1 for part in _at(last, others)), default=last)
        if step == last:
            break
        last = step
    if first > last:
        return None
    floor = max((_end_below(last, other) for other in others), default=0)
    return max(first, floor + 1), last


def _at(value: int, others: tuple[Ranges, ...]) -> Iterator[Range]:
    for other in others:
        at = bisect_right(other._parts, value, key=_first_of) - 1
        if at >= 0 and other._parts[at][1] >= value:
            yield other._parts[at]


def _end_below(value: int, other: Ranges) -> int:
    at = bisect_left(other._parts, value, key=_last_of) - 1
    return other._parts[at][1] if at >= 0 else 0


def _first_of(part: Range) -> int:
    return part[0]


def _last_of(part: Range) -> int:
    return part[1]
