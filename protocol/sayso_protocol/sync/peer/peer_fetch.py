"""The progress of fetching from one peer."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...limits import RECHECK_EVERY_MS, SECOND_SOURCE_MS
from ..now import Now


@dataclass(slots=True)
class PeerFetch:
    """Open asks, runs that are being stored, and whether anything is left to ask."""

    listed: bool = False
    """It has answered all that was asked for."""
    complete: bool = False
    """Nothing of what it offers is lacking here."""
    carries: bool = False
    """It has offered a feed of an account that is wanted here."""
    storing: int = 0
    """Runs of it that are being verified and stored."""
    received: int = 0
    """Entries taken from it."""
    asked_at: dict[int, int] = field(default_factory=dict)
    """When each open ask was sent, by number; milliseconds of `Now.mono_ms`."""
    guesses: set[int] = field(default_factory=set)
    """Open asks for what it never said that it has."""
    slow: bool = False
    """It let a small ask wait for so long that another peer was asked too."""
    _rechecked_ms: int | None = None
    """When a push of it was compared with what is held already."""

    def start_over(self) -> None:
        """More is wanted of it than it has answered."""
        self.listed = self.complete = False

    def asked(self, number: int, now: Now, *, guess: bool) -> None:
        """An own ask was sent."""
        self.asked_at[number] = now.mono_ms
        if guess:
            self.guesses.add(number)

    def answered(self, number: int, now: Now) -> None:
        """An own ask is no longer open."""
        at = self.asked_at.pop(number, None)
        self.guesses.discard(number)
        if at is not None and now.mono_ms - at <= SECOND_SOURCE_MS:
            self.slow = False

    def overdue(self, now: Now, timeout_ms: int) -> list[int]:
        """Own asks that have been open for longer than the time-out, by number."""
        if not self.asked_at:
            return []
        return [number for number, at in self.asked_at.items() if now.mono_ms - at > timeout_ms]

    def may_recheck(self, now: Now) -> bool:
        """Whether what it pushes may be compared with what is held; counts as done."""
        at = self._rechecked_ms
        if at is not None and now.mono_ms - at < RECHECK_EVERY_MS:
            return False
        self._rechecked_ms = now.mono_ms
        return True
