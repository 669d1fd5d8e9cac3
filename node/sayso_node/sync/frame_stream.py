"""Frames over a byte stream, each in its time, and how many bytes went each way."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import trio

from sayso_protocol.errors import TooSlow
from sayso_protocol.sync.wire.deadlines import receive_ms, send_ms
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, frame_length

CHUNK = 256 * 1024
"""Bytes asked of the stream at a time: a few frames of history, far below its window."""


class FrameStream:
    """Reads whole frames and writes encoded ones. One task reads, one other writes. `length` reads
    the length in a frame's first bytes, and refuses what is out of bounds; `heard` is called
    whenever bytes come."""

    def __init__(
        self,
        stream: trio.abc.Stream,
        length: Callable[[bytes], int] = frame_length,
        heard: Callable[[], object] = lambda: None,
    ) -> None:
        self._stream = stream
        self._length = length
        self._heard = heard
        self._buffer = bytearray()
        self._send_due = inf
        self.bytes_in = 0
        self.bytes_out = 0

    async def receive(self) -> bytes | None:
        """The next frame without its length, None where the peer ended in good order. It may let
        wait for its first byte as long as it likes. Waits for nothing, not even for its turn, where
        the frame is there already.

        Raises `TooLarge`, `TooSlow` where the rest does not come in time, and
        `trio.BrokenResourceError` for a lost peer or an end in the middle of a frame.
        """
        if not self._buffer and not await self._receive_some():
            return None
        began = trio.current_time()
        await self._fill(LENGTH_SIZE, began)
        size = LENGTH_SIZE + self._length(bytes(self._buffer[:LENGTH_SIZE]))
        await self._fill(size, began)
        frame = bytes(self._buffer[LENGTH_SIZE:size])
        del self._buffer[:size]
        return frame

    @property
    def holds_frame(self) -> bool:
        """Whether `receive` would wait for nothing. Raises `TooLarge`."""
        if len(self._buffer) < LENGTH_SIZE:
            return False
        return len(self._buffer) >= LENGTH_SIZE + self._length(bytes(self._buffer[:LENGTH_SIZE]))

    async def send(self, data: bytes) -> None:
        """Write encoded frames. Raises `trio.BrokenResourceError`."""
        # No cancel scope: that would cost more than the rest of this method.
        self._send_due = trio.current_time() + send_ms(len(data)) / 1000
        await self._stream.send_all(data)
        self._send_due = inf
        self.bytes_out += len(data)

    async def send_in_time(self, data: bytes) -> None:
        """Write encoded frames where nobody looks at `is_stuck`. Raises `trio.BrokenResourceError`,
        also where the peer does not take them in time."""
        with trio.move_on_after(send_ms(len(data)) / 1000) as scope:
            await self.send(data)
        if scope.cancelled_caught:
            raise trio.BrokenResourceError("the peer does not read")

    @property
    def is_stuck(self) -> bool:
        """Whether the peer takes too long to read what is being sent to it."""
        return trio.current_time() >= self._send_due

    async def _fill(self, size: int, began: float) -> None:
        """Read until so many bytes of the frame that `began` then are there. Raises `TooSlow`."""
        if len(self._buffer) >= size:
            return
        with trio.CancelScope(deadline=began + receive_ms(size) / 1000) as scope:
            while len(self._buffer) < size:
                if not await self._receive_some():
                    raise trio.BrokenResourceError("the peer ended in the middle of a frame")
        if scope.cancelled_caught:
            raise TooSlow("a frame that does not come in time")

    async def _receive_some(self) -> bool:
        """Read some bytes; False at the end."""
        data = await self._stream.receive_some(CHUNK)
        self.bytes_in += len(data)
        self._buffer += data
        if data:
            self._heard()
        return bool(data)
