"""Blob source: what is known of one peer that a blob is fetched from, and what it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ..ranges import Range
from .exchange_limits import WINDOW

BLOCKS: Final = -1
"""Stands for the inner blocks among the leaves that are asked for."""

_REMEMBERED: Final = 256
"""Numbers of asks that were taken back and may still be answered."""


@dataclass(slots=True)
class BlobSource:
    """One source of one fetch. Times are milliseconds of a clock that never jumps."""

    name: str
    heard_ms: float
    """When something came of it last, or when it was asked after a pause."""
    asked: dict[int, int] = field(default_factory=dict)
    """Leaves that it is asked for, by the number of the ask."""
    cancelled: dict[int, int] = field(default_factory=dict)
    lacks: set[int] = field(default_factory=set)
    ranges: tuple[Range, ...] | None = None
    """What it says to hold; None where that is all."""
    busy_until_ms: float = 0.0
    brought: int = 0
    """Leaves that it sent and that were right."""
    _number: int = 0

    def has(self, index: int) -> bool:
        """Whether it may hold a leaf."""
        if index in self.lacks:
            return False
        return self.ranges is None or any(first <= index <= last for first, last in self.ranges)

    def forget_lacks(self, now_ms: float) -> None:
        """More may have come to it meanwhile: it is asked once more for what it did not have."""
        if self.ranges is not None or self.lacks:
            self.ranges, self.heard_ms = None, now_ms
            self.lacks.clear()

    def has_room(self, now_ms: float, more: int = 0) -> bool:
        """Whether it may be asked for another leaf."""
        return len(self.asked) < WINDOW + more and now_ms >= self.busy_until_ms

    def note_ask(self, index: int, now_ms: float) -> int:
        """It is asked now; gives the number of the ask."""
        if not self.asked:
            self.heard_ms = now_ms
        self._number += 1
        self.asked[self._number] = index
        return self._number

    def settle(self, number: int) -> int | None:
        """What an ask with this number was for; it is answered. None where there was none, or it is
        not known any longer."""
        index = self.asked.pop(number, None)
        return self.cancelled.pop(number, None) if index is None else index

    def cancel(self, number: int) -> None:
        """Take an ask back; an answer may be on its way."""
        self.cancelled[number] = self.asked.pop(number)
        while len(self.cancelled) > _REMEMBERED:
            del self.cancelled[next(iter(self.cancelled))]
