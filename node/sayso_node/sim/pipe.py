"""Connections as TCP gives them: in order, late, at a pace, and broken at times.

Nothing is lost inside a connection: a lost packet shows as delay, a lost line as a reset
or as silence that is noticed after a while.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from .event_queue import SECOND, EventQueue
from .scenario import Links

WINDOW: Final = 256 * 1024
"""Bytes that may be under way and unread in one direction (yamux's window)."""

RETRANSMIT_US: Final = 200_000
"""Delay after a lost packet (RFC 6298 allows no less than a second; Linux waits 200 ms)."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of one line: microseconds one way, bytes a second, chance of a late frame."""

    latency_us: int
    jitter_us: int
    bytes_per_second: int
    late: float

    @classmethod
    def draw(cls, links: Links, chance: Random) -> Quality:
        """A line of the scenario's kind."""
        return cls(
            round(chance.uniform(*links.latency_ms) * 1000),
            round(links.jitter_ms * 1000),
            round(chance.uniform(*links.kbit_s) * 125),
            links.late,
        )


class Pipe:
    """One direction of a connection. `deliver` takes whole frames, `writable` is called
    when there is room again."""

    __slots__ = (
        "_arrival_us", "_busy_us", "_chance", "_event_queue", "_quality",
        "broken", "deliver", "under_way", "writable",
    )  # fmt: skip

    def __init__(self, event_queue: EventQueue, quality: Quality, chance: Random) -> None:
        self._event_queue = event_queue
        self._quality = quality
        self._chance = chance
        self._busy_us = self._arrival_us = 0
        self.under_way = 0
        """Bytes sent and not yet read."""
        self.broken = False
        """Whether what is under way never arrives."""
        self.deliver: Callable[[bytes], None] = _nowhere
        self.writable: Callable[[], None] = _nothing

    @property
    def has_room(self) -> bool:
        """Whether the next frame may be sent; one of any size fits into an empty window."""
        return self.under_way < WINDOW

    def send(self, data: bytes) -> None:
        """Put a frame on its way."""
        self.under_way += len(data)
        self._event_queue.at(self._arrival(len(data)), self._arrive, data)

    def after_all(self, action: Callable[[], None]) -> None:
        """Do something once everything sent so far has arrived: the end of the stream."""
        self._event_queue.at(self._arrival(0), action)

    def consumed(self, size: int) -> None:
        """So many bytes were read at the far end."""
        full = not self.has_room
        self.under_way -= size
        if full and self.has_room:
            self.writable()

    def _arrival(self, size: int) -> int:
        quality = self._quality
        start = max(self._event_queue.now_us, self._busy_us)
        self._busy_us = start + size * SECOND // quality.bytes_per_second
        arrival = self._busy_us + quality.latency_us
        if quality.jitter_us:
            arrival += int(self._chance.random() * quality.jitter_us)
        if quality.late and self._chance.random() < quality.late:
            arrival += RETRANSMIT_US
        self._arrival_us = max(self._arrival_us, arrival)
        return self._arrival_us

    def _arrive(self, data: bytes) -> None:
        if not self.broken:
            self.deliver(data)


def _nowhere(_: bytes) -> None:
    """Until the far end listens."""


def _nothing() -> None:
    """Until the near end waits for room."""
