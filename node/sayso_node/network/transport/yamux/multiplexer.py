"""The connection of a stream, as the stream knows it."""

from __future__ import annotations

from typing import Protocol

import trio

from ..limits import TransportLimits
from .yamux_frames import FrameFlag


class Multiplexer(Protocol):
    """Carries the frames of its streams, and counts what they hold."""

    MAX_PAYLOAD: int
    """Payload of one frame, in bytes."""
    limits: TransportLimits
    progress: trio.lowlevel.ParkingLot
    """Woken whenever a waiting writer should look again."""

    def has_room(self, stream_id: int) -> bool:
        """Whether a stream's writer may queue more."""

    def send_data(self, stream_id: int, payload: memoryview) -> None:
        """Queue a DATA frame of up to `MAX_PAYLOAD` bytes."""

    def send_window_update(self, stream_id: int, flags: FrameFlag, increment: int) -> None:
        """Queue a WINDOW_UPDATE frame, which also carries flags."""

    def unread_changed(self, change: int) -> None:
        """Count `change` more bytes that nobody has read."""

    def release(self, stream_id: int, *, in_order: bool) -> None:
        """Let a stream go that is over; `in_order` where both sides have ended it."""
