"""Each defect of libp2p 0.8.1 that a stranger could use, tried on a node of ours.

`test_controls.py` tries the same on a stock host, and expects it to fail.
"""

import gc
import logging
import socket
import struct
from collections import deque
from contextlib import ExitStack, suppress
from functools import partial

import pytest
import trio
from tests.budget import long

from sayso_node.network.link import SYNC_PROTOCOL, DialError, Link, ListenError, Network
from sayso_node.network.transport import TransportLimits
from sayso_node.network.transport.endpoint import Endpoint
from sayso_node.network.transport.libp2p_imports import ProtocolNotSupportedError
from sayso_node.network.transport.multistream import YAMUX_PROTOCOL, StreamPipe, offer
from sayso_node.network.transport.noise import NoiseIdentity
from sayso_node.network.transport.resource_manager import ResourceManager
from sayso_node.network.transport.tcp import connect
from sayso_node.network.transport.yamux.yamux_connection import YamuxConnection
from sayso_node.network.transport.yamux.yamux_frames import (
    FrameFlag,
    FrameHeader,
    FrameKind,
    encode,
)
from sayso_protocol.discovery.multiaddr import Address

from . import support
from .support import ANY_PORT, data, dialler, linked, node, raw_peer, seed, syn, works

SOON = 60
"""Seconds in which something must come that takes a hundredth of them on an idle machine. No other
limit of a node would bring it about in so few."""


async def never_read(link: Link) -> None:
    await trio.sleep_forever()


def endpoint_of(network: Network) -> Endpoint:
    assert isinstance(network, Endpoint)
    return network


async def until_gone(network: Network, seconds: float = SOON) -> None:
    """Wait until the node has no connections."""
    with trio.fail_after(seconds):
        while endpoint_of(network)._connections:
            await trio.sleep(0.01)


# What a stock host dies of


async def test_bad_utf8_ends_a_stream_not_the_node() -> None:
    async with node() as server:
        await support.send_bad_utf8(server)
        assert await works(server)


async def test_a_handler_that_raises_ends_its_link_not_the_node(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(link: Link) -> None:
        raise ValueError("a bug")

    async with node(1, fail) as server, dialler() as client:
        for _ in range(2):
            with suppress(DialError):  # the handler may be faster than the dialler
                link = await client.dial(server.addresses[0])
                with pytest.raises(trio.BrokenResourceError):
                    await link.stream.receive_some()
        await until_gone(server)
    assert caplog.text.count("ValueError: a bug") == 2


# What a stock connection breaks of


@long
async def test_cancelled_writes_leave_whole_messages() -> None:
    async with support.stopped_reader() as reader, trio.open_nursery() as nursery:
        socket_stream = await connect(Address.parse(reader.addresses[0]))
        channel = await NoiseIdentity(seed(2)).dial(socket_stream, reader.peer_id)
        await offer(channel, YAMUX_PROTOCOL)
        connection = YamuxConnection(channel, TransportLimits(), ResourceManager(TransportLimits()))
        nursery.start_soon(connection.run, lambda stream: None)
        with trio.move_on_after(0.5):
            async with trio.open_nursery() as writers:
                for _ in range(30):
                    writers.start_soon(connection.open_stream().send_all, bytes(1 << 20))
        assert await reader.reads_on()
        nursery.cancel_scope.cancel()


async def test_cancelled_reads_lose_nothing() -> None:
    async def count(link: Link) -> None:
        for number in range(5_000):
            await link.stream.send_all(number.to_bytes(4, "big"))

    async with linked(count) as link:
        assert await support.survives_cancelled_reads(link.stream.receive_some, 5_000 * 4)


async def test_a_reset_does_not_read_as_an_end() -> None:
    async def send_and_reset(link: Link) -> None:
        await link.stream.send_all(b"half")
        await trio.sleep(0.05)
        await trio.aclose_forcefully(link.stream)

    async with linked(send_and_reset) as link:
        with pytest.raises(trio.BrokenResourceError):
            while await link.stream.receive_some():
                pass


@pytest.mark.parametrize("abruptly", [False, True])
async def test_a_lost_connection_does_not_read_as_an_end(abruptly: bool) -> None:
    async with node(1, never_read) as server, raw_peer(server) as peer:
        links: list[Link] = []
        server.handle(SYNC_PROTOCOL, lambda link: _keep(links, link))
        await peer.open_sync()
        if abruptly:
            linger = struct.pack("ii", 1, 0)
            peer.channel._stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        peer.channel.close()
        while not links:
            await trio.sleep(0.01)
        with pytest.raises(trio.BrokenResourceError):
            await links[0].stream.receive_some()


async def _keep(links: list[Link], link: Link) -> None:
    links.append(link)
    await trio.sleep_forever()


# Places, and who holds them


async def test_places_are_free_again() -> None:
    """More connections in a node's life than it has places."""
    async with node(limits=TransportLimits(inbound=10)) as server:
        for number in range(15):
            async with raw_peer(server, 100 + number):
                pass
        assert await works(server)


async def test_a_full_node_refuses_and_gives_unused_places_away() -> None:
    async with node(limits=TransportLimits(inbound=2, unused_trial=0)) as server:
        async with raw_peer(server, 10), raw_peer(server, 11):
            await trio.sleep(0.05)
            assert await works(server), "a place without a link is given away"
        async with raw_peer(server, 12) as first, raw_peer(server, 13) as second:
            await first.open_sync()
            await second.open_sync()
            assert not await works(server)
        assert await works(server)


async def test_one_identity_holds_few_places() -> None:
    async with (
        node(limits=TransportLimits(inbound_per_peer=2)) as server,
        raw_peer(server, 10) as eldest,
    ):
        await eldest.open_sync()
        async with raw_peer(server, 10), raw_peer(server, 10):
            with trio.fail_after(SOON):
                await eldest.wait_closed()


@long
async def test_silent_sockets_lock_nobody_out() -> None:
    """2,000 of them, from the very address of the honest peer. As many as a node has places for
    stay open at this end, twice over: an ordinary user has 1,024 open files, for both ends."""
    limits = TransportLimits()
    open_at_once = 2 * limits.pending
    async with node(limits=limits) as server:
        with ExitStack() as stack:
            crowd: deque[trio.SocketStream] = deque()
            stack.callback(lambda: [stream.socket.close() for stream in crowd])
            for _ in range(2000):
                if len(crowd) == open_at_once:
                    crowd.popleft().socket.close()
                crowd.append(await support.open_socket(server))
            assert await works(server)
            assert len(crowd) == open_at_once
            assert len(endpoint_of(server)._admission._pending) <= limits.pending_per_address


async def test_a_dripping_handshake_ends_in_time() -> None:
    async with node(limits=TransportLimits(handshake_timeout=0.3)) as server:
        stream = await support.open_socket(server)
        with trio.fail_after(SOON), pytest.raises(trio.BrokenResourceError):
            for byte in support.MULTISTREAM * 5:
                await stream.send_all(bytes([byte]))
                await trio.sleep(0.05)
        stream.socket.close()


async def test_a_connection_without_use_is_closed() -> None:
    async with node(limits=TransportLimits(idle_timeout=0.1)) as server, raw_peer(server) as peer:
        with trio.fail_after(SOON):
            await peer.wait_closed()


@pytest.mark.parametrize("protocol", ["/plaintext/2.0.0", "/secio/1.0.0", "/tls/1.0.0"])
async def test_nothing_but_noise_is_spoken(protocol: str) -> None:
    async with node() as server:
        stream = await support.open_socket(server)
        async with stream:
            with pytest.raises(ProtocolNotSupportedError):
                await offer(StreamPipe(stream), protocol)


@pytest.mark.parametrize(
    "rubbish",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"\xff" * 10,
        b"\xff\xff\xff\xff\x07",
        b"\x00" * 64,
    ],
)
async def test_rubbish_is_turned_away(rubbish: bytes) -> None:
    async with node(limits=TransportLimits(handshake_timeout=0.3)) as server:
        stream = await support.open_socket(server)
        await stream.send_all(rubbish)
        with trio.fail_after(SOON):
            try:
                while await stream.receive_some():
                    pass
            except trio.BrokenResourceError:
                pass
        stream.socket.close()
        assert await works(server)


@pytest.mark.parametrize("key", [bytes(32), b"\x09" + bytes(31)], ids=["null key", "no tag"])
async def test_rubbish_inside_the_handshake_is_no_error_of_ours(
    caplog: pytest.LogCaptureFixture, key: bytes
) -> None:
    """A stranger must not be able to fill the log either."""
    async with node() as server:
        stream = await support.open_socket(server)
        async with stream:
            await offer(StreamPipe(stream), "/noise")
            await stream.send_all(b"\x00\x20" + key)
            await stream.send_all(b"\x00\x80" + bytes(128))
            with (
                trio.fail_after(TransportLimits().handshake_timeout - 1),
                suppress(trio.BrokenResourceError),
            ):
                while await stream.receive_some():
                    pass
        assert await works(server)
    assert not [each for each in caplog.records if each.levelno >= logging.INFO]


# Memory and work that a peer may cause


async def test_a_peer_that_ignores_its_window_is_dropped() -> None:
    async with node(1, never_read) as server, raw_peer(server) as peer:
        await peer.open_sync()
        (connection,) = (one.muxed for one in endpoint_of(server)._connections)
        await support.overrun_window(peer, 16 << 20)
        with trio.fail_after(SOON):
            await peer.wait_closed()
        assert connection.unread <= TransportLimits().window


async def test_a_flood_of_streams_is_cut_off() -> None:
    async with node(1, never_read) as server, raw_peer(server) as peer:
        await support.flood_streams(peer, 10_000)
        with trio.fail_after(SOON):
            await peer.wait_closed()
        server.handle(SYNC_PROTOCOL, support.echo)
        assert await works(server)
        await until_gone(server)
        assert not endpoint_of(server)._resource_manager._streams


async def test_streams_are_counted_over_all_connections_of_a_peer() -> None:
    async with (
        node(1, never_read, limits=TransportLimits(streams_per_peer=16)) as server,
        raw_peer(server, 10) as one,
        raw_peer(server, 10) as other,
    ):
        for stream_id in range(1, 33, 2):
            await one.open_sync(stream_id)
        await other.send(syn(1))
        answers = await other.receive()
        assert FrameHeader(FrameKind.WINDOW_UPDATE, FrameFlag.RST, 1, 0) in answers


async def test_a_flood_of_control_frames_is_cut_off() -> None:
    async with node() as server, raw_peer(server) as peer:
        await support.flood_pings(peer, 8000)
        with trio.fail_after(SOON):
            await peer.wait_closed()
        assert await works(server)


async def test_together_connections_hold_a_bounded_amount() -> None:
    limits = TransportLimits(unread=600 << 10)
    async with (
        node(1, never_read, limits=limits) as server,
        raw_peer(server, 10) as small,
        raw_peer(server, 11) as great,
    ):
        await small.open_sync()
        await small.send(data(1, bytes(50 << 10)))
        for stream_id in (1, 3, 5):
            await great.open_sync(stream_id)
            await support.overrun_window(_on(great, stream_id), 250 << 10)
        with trio.fail_after(SOON):
            await great.wait_closed()
        assert endpoint_of(server)._resource_manager._total == 50 << 10
        with trio.fail_after(SOON):
            while len(endpoint_of(server)._connections) > 1:
                await trio.sleep(0.01)


def _on(peer: support.RawPeer, stream_id: int) -> support.RawPeer:
    """The same peer, for helpers that send on stream 1."""

    class Redirected(support.RawPeer):
        async def send(self, *frames: bytes) -> None:
            await peer.send(*(f[:4] + stream_id.to_bytes(4, "big") + f[8:] for f in frames))

    return Redirected(peer.channel)


@pytest.mark.parametrize(
    "frames",
    [
        [b"\x01" + syn(1)[1:]],  # another version
        [encode(FrameKind.PING, FrameFlag.NONE, 0, 0)[:1] + b"\x09" + bytes(10)],  # an unknown type
        [syn(2)],  # an id of ours
        [syn(1), syn(1)],  # an id twice
        [syn(0)],
        [data(9, bytes(8))[:8] + b"\xff\xff\xff\xff"],  # 4 GiB for no stream
        [syn(1), encode(FrameKind.WINDOW_UPDATE, FrameFlag.NONE, 1, 0xFFFFFFFF)],
        [syn(1), data(1, b"", FrameFlag.FIN), data(1, b"more")],
    ],
    ids=["version", "type", "parity", "twice", "zero", "no stream", "window", "after end"],
)
async def test_broken_rules_end_the_connection(frames: list[bytes]) -> None:
    async with node(1, never_read) as server, raw_peer(server) as peer:
        await peer.send(*frames)
        with trio.fail_after(SOON):
            await peer.wait_closed()
        await until_gone(server)


async def test_bytes_that_do_not_decrypt_end_the_connection() -> None:
    async with node() as server, raw_peer(server) as peer:
        await peer.channel._stream.send_all(b"\x00\x20" + bytes(32))
        with trio.fail_after(SOON):
            await peer.wait_closed()


def yamux_connections() -> list[YamuxConnection]:
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, YamuxConnection)]


@long
async def test_nothing_is_remembered_of_those_who_left() -> None:
    before = yamux_connections()  # what a test that failed before this one still holds
    async with node() as server:
        for number in range(100, 120):
            async with raw_peer(server, number) as peer:
                await peer.open_sync()
        await until_gone(server)
        endpoint = endpoint_of(server)
        with trio.fail_after(SOON):
            while endpoint._resource_manager._streams or endpoint._admission._established:
                await trio.sleep(0.01)
        assert not endpoint._admission._pending
        assert not endpoint._resource_manager._holders
        assert [each for each in yamux_connections() if each not in before] == []


# Peers that freeze


async def test_a_peer_that_does_not_answer_is_given_up() -> None:
    limits = TransportLimits(keepalive=0.1, pong_timeout=0.1)
    async with node(1, support.echo, limits=limits) as server, raw_peer(server) as peer:
        await peer.open_sync()
        await until_gone(server)


@long
async def test_a_peer_that_answers_pings_is_kept() -> None:
    limits = TransportLimits(keepalive=0.1, pong_timeout=1.5)
    async with linked(limits=limits) as link:
        await trio.sleep(2.5)
        await link.stream.send_all(b"still there?")
        assert await link.stream.receive_some() == b"still there?"


async def test_a_peer_that_takes_nothing_is_given_up() -> None:
    """Its window is open, its socket is full: only the limit on writing can tell."""
    broken = trio.Event()

    async def send(link: Link) -> None:
        with pytest.raises(trio.BrokenResourceError):
            while True:
                await link.stream.send_all(bytes(1 << 20))
        broken.set()

    async with (
        node(1, send, limits=TransportLimits(write_timeout=0.3)) as server,
        raw_peer(server) as peer,
    ):
        await peer.open_sync()
        await peer.send(encode(FrameKind.WINDOW_UPDATE, FrameFlag.NONE, 1, 1 << 30))
        with trio.fail_after(SOON):
            await broken.wait()


# Starting and stopping


@long
async def test_a_node_dials_nobody_by_itself() -> None:
    """Not even a peer that it was linked with."""
    accepted = trio.Event()

    async def note(_stream: trio.SocketStream) -> None:
        accepted.set()

    async with dialler() as client:
        async with node() as server:
            link = await client.dial(server.addresses[0])
            address = Address.parse(link.address)
            await link.stream.aclose()
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(trio.serve_tcp, note, address.port, host=address.host))
            with trio.move_on_after(0.5):
                await accepted.wait()
            nursery.cancel_scope.cancel()
    assert not accepted.is_set()


@pytest.mark.parametrize("wildcard", ["/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0"])
async def test_a_wildcard_listener_names_addresses_that_can_be_dialled(wildcard: str) -> None:
    async with node(1, listen=(wildcard,)) as server:
        assert server.addresses
        for address in server.addresses:
            assert "/0.0.0.0/" not in address
            assert "/::/" not in address
        async with dialler() as client:
            await (await client.dial(server.addresses[-1])).stream.aclose()


async def test_a_port_belongs_to_one_node() -> None:
    async with node(1) as server:
        taken = server.addresses[0].partition("/p2p/")[0]
        says = f"cannot listen on {taken}: Address already in use: .* choose another"
        with pytest.raises(ListenError, match=says):
            async with node(2, listen=(taken,)):
                pass


@long
async def test_stopping_is_quick_and_leaves_no_socket() -> None:
    before = support.open_sockets()
    async with node(3, never_read) as other:
        async with (
            node(1, never_read) as server,
            raw_peer(server, 10) as frozen,
            raw_peer(server, 11),
        ):
            await frozen.open_sync()
            link = await server.dial(other.addresses[0])
            with trio.move_on_after(0.1):
                await link.stream.send_all(bytes(2 << 20))
            start = trio.current_time()
            endpoint_of(server)._nursery.cancel_scope.deadline = start + 9
            await _stop(server)
        assert trio.current_time() - start < 8
        await until_gone(other)
    with trio.fail_after(SOON):
        while support.open_sockets() > before:
            await trio.sleep(0.01)


async def _stop(network: Network) -> None:
    await endpoint_of(network).close()


@pytest.mark.parametrize("address", [ANY_PORT, "/ip6/::1/tcp/0"])
async def test_a_cancelled_node_leaves_no_socket(address: str) -> None:
    before = support.open_sockets()
    with trio.move_on_after(0.2):
        async with node(1, never_read, listen=(address,)) as server, dialler() as client:
            await client.dial(server.addresses[0])
            await trio.sleep_forever()
    assert support.open_sockets() == before
