"""The words of two nodes that they lack nothing of each other."""

from __future__ import annotations

from dataclasses import dataclass

from ...limits import PROMPT_SYNCED, SYNCED_ASKED_MS, SYNCED_EVERY_MS
from ..now import Now


@dataclass(slots=True)
class PeerSynced:
    """`Synced` frames, in both directions."""

    heard: bool = False
    """It has said that it lacks nothing of what is offered to it."""
    heard_before: bool = False
    """It has said so once in this session."""
    told: bool = False
    """It was told so, and nothing has come of it since."""
    asks: bool = False
    """It said so of itself, which asks for the same."""
    awaits: bool = False
    """What it says next of itself is an answer, and asks for nothing. Until then it is not asked
    again: one answer to two questions, and the two would answer each other for ever."""
    _hurried: bool = False
    """It is to be told soon, so that it answers."""
    _told_ms: int | None = None
    _told_times: int = 0

    @property
    def was_told(self) -> bool:
        """It was told so once in this session."""
        return self._told_times > 0

    def hear(self) -> bool:
        """It says that it lacks nothing. True where it does so for the first time."""
        self.heard = True
        self.asks = self.asks or not self.awaits
        self.awaits = False
        before, self.heard_before = self.heard_before, True
        return not before

    def offer(self) -> None:
        """It is offered something that it may lack."""
        self.heard = False

    def retract(self) -> None:
        """Something of it may be lacking here: what it was told holds no longer."""
        self.told = False

    def hurry(self) -> None:
        """It is to be told anew, and soon."""
        self.told = False
        self._hurried = True

    def is_due(self, now: Now) -> bool:
        """Whether it is to be told now that nothing is lacking."""
        if not self.asks and (self.told or self.awaits):
            return False
        soon = self.asks or self._hurried or self._told_times < PROMPT_SYNCED
        wait = SYNCED_ASKED_MS if soon else SYNCED_EVERY_MS
        return self._told_ms is None or now.mono_ms - self._told_ms >= wait

    def tell(self, now: Now) -> bool:
        """It is told. True where that is for the first time."""
        before = self._told_ms
        self.awaits = self.awaits or not self.asks
        self.told, self._told_ms = True, now.mono_ms
        self._told_times += 1
        self.asks = self._hurried = False
        return before is None
