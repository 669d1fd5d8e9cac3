"""A node's clock, which may be wrong by years and may jump; time-outs never follow it."""

from __future__ import annotations

from sayso_protocol.sync.now import Now

from ..event_queue import EventQueue


class SimClock:
    """The event queue's time, with a wall clock that is off by `off_ms`."""

    def __init__(self, event_queue: EventQueue) -> None:
        self._event_queue = event_queue
        self.off_ms = 0

    def now(self) -> Now:
        """The time as the node believes it to be."""
        true = self._event_queue.now()
        return Now(max(0, true.wall_ms + self.off_ms), true.mono_ms)
