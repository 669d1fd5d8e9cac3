"""Blob streams: frames of `/sayso/blob/1` over a byte stream, each in its time."""

from __future__ import annotations

from collections.abc import Callable

import trio

from sayso_protocol.blob.blob_frames import (
    BlobFrame,
    blob_frame_length,
    decode_blob_frame,
    encode_blob_frame,
)

from ..frame_stream import FrameStream


class BlobStream:
    """Reads and writes whole frames. One task reads, one other writes. `heard` is called whenever
    bytes come."""

    def __init__(self, stream: trio.abc.Stream, heard: Callable[[], object] = lambda: None) -> None:
        self._frames = FrameStream(stream, blob_frame_length, heard)

    async def receive(self) -> BlobFrame | None:
        """The next frame, None where the peer ended in good order. Raises `Refused`, `TooSlow`
        where one that has begun does not come in time, and `trio.BrokenResourceError`."""
        data = await self._frames.receive()
        return None if data is None else decode_blob_frame(data)

    async def send(self, frame: BlobFrame) -> None:
        """Write a frame. Raises `trio.BrokenResourceError`, also where the peer does not take it in
        time."""
        await self._frames.send_in_time(encode_blob_frame(frame))
