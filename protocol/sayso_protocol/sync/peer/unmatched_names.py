"""Blinded names of one peer that match nothing that is carried here.

Kept sorted, as numbers of eight bytes: 160 kB for the most that are kept, and a name is found,
added or forgotten in a step or two, however many there are.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...crypto.hashing import INTEREST_SIZE
from ...limits import MAX_DAYS, MAX_UNMATCHED

_FEW = 50
"""Where so many times as many names are kept as come in, these are put in one by one: to shift
all others costs as much as merging this part of them."""


class UnmatchedNames:
    """Sets of names, one for each day under which they were given."""

    def __init__(self, kept: Mapping[int, bytes] | None = None) -> None:
        """`kept`: as `packed` gives it."""
        self._days: dict[int, array[int]] = {}
        self._count = 0
        for day, names in (kept or {}).items():
            self.add(day, _split(names))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        """The days."""
        return iter(self._days)

    def has(self, day: int, name: bytes) -> bool:
        """Whether a name is kept under a day."""
        names = self._days.get(day)
        return names is not None and _place(names, _number(name)) is not None

    def names(self, day: int) -> Iterator[bytes]:
        """The names that are kept under a day, in ascending order."""
        return (number.to_bytes(INTEREST_SIZE, "big") for number in self._days.get(day, ()))

    def add(self, day: int, names: Sequence[bytes]) -> None:
        """Keep names; those beyond the limit are forgotten. Of too many days the one with the
        fewest names gives way: to look up its names costs a table of all that is carried."""
        kept = self._days.get(day, array("Q"))
        new = dict.fromkeys(n for n in map(_number, names) if _place(kept, n) is None)
        fresh = list(new)[: MAX_UNMATCHED - self._count]
        if not fresh:
            return
        if day not in self._days and len(self._days) == MAX_DAYS:
            fewest = min(self._days, key=lambda one: len(self._days[one]))
            self._count -= len(self._days.pop(fewest))
        if len(fresh) * _FEW < len(kept):
            for number in fresh:
                insort(kept, number)
        else:
            kept = array("Q", sorted([*kept, *fresh]))
        self._days[day] = kept
        self._count += len(fresh)

    def remove(self, day: int, names: Iterable[bytes]) -> None:
        """Keep these names under this day no longer."""
        kept = self._days.get(day)
        if kept is None:
            return
        gone = {n for n in map(_number, names) if _place(kept, n) is not None}
        if len(gone) * _FEW < len(kept):
            for number in gone:
                del kept[bisect_left(kept, number)]
        else:
            kept = self._days[day] = array("Q", [n for n in kept if n not in gone])
        self._count -= len(gone)
        if not kept:
            del self._days[day]

    def clear(self) -> None:
        """Keep nothing."""
        self._days.clear()
        self._count = 0

    @property
    def packed(self) -> dict[int, bytes]:
        """By day the names, one after the other."""
        return {day: _joined(names) for day, names in self._days.items()}


def _number(name: bytes) -> int:
    return int.from_bytes(name, "big")


def _place(names: array[int], number: int) -> int | None:
    at = bisect_left(names, number)
    return at if at < len(names) and names[at] == number else None


def _split(names: bytes) -> list[bytes]:
    return [names[at : at + INTEREST_SIZE] for at in range(0, len(names), INTEREST_SIZE)]


def _joined(names: array[int]) -> bytes:
    names = array("Q", names)
    if sys.byteorder == "little":
        names.byteswap()
    return names.tobytes()
