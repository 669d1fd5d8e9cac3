"""Relays on real sockets: who is reached through them, what is refused, and how it ends."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress
from dataclasses import replace

import pytest
import trio
import trio.testing
from tests.budget import long
from tests.node.network.nat.relays import (
    LIMITS,
    answers,
    behind,
    caller,
    meet,
    reached_through,
    relaying,
)
from tests.node.network.transport.support import ANY_PORT, node, seed

from sayso_node.network.link import SYNC_PROTOCOL, DialError, Link, Network
from sayso_node.network.message_stream import receive_message, send_message
from sayso_node.network.transport import TransportLimits, peer_id_of
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.relay.messages import (
    HOP_PROTOCOL,
    STOP_PROTOCOL,
    HopKind,
    HopMessage,
    Status,
    StopKind,
    StopMessage,
    decode_hop,
    decode_stop,
    encode_hop,
    encode_stop,
)
from sayso_protocol.protobuf import encode


async def test_a_peer_behind_a_relay_is_reached_and_proves_itself() -> None:
    seen: list[Link] = []

    async def note(link: Link) -> None:
        seen.append(link)
        while data := await link.stream.receive_some():
            await link.stream.send_all(data)

    async with (
        relaying() as (relay, server),
        reached_through(relay, on_link=note) as home,
        caller() as guest,
    ):
        link = await guest.dial(behind(relay, home.network))
        assert link.peer_id == home.network.peer_id
        assert (link.path, link.outbound) == ("relayed", True)
        assert await answers(link, 100_000) == (100_000, True)
        assert server.relay.counts["bytes"] > 200_000
        assert len(server.relay.circuits) == 1
        await link.stream.aclose()
    assert [(one.peer_id, one.path, one.outbound) for one in seen] == [
        (guest.peer_id, "relayed", False)
    ]
    assert f"/p2p/{relay.peer_id}/p2p-circuit/p2p/{guest.peer_id}" in seen[0].address
    assert len(server.relay.circuits) == 0


async def test_it_is_told_where_it_is_reached_as_long_as_it_is() -> None:
    async with relaying() as (relay, _), reached_through(relay) as home:
        assert [str(one) for one in home.told] == [behind(relay, home.network)]
        home.unreachable = False
        home.client.look_again()
        while home.told:
            await trio.sleep(0.005)
        async with caller() as guest:
            with pytest.raises(DialError, match="not there at the moment"):
                await guest.dial(behind(relay, home.network))


@long
async def test_the_connection_to_a_relay_is_held_without_streams() -> None:
    limits = TransportLimits(idle_timeout=0.2)
    async with relaying(transport=limits) as (relay, _), reached_through(relay) as home:
        await trio.sleep(0.5)
        async with caller() as guest:
            link = await guest.dial(behind(relay, home.network))
            assert await answers(link) == (1000, True)


async def test_a_relay_that_goes_is_noticed_and_another_one_asked() -> None:
    async with (
        relaying(51) as (second, _),
        relaying(50) as (first, _),
        reached_through(first) as home,
    ):
        await meet(home, second)
        assert len(home.told) == 2
        home.network.connections(first.peer_id)[0].close("the relay is gone")
        await home.until_reserved(1)
        await trio.testing.wait_all_tasks_blocked()
        assert [str(one) for one in home.told] == [behind(second, home.network)]


async def test_a_relay_that_says_it_again_and_again_costs_no_more() -> None:
    async with relaying() as (relay, server), reached_through(relay) as home:
        link = await home.network.dial(relay.addresses[0])
        assert link.connection is not None
        tasks = trio.lowlevel.current_statistics().tasks_living
        for _ in range(200):
            home.client.note_protocols(link.connection, [HOP_PROTOCOL])
            await trio.lowlevel.checkpoint()
        await trio.testing.wait_all_tasks_blocked()
        assert trio.lowlevel.current_statistics().tasks_living <= tasks + 2
        assert server.relay.counts["reserved"] == 1
        await link.stream.aclose()


async def test_who_left_the_relay_is_reached_no_more() -> None:
    async with relaying() as (relay, server):
        async with reached_through(relay) as home:
            address = behind(relay, home.network)
            assert len(server.relay.reservations) == 1
        while len(server.relay.reservations):
            await trio.sleep(0.005)
        async with caller() as guest:
            with pytest.raises(DialError, match="not there at the moment"):
                await guest.dial(address)


async def test_why_nobody_is_reached_is_said_in_one_line() -> None:
    async with relaying() as (relay, _), node(7) as other, caller() as guest:
        for through, target, words in (
            (relay, other, "not there at the moment"),
            (relay, relay, "the relay does not want to"),
            (other, relay, "does not relay for others"),
        ):
            with pytest.raises(DialError, match=words) as caught:
                await guest.dial(behind(through, target))
            assert "\n" not in str(caught.value)


async def test_without_relaying_no_address_behind_one_is_dialled() -> None:
    async with relaying() as (relay, _), reached_through(relay) as home, node(7) as plain:
        with pytest.raises(DialError):
            await plain.dial(behind(relay, home.network))


async def test_over_its_bytes_a_circuit_is_reset_never_ended() -> None:
    async with relaying() as (relay, server), reached_through(relay) as home, caller() as guest:
        link = await guest.dial(behind(relay, home.network))
        came, whole = await answers(link, LIMITS.circuit_bytes + 100_000)
        assert came < LIMITS.circuit_bytes
        assert not whole
        assert server.relay.counts["over its bytes"] == 1
        again = await guest.dial(behind(relay, home.network))
        assert await answers(again) == (1000, True)


async def test_over_its_time_a_circuit_is_reset_never_ended() -> None:
    limits = replace(LIMITS, circuit_ms=300)
    async with (
        relaying(limits=limits) as (relay, server),
        reached_through(relay) as home,
        caller() as guest,
    ):
        link = await guest.dial(behind(relay, home.network))
        await link.stream.send_all(b"hello")
        with pytest.raises(trio.BrokenResourceError), trio.fail_after(60):
            while await link.stream.receive_some():
                pass
        assert server.relay.counts["over its time"] == 1
        assert len(server.relay.circuits) == 0


@pytest.mark.parametrize("honest", [True, False])
async def test_a_relay_that_names_another_guest_is_not_believed(honest: bool) -> None:
    """The relay says who comes; who comes proves who he is."""
    async with node(50) as relay, node(7) as other, caller() as guest:
        named = guest.peer_id if honest else other.peer_id

        async def lead(link: Link) -> None:
            request = decode_hop(await receive_message(link.stream, 4096))
            if request.kind is HopKind.RESERVE:
                await send_message(link.stream, granted())
                return
            onward = await relay.open_stream(f"/p2p/{request.peer}", STOP_PROTOCOL)
            await send_message(onward.stream, encode_stop(StopMessage(StopKind.CONNECT, named)))
            assert decode_stop(await receive_message(onward.stream, 4096)).status is Status.OK
            done = HopMessage(HopKind.STATUS, status=Status.OK)
            await send_message(link.stream, encode_hop(done))
            async with trio.open_nursery() as nursery:
                for one, another in ((link, onward), (onward, link)):
                    nursery.start_soon(pump, one, another)

        relay.handle(HOP_PROTOCOL, lead)
        with relay.hold(peer_id_of(seed(60))):
            await lead_in(relay, guest, honest)


async def lead_in(relay: Network, guest: Network, honest: bool) -> None:
    async with reached_through(relay) as home:
        if honest:
            link = await guest.dial(behind(relay, home.network))
            assert await answers(link) == (1000, True)
        else:
            with pytest.raises(DialError, match="closed the connection"):
                await guest.dial(behind(relay, home.network))


async def pump(source: Link, sink: Link) -> None:
    try:
        while data := await source.stream.receive_some():
            await sink.stream.send_all(data)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass
    await trio.aclose_forcefully(sink.stream)


def granted() -> bytes:
    place = encode((1, 4_000_000_000))
    return encode((1, 2), (3, place), (5, 100))


async def test_only_relays_with_a_place_lead_anybody_in() -> None:
    async with relaying() as (relay, _), reached_through(relay) as home, node(8) as stranger:
        link = await home.network.dial(stranger.addresses[0])
        back = stranger.connections(home.network.peer_id)[0]
        onward = await back.open_stream(STOP_PROTOCOL)
        said = StopMessage(StopKind.CONNECT, stranger.peer_id)
        await send_message(onward.stream, encode_stop(said))
        answer = decode_stop(await receive_message(onward.stream, 4096))
        assert answer.status is Status.PERMISSION_DENIED
        await link.stream.aclose()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x01\xff", Status.MALFORMED_MESSAGE),
        (b"\x02\x08\x09", Status.MALFORMED_MESSAGE),
        (b"\xff\xff\x7f", Status.MALFORMED_MESSAGE),
        (b"\x02\x08\x02", Status.UNEXPECTED_MESSAGE),
        (b"\x02\x08\x01", Status.NO_RESERVATION),
    ],
)
async def test_what_is_no_request_is_told_so(sent: bytes, status: Status) -> None:
    async with relaying() as (relay, _), caller() as guest:
        link = await guest.open_stream(relay.addresses[0], HOP_PROTOCOL)
        await link.stream.send_all(sent)
        assert decode_hop(await receive_message(link.stream, 4096)).status is status


async def test_many_guests_at_once_have_their_own_bytes() -> None:
    async with relaying() as (relay, server), reached_through(relay) as home:
        sizes = [1000 * n for n in range(1, 7)]
        got: dict[int, tuple[int, bool]] = {}

        async def one(size: int) -> None:
            async with caller(100 + size) as guest:
                link = await guest.dial(behind(relay, home.network))
                got[size] = await answers(link, size)

        async with trio.open_nursery() as nursery:
            for size in sizes:
                nursery.start_soon(one, size)
        assert got == {size: (size, True) for size in sizes}
        assert server.relay.counts["connected"] == len(sizes)


async def test_a_peer_that_does_not_answer_its_relay_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sayso_node.network.nat.relay_server.CALL_SECONDS", 0.2)
    async with relaying() as (relay, server), node(9, listen=()) as mute, caller() as guest:

        async def keep_quiet(link: Link) -> None:
            await trio.sleep_forever()

        mute.handle(STOP_PROTOCOL, keep_quiet)
        link = await mute.open_stream(relay.addresses[0], HOP_PROTOCOL)
        await send_message(link.stream, encode_hop(HopMessage(HopKind.RESERVE)))
        await receive_message(link.stream, 4096)
        with pytest.raises(DialError, match="did not answer the relay"):
            await guest.dial(behind(relay, mute))
        assert server.relay.counts["not reached"] == 1
        assert len(server.relay.circuits) == 0


async def test_a_private_address_of_a_relay_is_told_only_where_it_was_dialled() -> None:
    """What the relay says of itself may lead anybody anywhere."""
    async with node(50) as relay:

        async def boast(link: Link) -> None:
            await receive_message(link.stream, 4096)
            named = [
                Address.parse(f"/ip4/{host}/tcp/4001/p2p/{relay.peer_id}")
                for host in ("10.0.0.1", "192.168.1.1", "127.0.0.1", "198.41.0.4", "193.0.14.129")
            ]
            place = encode((1, 4_000_000_000), (2, [one.to_bytes() for one in named]))
            await send_message(link.stream, encode((1, 2), (3, place), (5, 100)))

        relay.handle(HOP_PROTOCOL, boast)
        async with reached_through(relay) as home:
            hosts = [one.host for one in home.told]
            assert hosts == ["127.0.0.1", "198.41.0.4"]
            assert home.told[0].port == Address.parse(relay.addresses[0]).port


async def test_a_place_at_a_relay_that_nobody_can_dial_is_none() -> None:
    """One that called this node, and says of itself only what leads nowhere."""
    async with node(50) as relay, reached_through(listen=(ANY_PORT,)) as home:

        async def grant(link: Link) -> None:
            await receive_message(link.stream, 4096)
            await send_message(link.stream, granted())

        relay.handle(HOP_PROTOCOL, grant)
        link = await relay.dial(home.network.addresses[0])
        (back,) = home.network.connections(relay.peer_id)
        home.client.note_protocols(back, [HOP_PROTOCOL])
        await trio.sleep(0.3)
        assert not home.client.relays
        assert not home.told
        await link.stream.aclose()


async def test_guests_of_one_relay_have_the_seats_of_one_address() -> None:
    """Else whoever relays could fill a home with strangers that he makes up."""
    relay = "/ip4/198.51.100.7/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"
    through = f"{relay}/p2p-circuit"
    seats = TransportLimits().inbound_per_address
    got_in = 0
    async with node(60) as home, trio.open_nursery() as nursery, AsyncExitStack() as stack:
        for number in range(seats + 4):
            guest = await stack.enter_async_context(caller(100 + number))
            near, far = trio.testing.memory_stream_pair()
            nursery.start_soon(home.serve_inbound, far, through, "relayed")
            with suppress(DialError, trio.BrokenResourceError), trio.move_on_after(2):
                made = await guest.upgrade_outbound(near, home.peer_id, through, "relayed")
                link = await made.open_stream(SYNC_PROTOCOL)
                await link.stream.send_all(b"hello")
                got_in += await link.stream.receive_some() == b"hello"
        assert got_in == seats
        assert home.seat_counts.refused == 4
        nursery.cancel_scope.cancel()
