"""multistream-select: agreeing on a protocol, over a socket, a channel or a stream.

libp2p's own implementation does it, with one defect mended: 0.8.1 decodes a peer's
message outside of its error handling (`protocol_muxer/multiselect_communicator.py:58`),
so that six bytes of bad UTF-8 raise UnicodeDecodeError where nobody expects it, and
take a stock host down.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol, cast

import trio

from .libp2p_imports import (
    ConnectionClosedError,
    Multiselect,
    MultiselectClient,
    MultiselectCommunicator,
    MultiselectCommunicatorError,
    MultiselectError,
    ProtocolNotSupportedError,
    ReadWriteCloser,
    TProtocol,
)

YAMUX_PROTOCOL = "/yamux/1.0.0"
NOT_SPOKEN = "na"
MAX_TRIES = 16
"""Protocols that a peer may ask for on one stream: whoever has a few versions of one asks for them
in a row; the answer to each costs as much as a short message."""

MAX_READ = 1024
"""Bytes given at once to libp2p's readers. They gather what a length prefix names, 1 GiB
if it says so, but give up after 100 reads: this bounds that to 100 kB."""


class BytePipe(Protocol):
    """The pipe that libp2p's negotiation reads from and writes to."""

    async def read(self, n: int | None = None) -> bytes:
        """At most `n` bytes; raises libp2p's `IOException` at the end."""

    async def write(self, data: bytes) -> None:
        """Send all of `data`; raises libp2p's `IOException`."""


class StreamPipe:
    """A trio stream in the form that libp2p's multistream-select and Noise work on.

    Reads nothing ahead, so that whoever comes after the negotiation can take over.
    """

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream

    async def read(self, n: int | None = None) -> bytes:
        """At most `n` bytes. Raises libp2p's `ConnectionClosedError` at the end."""
        try:
            data = await self._stream.receive_some(min(n or 1, MAX_READ))
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ConnectionClosedError("connection lost") from error
        if not data:
            raise ConnectionClosedError("connection closed")
        return bytes(data)

    async def write(self, data: bytes) -> None:
        """Send all of `data`. Raises libp2p's `ConnectionClosedError`."""
        try:
            await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ConnectionClosedError("connection lost") from error


class Communicator(MultiselectCommunicator):
    """libp2p's message reader, which treats bad UTF-8 as the broken message it is."""

    async def read(self) -> str:
        """One message. Raises `MultiselectCommunicatorError`."""
        try:
            return await super().read()
        except UnicodeDecodeError as error:
            raise MultiselectCommunicatorError("message is not UTF-8") from error


async def offer(pipe: BytePipe, *protocols: str) -> str:
    """As the dialling side, agree on the first of `protocols` that the peer speaks, and give it.

    Raises libp2p's `ProtocolNotSupportedError` where it speaks none of them, and
    `MultiselectClientError` where it does not answer sensibly.
    """
    communicator = Communicator(cast("ReadWriteCloser", pipe))
    client = MultiselectClient()
    # Not its select_one_of, which loses the difference between these two errors.
    await client.handshake(communicator)
    for protocol in protocols[:-1]:
        with suppress(ProtocolNotSupportedError):
            await client.try_select(communicator, TProtocol(protocol))
            return protocol
    await client.try_select(communicator, TProtocol(protocols[-1]))
    return protocols[-1]


async def answer(pipe: BytePipe, *protocols: str) -> str:
    """As the listening side, agree on one of `protocols`, and give it.

    Raises libp2p's `MultiselectError`. Not its own `negotiate`, which bears any number of tries.
    """
    communicator = Communicator(cast("ReadWriteCloser", pipe))
    await Multiselect().handshake(communicator)
    known = frozenset(protocols)
    try:
        for _ in range(MAX_TRIES):
            wanted = await communicator.read()
            if wanted in known:
                await communicator.write(wanted)
                return wanted
            await communicator.write(NOT_SPOKEN)
    except MultiselectCommunicatorError as error:
        raise MultiselectError("the peer broke off") from error
    raise MultiselectError(f"the peer asked for {MAX_TRIES} protocols, none of them spoken here")
