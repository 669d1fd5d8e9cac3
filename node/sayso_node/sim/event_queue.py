"""Virtual time: what happens next, and when. Times are whole microseconds, so that no
rounding depends on the machine."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random
from typing import Any, Final

from sayso_protocol.sync.now import Now

SECOND: Final = 1_000_000
"""Microseconds."""

START_WALL_MS: Final = 1_767_225_600_000
"""2026-01-01T00:00:00Z: every run begins on this day, so that runs are equal."""

MAX_AT_ONCE: Final = 1_000_000
"""Events of one microsecond; more means that two of them cause each other for ever."""

_Action = Callable[..., None]


class LivelockError(Exception):
    """Events cause each other without any time between them."""


class EventQueue:
    """A queue of events; those of one time happen in the order in which they were noted."""

    def __init__(self) -> None:
        self.now_us = 0
        self._heap: list[tuple[int, int, _Action, tuple[Any, ...]]] = []
        self._number = 0

    def at(self, time_us: int, action: _Action, *arguments: Any) -> None:
        """Do something at a time, or now where that has passed."""
        self._number += 1
        heappush(self._heap, (max(time_us, self.now_us), self._number, action, arguments))

    def after(self, delay_us: int, action: _Action, *arguments: Any) -> None:
        """Do something so much later."""
        self.at(self.now_us + delay_us, action, *arguments)

    def run_until(self, time_us: int) -> None:
        """Let happen all that is due up to a time, and stand at that time then."""
        heap, at_once = self._heap, 0
        while heap and heap[0][0] <= time_us:
            due_us, _, action, arguments = heappop(heap)
            at_once = at_once + 1 if due_us == self.now_us else 0
            if at_once > MAX_AT_ONCE:
                raise LivelockError(f"{MAX_AT_ONCE} events at one time, and no end of it")
            self.now_us = due_us
            action(*arguments)
        self.now_us = time_us

    def now(self) -> Now:
        """The time as the protocol takes it; all clocks agree here."""
        ms = self.now_us // 1000
        return Now(START_WALL_MS + ms, ms)


def microseconds(seconds: float) -> int:
    """Seconds as the event queue counts them."""
    return round(seconds * SECOND)


class Chance:
    """Chance by seed: one stream for each purpose, so that a change in one part of a run
    does not deal all other parts new cards."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def stream(self, *purpose: object) -> Random:
        """A generator for a purpose; equal purposes give equal streams."""
        # A text seeds `Random` over SHA-512: the same in every process.
        return Random("/".join(map(str, (self._seed, *purpose))))  # noqa: S311
