"""Peers made of the node's own transport, that say what they like and come from where they like."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import trio

from sayso_node.clock import now_ms
from sayso_node.network.link import SYNC_PROTOCOL
from sayso_node.network.transport.libp2p_imports import BaseLibp2pError
from sayso_node.network.transport.limits import TransportLimits
from sayso_node.network.transport.multistream import YAMUX_PROTOCOL, StreamPipe, offer
from sayso_node.network.transport.noise import NoiseIdentity
from sayso_node.network.transport.resource_manager import ResourceManager
from sayso_node.network.transport.yamux.yamux_connection import YamuxConnection
from sayso_node.sync.frame_stream import FrameStream
from sayso_protocol.accounts.statement import claim_of
from sayso_protocol.crypto.hashing import TOKEN_SIZE, blinded
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.wire.frame_codec import decode_frame, encode_frame
from sayso_protocol.sync.wire.frames import (
    SYNC_3,
    Ask,
    Entries,
    Frame,
    Get,
    Have,
    Hello,
    Miss,
    Want,
)

GONE = (trio.BrokenResourceError, trio.ClosedResourceError)
HELLO = encode_frame(Hello(1, "stranger/1", bytes(16)), SYNC_3)
IPV6_FREEBIND = 78
"""Lets a socket come from an address that no interface has (linux/in6.h)."""


@dataclass
class Stranger:
    """One session of a peer that does what a test wants."""

    connection: YamuxConnection
    stream: trio.abc.Stream
    frames: FrameStream
    heard: int = 0
    """Bytes that it was sent."""
    left: trio.Event | None = None

    async def say(self, *frames: Frame) -> None:
        """Send frames."""
        await self.stream.send_all(b"".join(encode_frame(one, SYNC_3) for one in frames))

    async def want(self, *accounts: bytes) -> None:
        """List all that is wanted, as an honest peer does after its hello."""
        day = day_of(now_ms())
        await self.say(Want(day, [blinded(one, day) for one in accounts], False, bytes(TOKEN_SIZE)))

    async def hear(self) -> Frame | None:
        """The next frame of the node, None at the end."""
        data = await self.frames.receive()
        return None if data is None else decode_frame(data, SYNC_3)

    async def listen(self) -> None:
        """Read and drop whatever comes, until the node leaves."""
        with suppress(*GONE):
            while data := await self.stream.receive_some():
                self.heard += len(data)
        if self.left is not None:
            self.left.set()

    async def flood(self, data: bytes, *, rate: float | None = None) -> int:
        """Say the same again and again until the node leaves; `rate` in times a second. Gives how
        often it was said."""
        count, began = 0, trio.current_time()
        with suppress(*GONE):
            while True:
                await self.stream.send_all(data)
                count += 1
                if rate is not None:
                    await trio.sleep_until(began + count / rate)
        return count


@asynccontextmanager
async def stranger(
    address: str, number: int, source: str | None = None, *, hello: bool = True
) -> AsyncIterator[Stranger]:
    """A stranger with a key of its own, in a session with the node at an address; `source` is the
    IP address that it comes from."""
    where = Address.parse(address)
    assert where.peer_id is not None
    plain = await _connect(where, source)
    limits = TransportLimits()
    try:
        identity = NoiseIdentity(number.to_bytes(32, "big"))
        channel = await identity.dial(plain, where.peer_id)
        await offer(channel, YAMUX_PROTOCOL)
        async with trio.open_nursery() as nursery:
            connection = YamuxConnection(channel, limits, ResourceManager(limits))
            nursery.start_soon(connection.run, lambda stream: None)
            stream = connection.open_stream()
            await offer(StreamPipe(stream), SYNC_PROTOCOL)
            if hello:
                await stream.send_all(HELLO)
            yield Stranger(connection, stream, FrameStream(stream), left=trio.Event())
            nursery.cancel_scope.cancel()
    finally:
        plain.socket.close()


async def _connect(where: Address, source: str | None) -> trio.SocketStream:
    family = socket.AF_INET6 if where.protocol == "ip6" else socket.AF_INET
    plain = trio.socket.socket(family, socket.SOCK_STREAM)
    try:
        if source is not None:
            if family == socket.AF_INET6:
                plain.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
            await plain.bind((source, 0))
        await plain.connect((where.host, where.port))
    except BaseException:
        plain.close()
        raise
    return trio.SocketStream(plain)


async def fetch(address: str, number: int, account: bytes, source: str | None = None) -> int:
    """What an honest newcomer does: meet the node, and fetch all that it has of an account. Gives
    the number of entries."""
    taken = 0
    async with stranger(address, number, source) as peer:
        await peer.want(account)
        waiting = 0
        while (frame := await peer.hear()) is not None:
            if isinstance(frame, Have):
                asks = asks_for(frame)
                if not asks:
                    return 0
                await peer.say(Get(asks))
                waiting = len(asks)
            if isinstance(frame, Entries | Miss):
                taken += len(frame.run.times) if isinstance(frame, Entries) else 0
                waiting -= 1
                if not waiting:
                    return taken
    raise trio.BrokenResourceError("the node left")


def asks_for(frame: Have) -> list[Ask]:
    """Asks for all that is offered."""
    ranges = [
        (claim_of(one.grant).feed, first, last) for one in frame.offers for first, last in one.held
    ]
    pieces = [
        (feed, max(first, top - MAX_RUN_ENTRIES + 1), top)
        for feed, first, last in ranges
        for top in range(last, first - 1, -MAX_RUN_ENTRIES)
    ]
    return [Ask(number, *piece) for number, piece in enumerate(pieces, 1)]


def repeated(frames: Iterable[Frame], size: int = 64 * 1024) -> bytes:
    """Frames, one after the other and again, so many that sending them costs little."""
    once = b"".join(encode_frame(one, SYNC_3) for one in frames)
    return once * max(1, size // len(once))


async def flood_again(
    address: str, number: int, data: bytes, wants: list[bytes] | None, source: str | None = None
) -> None:
    """A stranger who floods a node with the same, and comes again whenever he is left. Without
    `wants` he never says what he wants."""
    while True:
        try:
            async with (
                stranger(address, number, source) as peer,
                trio.open_nursery() as nursery,
            ):
                nursery.start_soon(peer.listen)
                if wants is not None:
                    await peer.want(bytes(32), *wants)
                await peer.flood(data)
                nursery.cancel_scope.cancel()
        except* (BaseLibp2pError, OSError, *GONE):
            pass
        await trio.sleep(0.05)
