"""Totals of all sessions of an engine: those that have ended, and those that run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .peer_connection import PeerConnection


@dataclass(slots=True)
class SessionTotals:
    """Counts since the start, of everybody together."""

    sessions: int = 0
    sent: int = 0
    """Entries that peers were given, and of these the `pushed` ones, which they did not ask for."""
    pushed: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    throttled: int = 0
    """Sessions that had to wait for having used up their processor time."""
    throttled_ms: float = 0.0
    """How long they waited for it."""
    repeated_ms: float = 0.0
    """How long peers waited for what they had had before."""

    def add(self, session: PeerConnection) -> None:
        """Count a session, as it is now."""
        self.sessions += 1
        self.sent += session.sent
        self.pushed += session.pushed
        self.bytes_in += session.frames.bytes_in
        self.bytes_out += session.frames.bytes_out
        self.throttled += session.throttled
        self.throttled_ms += session.throttled_ms
        self.repeated_ms += session.repeated_ms

    def with_running(self, sessions: Iterable[PeerConnection]) -> SessionTotals:
        """The same and those that run."""
        found = replace(self)
        for session in sessions:
            found.add(session)
        return found
