"""Connections on something else than a socket: a stream through a third node, in its place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import trio
from trio.testing import memory_stream_pair

from sayso_node.network.link import Connection, DialError, Link, Network
from sayso_node.network.transport import TransportLimits, peer_id_of
from sayso_node.network.transport.raw_stream import close_now
from sayso_protocol.discovery.multiaddr import Address

from .support import dialler, echo, node, seed

HOP, STOP = "/test/hop/1", "/test/stop/1"
SOON = 60


@dataclass
class Rig:
    """A caller, a relay and one who is called through it."""

    caller: Network
    relay: Network
    called: Network
    address: str
    """Of the called, through the relay."""


async def pump(source: trio.abc.Stream, sink: trio.abc.HalfCloseableStream) -> None:
    while data := await source.receive_some():
        await sink.send_all(data)
    await sink.send_eof()


@asynccontextmanager
async def rig(
    on_link=echo,  # type: ignore[no-untyped-def]
    limits: TransportLimits | None = None,
) -> AsyncIterator[Rig]:
    async with (
        node(1) as relay,
        node(2, on_link, listen=(), limits=limits) as called,
        dialler(3) as caller,
    ):
        relay_address = relay.addresses[0]

        async def join(link: Link) -> None:
            onward = await relay.open_stream(f"/p2p/{called.peer_id}", STOP)
            async with onward.stream, trio.open_nursery() as nursery:
                nursery.start_soon(pump, link.stream, onward.stream)
                nursery.start_soon(pump, onward.stream, link.stream)

        async def accept(link: Link) -> None:
            await called.serve_inbound(link.stream, f"{relay_address}/p2p-circuit", "relayed")

        async def open_circuit(address: Address) -> trio.abc.HalfCloseableStream:
            assert address.relay == relay.peer_id
            link = await caller.open_stream(relay_address, HOP)
            assert isinstance(link.stream, trio.abc.HalfCloseableStream)
            return link.stream

        relay.handle(HOP, join)
        called.handle(STOP, accept)
        caller.set_opener("circuit", open_circuit)
        with called.hold(relay.peer_id), relay.hold(called.peer_id):
            await (await called.dial(relay_address)).stream.aclose()
            yield Rig(caller, relay, called, f"{relay_address}/p2p-circuit/p2p/{called.peer_id}")


async def read_all(stream: trio.abc.Stream) -> bytes:
    received = bytearray()
    while piece := await stream.receive_some():
        received += piece
    return bytes(received)


async def test_a_relayed_connection_is_one_like_any_other() -> None:
    inbound: list[Link] = []

    async def remember(link: Link) -> None:
        inbound.append(link)
        await echo(link)

    async with rig(remember) as it:
        link = await it.caller.dial(it.address)
        assert (link.peer_id, link.address, link.path) == (it.called.peer_id, it.address, "relayed")
        await link.stream.send_all(b"through the third")
        assert await link.stream.receive_some() == b"through the third"
        (there,) = inbound
        assert (there.peer_id, there.path, there.outbound) == (it.caller.peer_id, "relayed", False)
        assert there.address == f"{it.relay.addresses[0]}/p2p-circuit/p2p/{it.caller.peer_id}"
        await link.stream.aclose()
        with trio.fail_after(SOON):
            while it.caller.connections(it.called.peer_id) or it.called.connections(
                it.caller.peer_id
            ):
                await trio.sleep(0.01)
        # The called holds its relay; the caller has no use for it any more.
        while it.caller.connections(it.relay.peer_id):
            await trio.sleep(0.01)
        assert it.called.connections(it.relay.peer_id)


async def test_bulk_goes_whole_through_it_in_both_directions() -> None:
    data = bytes(range(256)) * 4096 * 8
    async with rig() as it:
        link = await it.caller.dial(it.address)
        assert isinstance(link.stream, trio.abc.HalfCloseableStream)

        async def send() -> None:
            await link.stream.send_all(data)
            await link.stream.send_eof()  # type: ignore[attr-defined]

        async with trio.open_nursery() as nursery:
            nursery.start_soon(send)
            assert await read_all(link.stream) == data
        await link.stream.aclose()


async def test_streams_go_over_the_best_connection_there_is() -> None:
    async with rig() as it:
        begun: list[Connection] = []
        it.caller.on_connection(begun.append)
        it.called.handle("/test/one/1", echo)
        relayed = await it.caller.dial(it.address)
        one = await it.caller.open_stream(it.address, "/test/one/1")
        assert one.connection is relayed.connection
        async with node(2, echo, listen=("/ip4/127.0.0.1/tcp/0",)) as same:
            direct = await it.caller.dial(same.addresses[0])
            assert it.caller.connections(same.peer_id)[0] is direct.connection
            assert [each.path for each in it.caller.connections(same.peer_id)] == [
                "direct",
                "relayed",
            ]


async def test_relayed_guests_take_seats_like_any_other() -> None:
    limits = TransportLimits(inbound=2, inbound_per_peer=1, trial=60, unused_trial=60)
    async with rig(limits=limits) as it:
        first = await it.caller.dial(it.address)
        second = await it.caller.dial(it.address)  # takes the seat of the first
        with pytest.raises(trio.BrokenResourceError):
            while await first.stream.receive_some():
                pass
        assert it.called.seat_counts.gave_way == 1
        (seat,) = it.called._admission._established  # type: ignore[attr-defined]
        assert seat.peer == it.caller.peer_id
        await second.stream.aclose()


async def test_a_relay_cannot_stand_for_the_called() -> None:
    async with rig() as it:
        wrong = it.address.replace(it.called.peer_id, peer_id_of(seed(9)))
        with pytest.raises(DialError, match="is not that peer"):
            await it.caller.dial(wrong)
        with trio.fail_after(SOON):
            while it.called.connections(it.caller.peer_id):
                await trio.sleep(0.01)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/ip4/192.0.2.1/tcp/1/p2p/{relay}/p2p-circuit/p2p/{peer}", "goes through a relay"),
        ("/dns/nowhere.invalid/tcp/1/p2p/{relay}/p2p-circuit/p2p/{peer}", "goes through a relay"),
        (f"/onion3/{'a' * 56}:1/p2p/{{peer}}", "is an onion service, .*start .* --proxy socks5"),
        (f"/onion3/{'a' * 56}:1/p2p/{{relay}}/p2p-circuit/p2p/{{peer}}", "goes through a relay"),
    ],
)
async def test_without_an_opener_nothing_is_dialled(address: str, says: str) -> None:
    async with dialler() as client:
        with pytest.raises(DialError, match=says):
            await client.dial(address.format(relay=peer_id_of(seed(8)), peer=peer_id_of(seed(9))))


async def test_any_trio_stream_will_do() -> None:
    near, far = memory_stream_pair()
    async with node(1) as server, dialler() as client, trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_inbound, far, "/ip4/192.0.2.7/tcp/9", "direct")
        here = server.addresses[0]
        connection = await client.upgrade_outbound(near, server.peer_id, here, "lan")
        link = await connection.open_stream("/sayso/sync/1")
        assert link.path == "lan"
        await link.stream.send_all(b"hello")
        assert await link.stream.receive_some() == b"hello"
        (there,) = server.connections(client.peer_id)
        assert there.network == "192.0.2.7/32"
        await link.stream.aclose()


@pytest.mark.parametrize("private", [False, True])
async def test_a_private_connection_is_nobody_elses(private: bool) -> None:
    heard: list[str] = []
    near, far = memory_stream_pair()
    async with node(1) as server, dialler() as client, trio.open_nursery() as nursery:
        client.on_connection(lambda connection: heard.append(connection.peer_id))
        nursery.start_soon(server.serve_inbound, far, "/ip4/192.0.2.7/tcp/9", "direct")
        here = server.addresses[0]
        made = await client.upgrade_outbound(near, server.peer_id, here, "direct", private=private)
        link = await made.open_stream("/sayso/sync/1")
        await link.stream.send_all(b"hello")
        assert await link.stream.receive_some() == b"hello"
        assert list(client.connections(server.peer_id)) == ([] if private else [made])
        assert heard == ([] if private else [server.peer_id])
        if private:
            with pytest.raises(DialError, match="not connected"):
                await client.open_stream(f"/p2p/{server.peer_id}", "/sayso/sync/1")
        made.close("it is enough")


async def test_a_stream_that_cannot_be_closed_is_named() -> None:
    with pytest.raises(TypeError, match="str cannot be closed"):
        close_now("not a stream")


async def test_an_address_that_is_none_is_the_callers_fault() -> None:
    async with node(1) as server:
        _, far = memory_stream_pair()
        with pytest.raises(ValueError, match="is no address"):
            await server.serve_inbound(far, "nonsense", "direct")
