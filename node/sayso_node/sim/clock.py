"""A node's clock, which may be wrong by years and may jump; time-outs never follow it."""

from __future__ import annotations

from sayso_protocol.sync.peer import Now

from .event_queue import Agenda


class Clock:
    """The agenda's time, with a wall clock that is off by `off_ms`."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self.off_ms = 0

    def now(self) -> Now:
        """The time as the node believes it to be."""
        true = self._agenda.now()
        return Now(max(0, true.wall_ms + self.off_ms), true.mono_ms)
