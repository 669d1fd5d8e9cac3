"""Yamux frames (hashicorp/yamux spec.md): a header of 12 bytes, for some a payload.

    version 1 | type 1 | flags 2 | stream id 4 | length 4     (big endian)

The length is a DATA frame's payload size, a WINDOW_UPDATE's increment, a PING's value
and a GO_AWAY's code.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum, IntFlag
from struct import Struct
from typing import NamedTuple

HEADER = Struct("!BBHII")
STARTING_WINDOW = 256 << 10
"""Bytes that either side may send on a new stream before any WINDOW_UPDATE."""
MAX_WINDOW = 0xFFFFFFFF


class FrameKind(IntEnum):
    """Frame types."""

    DATA = 0
    WINDOW_UPDATE = 1
    PING = 2
    GO_AWAY = 3


class FrameFlag(IntFlag):
    """Frame flags."""

    NONE = 0
    SYN = 1
    ACK = 2
    FIN = 4
    RST = 8


class ProtocolError(Exception):
    """The peer broke the multiplexer's rules; its connection ends."""


class FrameHeader(NamedTuple):
    """A frame's header; of a DATA frame the payload follows."""

    kind: int
    flags: int
    stream_id: int
    length: int


class Payload(NamedTuple):
    """Some of the payload that the last DATA header announced."""

    data: bytes


def encode(kind: FrameKind, flags: FrameFlag, stream_id: int, length: int) -> bytes:
    """A frame's header."""
    return HEADER.pack(0, kind, flags, stream_id, length)


class FrameParser:
    """Cuts received bytes into headers and pieces of payload, and keeps no payload."""

    def __init__(self) -> None:
        self._partial = b""
        self._payload_left = 0
        self.begun = 0
        """Frames of which something has come."""

    @property
    def awaited(self) -> int:
        """Bytes that are lacking of the frame that has begun; the size of a header where even
        that has not come whole."""
        return self._payload_left or (HEADER.size if self._partial else 0)

    def feed(self, data: bytes) -> Iterator[FrameHeader | Payload]:
        """The headers and payloads that `data` completes. Consume it whole before the next call.

        Raises `ProtocolError` on another version than 0 and on unknown types.
        """
        if self._partial:
            data, self._partial = self._partial + data, b""
            self.begun -= 1  # it is counted again below
        start, end = 0, len(data)
        while start < end:
            if self._payload_left:
                size = min(self._payload_left, end - start)
                self._payload_left -= size
                yield Payload(data[start : start + size])
                start += size
            elif end - start < HEADER.size:
                self.begun += 1
                self._partial = data[start:]
                return
            else:
                self.begun += 1
                yield self._header(data, start)
                start += HEADER.size

    def _header(self, data: bytes, start: int) -> FrameHeader:
        version, *fields = HEADER.unpack_from(data, start)
        header = FrameHeader(*fields)
        if version != 0 or header.kind > FrameKind.GO_AWAY:
            raise ProtocolError(f"unknown frame: version {version}, type {header.kind}")
        if header.kind == FrameKind.DATA:
            self._payload_left = header.length
        return header
