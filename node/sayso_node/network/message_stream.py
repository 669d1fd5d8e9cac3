"""Messages on a stream, as libp2p's protocols frame them: a varint with the length, then the bytes.

Nothing is read beyond a message, so that what follows may be of another kind.
"""

from __future__ import annotations

import trio

from sayso_protocol.errors import BadShape, TooLarge
from sayso_protocol.protobuf import decode_varint, encode_varint
from sayso_protocol.quantity import quantity

_MAX_LENGTH_SIZE = 5
"""Bytes of a length: 35 bits are more than any message has."""


async def receive_message(stream: trio.abc.ReceiveStream, most: int) -> bytes:
    """The next message, of at most so many bytes.

    Raises `TooLarge`, `BadShape`, and `trio.BrokenResourceError` where the stream is lost or ends
    before all of it has come. The caller's deadline ends a wait.
    """
    size = await _receive_length(stream)
    if size > most:
        raise TooLarge(f"a message of {quantity(size, 'byte')}, where {most} are the most")
    return await _receive_exactly(stream, size)


async def send_message(stream: trio.abc.SendStream, message: bytes) -> None:
    """Send a message. Raises as `stream.send_all` does."""
    await stream.send_all(encode_varint(len(message)) + message)


async def _receive_length(stream: trio.abc.ReceiveStream) -> int:
    prefix = b""
    while not prefix or prefix[-1] & 0x80:
        if len(prefix) >= _MAX_LENGTH_SIZE:
            raise BadShape("a length of more than five bytes")
        prefix += await _receive_exactly(stream, 1)
    return decode_varint(prefix)[0]


async def _receive_exactly(stream: trio.abc.ReceiveStream, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        data = await stream.receive_some(size - len(received))
        if not data:
            raise trio.BrokenResourceError("the stream ended within a message")
        received += data
    return bytes(received)
