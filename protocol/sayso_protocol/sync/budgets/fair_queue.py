"""Turns among many: who has used less goes first.

Start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996): each key has a virtual time, which
grows by what it uses; who was away takes up at the present, and cannot save turns up.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final, Generic, TypeVar

FORGET_FROM: Final = 1024
"""So many keys are known before those are forgotten that are not ahead of the present."""

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Items that wait, each under a key. Those of one key share its turns, in their order."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, str, T]] = []
        self._ahead: dict[str, float] = {}
        """By key: the virtual time at which its next turn may begin."""
        self._forget_from = FORGET_FROM
        self._now = 0.0
        self._number = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def push(self, key: str, item: T) -> None:
        """Let an item wait."""
        self._number += 1
        heappush(self._waiting, (self._start(key), self._number, key, item))

    def pop(self) -> T:
        """The item whose turn it is. Raises `IndexError` where none waits."""
        while True:
            start, number, key, item = heappop(self._waiting)
            start_now = self._start(key)
            if start >= start_now or not self._waiting:
                self._now = start_now
                return item
            # Its key has used time since it came.
            heappush(self._waiting, (start_now, number, key, item))

    def enter(self, key: str) -> None:
        """As `push` and `pop`, where nothing waits."""
        self._now = self._start(key)

    def spend(self, key: str, amount: float) -> None:
        """A key has used so much time."""
        self._ahead[key] = self._start(key) + amount
        if len(self._ahead) > self._forget_from:
            self._ahead = {key: at for key, at in self._ahead.items() if at > self._now}
            self._forget_from = max(FORGET_FROM, 2 * len(self._ahead))

    def _start(self, key: str) -> float:
        return max(self._now, self._ahead.get(key, 0.0))
