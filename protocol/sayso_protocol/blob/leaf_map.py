"""Leaf map: which leaves of a blob are held, asked for and missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from ..ranges import Range
from .exchange_limits import MAX_HAVE_RANGES

_MISSING: Final = 0
_ASKED: Final = 1
_HELD: Final = 2


class LeafMap:
    """A byte for each leaf; the search for the next missing one looks at many at a time."""

    def __init__(self, count: int, held: Iterable[int] = ()) -> None:
        self._states = bytearray(count)
        self.held_count = 0
        for index in held:
            self.note_held(index)

    def __len__(self) -> int:
        return len(self._states)

    @property
    def is_whole(self) -> bool:
        """Whether every leaf is held."""
        return self.held_count == len(self._states)

    def is_held(self, index: int) -> bool:
        """Whether a leaf is held."""
        return self._states[index] == _HELD

    def is_missing(self, index: int) -> bool:
        """Whether a leaf is neither held nor asked for."""
        return self._states[index] == _MISSING

    def note_held(self, index: int) -> None:
        """A leaf is held from now on."""
        self.held_count += self._states[index] != _HELD
        self._states[index] = _HELD

    def note_asked(self, index: int) -> None:
        """A leaf is asked for, unless it is held."""
        if self._states[index] == _MISSING:
            self._states[index] = _ASKED

    def note_missing(self, index: int) -> None:
        """Nobody is asked for a leaf any longer."""
        if self._states[index] == _ASKED:
            self._states[index] = _MISSING

    def next_missing(self, start: int, fits: Callable[[int], bool]) -> int | None:
        """The first missing leaf that fits, from `start` on and then from the beginning."""
        for begin, end in ((start, len(self._states)), (0, start)):
            index = self._states.find(_MISSING, begin, end)
            while index >= 0:
                if fits(index):
                    return index
                index = self._states.find(_MISSING, index + 1, end)
        return None

    def next_unheld(self, start: int) -> int | None:
        """The first leaf that is not held, from `start` on and then from the beginning."""
        for begin, end in ((start, len(self._states)), (0, start)):
            found = [self._states.find(state, begin, end) for state in (_MISSING, _ASKED)]
            at = min((index for index in found if index >= 0), default=None)
            if at is not None:
                return at
        return None

    def held_ranges(self) -> tuple[Range, ...]:
        """The held leaves, at most `MAX_HAVE_RANGES` ranges, the first ones."""
        found: list[Range] = []
        start = self._states.find(_HELD)
        while start >= 0 and len(found) < MAX_HAVE_RANGES:
            ends = [self._states.find(state, start) for state in (_MISSING, _ASKED)]
            end = min((at for at in ends if at >= 0), default=len(self._states))
            found.append((start, end - 1))
            start = self._states.find(_HELD, end)
        return tuple(found)
