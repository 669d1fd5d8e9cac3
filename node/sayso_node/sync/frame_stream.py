"""Frames over a byte stream, and how many bytes went each way."""

from __future__ import annotations

import trio

from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, frame_length

CHUNK = 256 * 1024
"""Bytes asked of the stream at a time: a few frames of history, far below its window."""


class FrameStream:
    """Reads whole frames and writes encoded ones. One task reads, one other writes."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._buffer = bytearray()
        self.bytes_in = 0
        self.bytes_out = 0

    async def receive(self) -> bytes | None:
        """The next frame without its length, None where the peer ended in good order. Waits for
        nothing, not even for its turn, where the frame is there already.

        Raises `TooLarge`, and `trio.BrokenResourceError` for a lost peer or an end in the middle of
        a frame.
        """
        if not await self._fill(LENGTH_SIZE):
            return None
        size = LENGTH_SIZE + frame_length(bytes(self._buffer[:LENGTH_SIZE]))
        if not await self._fill(size):
            raise trio.BrokenResourceError("the peer ended in the middle of a frame")
        frame = bytes(self._buffer[LENGTH_SIZE:size])
        del self._buffer[:size]
        return frame

    async def send(self, data: bytes) -> None:
        """Write encoded frames. Raises `trio.BrokenResourceError`."""
        await self._stream.send_all(data)
        self.bytes_out += len(data)

    async def _fill(self, size: int) -> bool:
        """Read until so many bytes are there; False at an end before the first of them."""
        while len(self._buffer) < size:
            data = await self._stream.receive_some(CHUNK)
            if not data:
                if self._buffer:
                    raise trio.BrokenResourceError("the peer ended in the middle of a frame")
                return False
            self.bytes_in += len(data)
            self._buffer += data
        return True
