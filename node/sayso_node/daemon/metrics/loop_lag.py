"""Lag of the event loop: how much later than due a task runs that has slept."""

from __future__ import annotations

from typing import Final

import trio

from ...histogram import Histogram

EVERY_SECONDS: Final = 0.25
BOUNDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
"""Seconds; a live post is passed on within some 10 ms."""


class LoopLag:
    """Measures while it runs. What keeps the event loop from turning shows here."""

    def __init__(self) -> None:
        self.seconds = Histogram(BOUNDS)

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            due = trio.current_time() + EVERY_SECONDS
            await trio.sleep_until(due)
            self.seconds.observe(trio.current_time() - due)
