"""How long frames may take: whoever begins one and does not end it holds a session for nothing."""

from __future__ import annotations

from ...limits import FRAME_MS, SLOW_LINE, TAKE_MS


def receive_ms(size: int) -> float:
    """Milliseconds in which a frame of so many bytes must come, from its first byte on."""
    return FRAME_MS + 1000 * size / SLOW_LINE


def send_ms(size: int) -> float:
    """Milliseconds in which a peer must take so many bytes."""
    return TAKE_MS + 1000 * size / SLOW_LINE
