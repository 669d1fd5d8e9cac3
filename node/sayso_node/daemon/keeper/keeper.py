"""The keeper of a running node: indexes and the like, kept up behind the writers.

What nobody waits for is not done where posts are stored, but here, in short steps. Each task takes
its turn after the others, so that none starves; between two turns the keeper sleeps, as long as the
turn took where the node is idle, nine times as long where entries pour in, and in the first half
minute of that not at all is done: a sync that ends soon is not slowed down.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final, Protocol

import trio

from sayso_storage.interface.store import StoreError

log = logging.getLogger(__name__)

TURN_SECONDS: Final = 0.02
"""How long a step works at a time."""

LOOK_SECONDS: Final = 2.0
"""Between two looks for something to do, and at how busy the node is."""

BUSY_RATE: Final = 100
"""Entries a second; with more of them the node counts as busy."""

PATIENCE_SECONDS: Final = 30.0
"""How long a busy node is left alone."""

IDLE_REST, BUSY_REST = 1, 9
"""The rest after a turn, in turns."""

TROUBLE_SECONDS: Final = 60.0
"""How long a task rests that failed: a full disk is not made room on sooner."""


class Task(Protocol):
    """Something that is kept up. How far it came is kept where it is lost with nothing else: a step
    that was cut short is done again."""

    @property
    def name(self) -> str:
        """What it keeps up, for logs: as ``the index of words``."""

    def step(self, deadline: float) -> bool:
        """Work in small pieces, until about a moment (`time.monotonic`); gives whether more is
        left. Called in a thread, never twice at a time. It lets writers go first
        (`Database.writing` with `background`). Raises `StoreError`."""


class Keeper:
    """Runs tasks in turn; `last_arrival` is that of the store."""

    def __init__(self, tasks: Sequence[Task], last_arrival: Callable[[], int]) -> None:
        self._tasks = tasks
        self._last_arrival = last_arrival
        self._rests_until = dict.fromkeys((task.name for task in tasks), 0.0)
        self._looked: tuple[float, int] | None = None
        self._busy_since: float | None = None

    async def run(self) -> None:
        """Keep everything up, until cancelled."""
        while True:
            await self._look()
            if not self._waits() and await self._round():
                continue
            await trio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        """See how busy the node is, `LOOK_SECONDS` after the last time at the earliest."""
        now = trio.current_time()
        if self._looked is not None and now - self._looked[0] < LOOK_SECONDS:
            return
        try:
            last = await trio.to_thread.run_sync(self._last_arrival)
        except StoreError:
            return  # the tasks tell
        if self._looked is not None:
            began, before = self._looked
            is_busy = last - before > BUSY_RATE * (now - began)
            self._busy_since = (self._busy_since or now) if is_busy else None
        self._looked = now, last

    def _waits(self) -> bool:
        since = self._busy_since
        return since is not None and trio.current_time() - since < PATIENCE_SECONDS

    async def _round(self) -> bool:
        """Give each task a turn; gives whether any has more to do."""
        rest = IDLE_REST if self._busy_since is None else BUSY_REST
        has_more = False
        for task in self._tasks:
            if trio.current_time() < self._rests_until[task.name]:
                continue
            began = trio.current_time()
            has_more |= await self._turn(task)
            await trio.sleep(rest * (trio.current_time() - began))
        return has_more

    async def _turn(self, task: Task) -> bool:
        try:
            return await trio.to_thread.run_sync(task.step, monotonic() + TURN_SECONDS)
        except StoreError as error:
            log.warning("%s is not kept up: %s", task.name, error)
        except Exception:
            log.exception("%s is not kept up", task.name)
        self._rests_until[task.name] = trio.current_time() + TROUBLE_SECONDS
        return False
