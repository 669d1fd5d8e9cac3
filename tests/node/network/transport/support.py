"""The parts that the transport's tests share: networks, and a peer that speaks frames by hand."""

from __future__ import annotations

import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import trio

from sayso_node.network.link import SYNC_PROTOCOL, DialError, Link, Network
from sayso_node.network.transport import TransportLimits, open_network, peer_id_of
from sayso_node.network.transport.multistream import YAMUX_PROTOCOL, answer, offer
from sayso_node.network.transport.noise import NoiseIdentity, SecureChannel, SecurityError
from sayso_node.network.transport.yamux.yamux_frames import (
    FrameFlag,
    FrameHeader,
    FrameKind,
    FrameParser,
    Payload,
    encode,
)
from sayso_protocol.discovery.multiaddr import Address

ANY_PORT = "/ip4/127.0.0.1/tcp/0"
MULTISTREAM = b"\x13/multistream/1.0.0\n"


def seed(number: int) -> bytes:
    """The node seed of a numbered test node."""
    return number.to_bytes(32, "big")


async def echo(link: Link) -> None:
    """A link handler that sends back what comes, until the peer ends."""
    while data := await link.stream.receive_some():
        await link.stream.send_all(data)


async def refuse(link: Link) -> None:
    """A link handler of a node that expects no links."""
    raise AssertionError(f"unexpected link from {link.peer_id}")


@asynccontextmanager
async def node(
    number: int = 1,
    on_link: Callable[[Link], Awaitable[None]] = echo,
    *,
    listen: tuple[str, ...] = (ANY_PORT,),
    limits: TransportLimits | None = None,
) -> AsyncIterator[Network]:
    """A listening node."""
    async with open_network(
        node_seed=seed(number), listen=listen, on_link=on_link, limits=limits or TransportLimits()
    ) as network:
        yield network


@asynccontextmanager
async def dialler(number: int = 2, limits: TransportLimits | None = None) -> AsyncIterator[Network]:
    """A node that only dials."""
    async with node(number, refuse, listen=(), limits=limits) as network:
        yield network


@asynccontextmanager
async def linked(
    on_link: Callable[[Link], Awaitable[None]] = echo,
    *,
    limits: TransportLimits | None = None,
    dialler_limits: TransportLimits | None = None,
) -> AsyncIterator[Link]:
    """A link from one node to another whose handler is `on_link`."""
    async with node(1, on_link, limits=limits) as server, dialler(limits=dialler_limits) as client:
        link = await client.dial(server.addresses[0])
        yield link
        await trio.aclose_forcefully(link.stream)


async def works(server: Network, number: int = 99, *, seconds: float = 60) -> bool:
    """Whether an honest peer gets a link and an answer within some seconds."""
    with trio.move_on_after(seconds), suppress(trio.BrokenResourceError):
        async with dialler(number) as client:
            try:
                link = await client.dial(server.addresses[0])
            except DialError:
                return False
            await link.stream.send_all(b"are you well?")
            answer = await link.stream.receive_some()
            await link.stream.aclose()
            return answer == b"are you well?"
    return False


class RawPeer:
    """An authenticated peer that sends whatever frames a test wants."""

    def __init__(self, channel: SecureChannel) -> None:
        self.channel = channel
        self.frames: list[FrameHeader | Payload] = []
        self._parser = FrameParser()

    async def send(self, *frames: bytes) -> None:
        """Send frames, each in a Noise message of its own."""
        await self.channel.send(list(frames))

    async def receive(self) -> list[FrameHeader | Payload]:
        """Wait for frames. Empty where the other side closed the connection."""
        try:
            data = await self.channel.receive()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return []
        return list(self._parser.feed(data))

    async def wait_closed(self) -> None:
        """Read until the other side closes."""
        while await self.receive():
            pass

    async def open_sync(self, stream_id: int = 1) -> None:
        """Open a stream, agree on sync, and read the other side's answers to it."""
        chosen = SYNC_PROTOCOL.encode() + b"\n"
        hello = MULTISTREAM + bytes([len(chosen)]) + chosen
        await self.send(syn(stream_id), data(stream_id, hello))
        said = b""
        while chosen not in said:  # what the other side's handler sends may come with it
            parts = await self.receive()
            assert parts, "the other side closed the connection"
            said += b"".join(part.data for part in parts if isinstance(part, Payload))


def syn(stream_id: int) -> bytes:
    """A frame that opens a stream."""
    return encode(FrameKind.WINDOW_UPDATE, FrameFlag.SYN, stream_id, 0)


def data(stream_id: int, payload: bytes, flags: FrameFlag = FrameFlag.NONE) -> bytes:
    """A frame with payload."""
    return encode(FrameKind.DATA, flags, stream_id, len(payload)) + payload


async def open_socket(network: Network) -> trio.SocketStream:
    """A plain TCP connection to a node."""
    address = Address.parse(network.addresses[0])
    return await trio.open_tcp_stream(address.host, address.port)


async def open_channel(network: Network, number: int = 66) -> SecureChannel:
    """An encrypted connection to a node, before yamux is agreed on."""
    socket = await open_socket(network)
    return await NoiseIdentity(seed(number)).dial(socket, network.peer_id)


@asynccontextmanager
async def raw_peer(network: Network, number: int = 66) -> AsyncIterator[RawPeer]:
    """A peer that has agreed on Noise and yamux with a node, and then does as it likes."""
    channel = await open_channel(network, number)
    try:
        await offer(channel, YAMUX_PROTOCOL)
        yield RawPeer(channel)
    finally:
        channel.close()


# Attacks, the same on our node and on the controls


async def send_bad_utf8(network: Network) -> None:
    """The six bytes: a multistream message that is not UTF-8."""
    async with raw_peer(network) as peer:
        await peer.send(syn(1), data(1, MULTISTREAM), data(1, b"\x05\xff\xff\xff\xff\n"))
        with trio.move_on_after(0.3):
            await peer.wait_closed()


async def overrun_window(peer: RawPeer, size: int) -> None:
    """Send on stream 1 whatever the window, until it is done or the connection is closed."""
    frame = data(1, bytes(65000))
    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        for _ in range(size // 65000):
            await peer.send(frame)


async def flood_streams(peer: RawPeer, count: int) -> None:
    """Open streams and leave them, until it is done or the connection is closed."""
    await _flood(peer, [syn(stream_id) for stream_id in range(1, 2 * count, 2)])


async def flood_pings(peer: RawPeer, count: int) -> None:
    """Send pings, until it is done or the connection is closed."""
    await _flood(
        peer, [encode(FrameKind.PING, FrameFlag.SYN, 0, number) for number in range(count)]
    )


async def _flood(peer: RawPeer, frames: list[bytes]) -> None:
    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        for start in range(0, len(frames), 1000):
            await peer.send(b"".join(frames[start : start + 1000]))


async def survives_cancelled_reads(
    receive: Callable[[int], Awaitable[bytes]], expected: int
) -> bool:
    """Whether a reader that is cancelled over and over gets all the bytes, in order.

    The peer sends numbers of four bytes, from 0.
    """
    received = bytearray()
    pauses = random.Random(1)
    with trio.move_on_after(60):
        while len(received) < expected:
            with trio.move_on_after(pauses.random() * 0.002):
                while len(received) < expected:
                    piece = await receive(1000)
                    if not piece:
                        return False
                    received += piece
    numbers = range(expected // 4)
    return bytes(received) == b"".join(number.to_bytes(4, "big") for number in numbers)


class StoppedReader:
    """A peer that proves itself, then reads nothing until it is asked to."""

    def __init__(self, address: str, peer_id: str) -> None:
        self.addresses = [address]
        self.peer_id = peer_id
        self.channel: SecureChannel | None = None

    async def serve(self, stream: trio.SocketStream) -> None:
        identity = NoiseIdentity(seed(77))
        channel = await identity.accept(stream, trio.lowlevel.checkpoint)
        await answer(channel, YAMUX_PROTOCOL)
        self.channel = channel
        await trio.sleep_forever()

    async def reads_on(self) -> bool:
        """Read all there is; whether it is whole messages to the last."""
        assert self.channel is not None
        quiet = False
        try:
            while not quiet:
                with trio.move_on_after(0.5) as scope:
                    if not await self.channel.receive():
                        return False
                quiet = scope.cancelled_caught
        except (SecurityError, trio.BrokenResourceError):
            return False
        return not self.channel._sealed


@asynccontextmanager
async def stopped_reader() -> AsyncIterator[StoppedReader]:
    """A `StoppedReader` whose kernel buffers little."""
    listener = trio.socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
    await listener.bind(("127.0.0.1", 0))
    listener.listen()
    peer_id = peer_id_of(seed(77))
    address = f"/ip4/127.0.0.1/tcp/{listener.getsockname()[1]}/p2p/{peer_id}"
    reader = StoppedReader(address, peer_id)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, reader.serve, [trio.SocketListener(listener)])
        yield reader
        nursery.cancel_scope.cancel()


def open_sockets() -> int:
    """Sockets that this process has open."""
    count = 0
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            count += str(entry.readlink()).startswith("socket:")
    return count
