"""More protocols than sync on one connection: who opens streams, how many, how long it stays."""

from __future__ import annotations

from contextlib import suppress

import pytest
import trio
from tests.budget import long

from sayso_node.network.link import (
    SYNC_PROTOCOL,
    Connection,
    DialError,
    Link,
    Network,
    StreamQuota,
    UnsupportedProtocolError,
)
from sayso_node.network.transport import TransportLimits, peer_id_of
from sayso_node.network.transport.multistream import MAX_TRIES

from . import support
from .support import dialler, echo, node, raw_peer, seed

SOON = 60
PROTOCOLS = ["/test/one/1", "/test/two/1", "/test/three/1", "/test/" + "long/" * 40, "/ünï/1"]


async def until_gone(*networks: Network) -> None:
    with trio.fail_after(SOON):
        while any(len(network._connections) for network in networks):  # type: ignore[attr-defined]
            await trio.sleep(0.01)


async def answers(link: Link, question: bytes = b"are you there?") -> bool:
    """Whether the other side echoes on a link, which is closed then."""
    await link.stream.send_all(question)
    answer = await link.stream.receive_some()
    await link.stream.aclose()
    return answer == question


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_each_protocol_goes_to_its_own_handler(protocol: str) -> None:
    async with node() as server, dialler() as client:

        def handler_of(name: str):  # type: ignore[no-untyped-def]
            async def say_name(link: Link) -> None:
                await link.stream.send_all(name.encode())

            return say_name

        for name in PROTOCOLS:
            server.handle(name, handler_of(name))
        assert {SYNC_PROTOCOL, *PROTOCOLS} <= set(server.protocols)
        link = await client.open_stream(server.addresses[0], protocol)
        assert (link.peer_id, link.outbound, link.path) == (server.peer_id, True, "direct")
        assert await link.stream.receive_some() == protocol.encode()
        await link.stream.aclose()
        await until_gone(client, server)


async def test_a_protocol_that_is_not_spoken_is_named() -> None:
    async with node() as server, dialler() as client:
        with pytest.raises(UnsupportedProtocolError, match="does not speak /test/one/1"):
            await client.open_stream(server.addresses[0], "/test/one/1")
        server.handle("/test/one/1", echo)
        assert await answers(await client.open_stream(server.addresses[0], "/test/one/1"))
        server.stop_handling("/test/one/1")
        with pytest.raises(UnsupportedProtocolError):
            await client.open_stream(server.addresses[0], "/test/one/1")
        await until_gone(client, server)


async def test_streams_share_the_connection_that_is_there() -> None:
    begun: list[Connection] = []
    async with node() as server, dialler() as client:
        server.on_connection(begun.append)
        server.handle("/test/one/1", echo)
        sync = await client.dial(server.addresses[0])
        for address in (server.addresses[0], f"/p2p/{server.peer_id}"):
            for _ in range(3):
                assert await answers(await client.open_stream(address, "/test/one/1"))
        assert len(begun) == 1
        assert await answers(sync)
        await until_gone(client, server)
        assert begun[0].ended.is_set()
        with pytest.raises(DialError, match="is not connected"):
            await client.open_stream(f"/p2p/{server.peer_id}", "/test/one/1")


async def test_whoever_was_dialled_may_open_streams_back() -> None:
    async with node() as server, dialler() as client:
        client.handle("/test/back/1", echo)
        sync = await client.dial(server.addresses[0])
        back = await server.open_stream(f"/p2p/{client.peer_id}", "/test/back/1")
        assert back.outbound
        assert back.connection is not None
        assert not back.connection.outbound
        assert await answers(back)
        (there,) = server.connections(client.peer_id)
        assert await answers(await there.open_stream("/test/back/1"))
        assert await answers(sync)
        await until_gone(client, server)


async def test_dial_always_makes_a_connection_of_its_own() -> None:
    async with node() as server, dialler() as client:
        first = await client.dial(server.addresses[0])
        second = await client.dial(server.addresses[0])
        assert first.connection is not second.connection
        assert len(client.connections(server.peer_id)) == 2
        for link in (first, second):
            assert await answers(link)


@long
async def test_a_connection_stays_while_it_is_held_by_both() -> None:
    limits = TransportLimits(idle_timeout=0.2)
    async with node(limits=limits) as server, dialler(limits=limits) as client:
        server.handle("/test/one/1", echo)
        with client.hold(server.peer_id), server.hold(client.peer_id):
            assert await answers(await client.dial(server.addresses[0]))
            await trio.sleep(0.6)
            assert len(client.connections(server.peer_id)) == 1
            with server.hold(client.peer_id):  # twice, of which one ends earlier
                pass
            await trio.sleep(0.6)
            there = f"/p2p/{server.peer_id}"
            assert await answers(await client.open_stream(there, "/test/one/1"))
        await until_gone(client, server)


async def test_held_before_it_began_a_connection_stays_too() -> None:
    async with node() as server, dialler() as client:
        server.handle("/test/one/1", echo)
        with client.hold(server.peer_id):
            assert await answers(await client.open_stream(server.addresses[0], "/test/one/1"))
            await trio.sleep(0.2)
            assert len(client.connections(server.peer_id)) == 1
        await until_gone(client)


@long
async def test_a_dead_connection_does_not_keep_from_dialling() -> None:
    """As after a laptop's sleep: the connection is believed to be there, and answers nothing."""
    async with support.stopped_reader() as dead, dialler() as client:
        muxed: list[Connection] = []
        client.on_connection(muxed.append)
        async with trio.open_nursery() as nursery:

            async def dial_dead() -> None:
                with suppress(DialError):
                    await client.open_stream(dead.addresses[0], "/test/one/1", timeout=60)

            nursery.start_soon(dial_dead)
            with trio.fail_after(SOON):
                while not muxed:
                    await trio.sleep(0.01)
            async with node(77) as alive:
                assert alive.peer_id == dead.peer_id
                alive.handle("/test/one/1", echo)
                link = await client.open_stream(alive.addresses[0], "/test/one/1", timeout=60)
                assert await answers(link)
            nursery.cancel_scope.cancel()


# What it may cost


async def test_a_protocol_has_a_bound_for_each_peer_and_one_for_all() -> None:
    quota = StreamQuota(a_peer=2, in_all=3)
    async with node() as server, dialler(2) as one, dialler(3) as other, dialler(4) as third:
        server.handle("/test/one/1", echo, quota)
        server.handle("/test/two/1", echo)
        held = [await one.open_stream(server.addresses[0], "/test/one/1") for _ in range(2)]
        assert await refused(one, server, "/test/one/1")
        assert await answers(await one.open_stream(server.addresses[0], "/test/two/1"))
        held.append(await other.open_stream(server.addresses[0], "/test/one/1"))
        assert await refused(third, server, "/test/one/1")
        assert await answers(held.pop(0))
        await server_has(server, "/test/one/1", 2)
        assert await answers(await third.open_stream(server.addresses[0], "/test/one/1"))
        for link in held:
            assert await answers(link)
        await server_has(server, "/test/one/1", 0)
        assert not server._protocols._open_of  # type: ignore[attr-defined]


async def refused(client: Network, server: Network, protocol: str) -> bool:
    try:
        return not await answers(await client.open_stream(server.addresses[0], protocol))
    except (DialError, trio.BrokenResourceError):
        return True


async def server_has(server: Network, protocol: str, count: int) -> None:
    with trio.fail_after(SOON):
        while server._protocols._open[protocol] != count:  # type: ignore[attr-defined]
            await trio.sleep(0.01)


async def test_who_goes_on_asking_for_what_is_not_spoken_is_left() -> None:
    limits = TransportLimits(control_burst=500, control_rate=1)
    async with node(limits=limits) as server, raw_peer(server) as peer:
        wish = b"\x0a/nothing/\n"
        for stream_id in range(1, 201, 2):
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                await peer.send(
                    support.syn(stream_id),
                    support.data(stream_id, support.MULTISTREAM + wish * MAX_TRIES),
                )
        with trio.fail_after(SOON):
            await peer.wait_closed()
        assert await support.works(server)


async def test_who_goes_on_beyond_a_quota_is_left() -> None:
    limits = TransportLimits(control_burst=500, control_rate=1)
    async with node(limits=limits) as server, dialler() as client:
        server.handle("/test/one/1", echo, StreamQuota(a_peer=1))
        held = await client.open_stream(server.addresses[0], "/test/one/1")
        assert held.connection is not None
        with trio.fail_after(SOON):
            while not held.connection.ended.is_set():
                with suppress(DialError, trio.BrokenResourceError):
                    link = await held.connection.open_stream("/test/one/1")
                    await link.stream.receive_some()
        assert peer_id_of(seed(2)) == client.peer_id
        assert await support.works(server)


async def test_a_handler_that_raises_ends_its_stream_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(_link: Link) -> None:
        raise ValueError("a bug")

    async with node() as server, dialler() as client:
        server.handle("/test/bad/1", fail)
        sync = await client.dial(server.addresses[0])
        for _ in range(3):
            with suppress(DialError):
                link = await client.open_stream(server.addresses[0], "/test/bad/1")
                with pytest.raises(trio.BrokenResourceError):
                    await link.stream.receive_some()
        assert await answers(sync)
    assert caplog.text.count("ValueError: a bug") == 3
