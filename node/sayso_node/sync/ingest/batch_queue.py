"""A queue between two stages of work: bounded by weight, emptied many items at a time."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

import trio

T = TypeVar("T")


class BatchQueue(Generic[T]):
    """Items in order, each with a weight. Whoever is slower decides how large batches get:
    one item while the taker waits, up to the most that it takes while it is busy."""

    def __init__(self, limit: int) -> None:
        """`limit`: `put` waits while so much weight or more is waiting."""
        self._limit = limit
        self._items: deque[tuple[T, int]] = deque()
        self._weight = 0
        self._putters = trio.lowlevel.ParkingLot()
        self._takers = trio.lowlevel.ParkingLot()

    @property
    def weight(self) -> int:
        """The weight of all that waits."""
        return self._weight

    @property
    def is_full(self) -> bool:
        """Whether `put` would wait."""
        return self._weight >= self._limit

    @property
    def putters(self) -> int:
        """How many wait in `put`."""
        return len(self._putters)

    async def put(self, item: T, weight: int) -> None:
        """Add an item; waits while too much is waiting. Others get through then, and where the
        taker waits for it: who puts many in takes turns otherwise. Raises `trio.Cancelled`."""
        await trio.lowlevel.checkpoint_if_cancelled()
        while self.is_full:
            await self._putters.park()
        self._items.append((item, weight))
        self._weight += weight
        if self._takers.unpark():
            await trio.lowlevel.cancel_shielded_checkpoint()  # the taker begins meanwhile

    async def take(self, most: int) -> list[T]:
        """The first items, until together they weigh `most`; waits for one."""
        while not self._items:
            await self._takers.park()
        taken: list[T] = []
        weight = 0
        while self._items and weight < most:
            item, its = self._items.popleft()
            taken.append(item)
            weight += its
        self._weight -= weight
        self._putters.unpark_all()
        return taken
