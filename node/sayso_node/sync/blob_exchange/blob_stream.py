"""Blob streams: frames of `/sayso/blob/1` over a byte stream, each in its time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import trio

from sayso_protocol.blob.blob_frames import (
    LENGTH_SIZE,
    BlobFrame,
    blob_frame_length,
    decode_blob_frame,
    encode_blob_frame,
)
from sayso_protocol.errors import TooSlow
from sayso_protocol.sync.wire.deadlines import receive_ms, send_ms

_CHUNK: Final = 256 * 1024


class BlobStream:
    """Reads and writes whole frames. One task reads, one other writes. `heard` is called whenever
    bytes come."""

    def __init__(self, stream: trio.abc.Stream, heard: Callable[[], object] = lambda: None) -> None:
        self._stream = stream
        self._heard = heard
        self._buffer = bytearray()

    async def receive(self) -> BlobFrame | None:
        """The next frame, None where the peer ended in good order. Raises `Refused`, `TooSlow`
        where one that has begun does not come in time, and `trio.BrokenResourceError`."""
        if not self._buffer and not await self._receive_some():
            return None
        began = trio.current_time()
        await self._fill(LENGTH_SIZE, began)
        size = LENGTH_SIZE + blob_frame_length(bytes(self._buffer[:LENGTH_SIZE]))
        await self._fill(size, began)
        with memoryview(self._buffer) as view:
            data = bytes(view[LENGTH_SIZE:size])
        del self._buffer[:size]
        return decode_blob_frame(data)

    async def send(self, frame: BlobFrame) -> None:
        """Write a frame. Raises `trio.BrokenResourceError`, also where the peer does not take it in
        time."""
        data = encode_blob_frame(frame)
        with trio.move_on_after(send_ms(len(data)) / 1000) as scope:
            await self._stream.send_all(data)
        if scope.cancelled_caught:
            raise trio.BrokenResourceError("the peer does not read")

    async def _fill(self, size: int, began: float) -> None:
        if len(self._buffer) >= size:
            return
        with trio.CancelScope(deadline=began + receive_ms(size) / 1000) as scope:
            while len(self._buffer) < size:
                if not await self._receive_some():
                    raise trio.BrokenResourceError("the peer ended in the middle of a frame")
        if scope.cancelled_caught:
            raise TooSlow("a frame that does not come in time")

    async def _receive_some(self) -> bool:
        data = await self._stream.receive_some(_CHUNK)
        if data:
            self._buffer += data
            self._heard()
        return bool(data)
