"""Pauses between dials of one peer: longer with each failure, spread out, so that a peer that comes
back is not met by all at once."""

from __future__ import annotations

from dataclasses import dataclass

from ..seeded_random import SeededRandom
from . import dial_limits as limits


@dataclass(slots=True)
class _Pause:
    due_ms: float
    length_ms: float


class Pauses:
    """By peer; times are milliseconds of a clock that never jumps."""

    def __init__(self, draw: SeededRandom) -> None:
        self._draw = draw
        self._of: dict[str, _Pause] = {}

    def is_over(self, peer_id: str, mono_ms: int) -> bool:
        """Whether a peer may be dialled."""
        pause = self._of.get(peer_id)
        return pause is None or mono_ms >= pause.due_ms

    def lengthen(self, peer_id: str, mono_ms: int, first_ms: int, longest_ms: int) -> None:
        """A dial of a peer was in vain: wait, and twice as long the next time."""
        old = self._of.pop(peer_id, None)
        length = first_ms if old is None else min(2 * old.length_ms, longest_ms)
        self._of[peer_id] = _Pause(mono_ms + self._draw.spread(length), length)
        if len(self._of) > limits.MAX_PAUSES:
            del self._of[next(iter(self._of))]

    def end(self, peer_id: str) -> None:
        """A peer is well."""
        self._of.pop(peer_id, None)

    def end_all(self) -> None:
        """The network is another one: nothing is known of who can be reached there."""
        self._of.clear()
