"""The ticks of a simulated node: each second while something happens, else each minute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sayso_protocol.limits import ANNOUNCE_EVERY_MS

from ..event_queue import SECOND, EventQueue

TICK_US: Final = SECOND
IDLE_TICK_US: Final = 60 * SECOND
AWAKE_US: Final = 45 * SECOND
"""So long after the last frame nothing can be overdue: then a tick a minute will do, which
makes a simulated week affordable."""


class Ticker:
    """Calls `tick` again and again from `start` to `stop`."""

    def __init__(self, event_queue: EventQueue, tick: Callable[[], None]) -> None:
        self._event_queue = event_queue
        self._action = tick
        self._stopped = False
        self._active_us = event_queue.now_us
        self._tick_us = -1

    def start(self) -> None:
        """Plan the first tick."""
        awake = self._event_queue.now_us - self._active_us < AWAKE_US
        self._plan(self._event_queue.now_us + (TICK_US if awake else IDLE_TICK_US))

    def stop(self) -> None:
        """Tick no more."""
        self._stopped = True

    def note_activity(self) -> None:
        """Something happened: time-outs may come of it."""
        self._active_us = self._event_queue.now_us
        if self._tick_us > self._active_us + TICK_US:
            self.start()

    def hurry(self) -> None:
        """Announcements wait: tick before the next second."""
        soon_us = self._event_queue.now_us + ANNOUNCE_EVERY_MS * 1000
        if self._tick_us > soon_us:
            self._plan(soon_us)

    def _plan(self, time_us: int) -> None:
        self._tick_us = time_us
        self._event_queue.at(time_us, self._tick, time_us)

    def _tick(self, planned_us: int) -> None:
        if self._stopped or planned_us != self._tick_us:
            return  # planned anew since
        self._action()
        self.start()
