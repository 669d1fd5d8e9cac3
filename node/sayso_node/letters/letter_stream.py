"""Letter streams: frames of `/sayso/letter/1` over a byte stream, each in its time."""

from __future__ import annotations

from typing import Final

import trio

from sayso_protocol.errors import TooSlow
from sayso_protocol.letters.letter_frames import (
    LetterFrame,
    decode_letter_frame,
    encode_letter_frame,
    letter_frame_length,
)

from ..sync.frame_stream import FrameStream

IDLE_SECONDS: Final = 60.0
"""How long a peer may let wait for its next frame."""


class LetterStream:
    """Reads and writes whole frames."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._frames = FrameStream(stream, letter_frame_length)

    async def receive(self) -> LetterFrame | None:
        """The next frame, None where the peer ended in good order. Raises `Refused`, of which
        `TooSlow` where it does not come in time, and `trio.BrokenResourceError`."""
        with trio.move_on_after(IDLE_SECONDS) as scope:
            data = await self._frames.receive()
        if scope.cancelled_caught:
            raise TooSlow("a peer that asks nothing and does not leave")
        return None if data is None else decode_letter_frame(data)

    @property
    def holds_frame(self) -> bool:
        """Whether the next frame is there already. Raises `TooLarge`."""
        return self._frames.holds_frame

    async def send(self, frame: LetterFrame) -> None:
        """Write a frame. Raises `trio.BrokenResourceError`, also where the peer does not take it in
        time."""
        await self._frames.send_in_time(encode_letter_frame(frame))
