"""Peers that want to wear out a relay, or somebody through it: all is bounded and counted."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
import trio
import trio.testing
from tests.node.network.nat.relays import answers, behind, caller, reached_through, relaying
from tests.node.network.transport.support import node

from sayso_node.network.link import DialError, Link, Network
from sayso_node.network.message_stream import receive_message, send_message
from sayso_node.network.nat.hole_punching import HolePunching
from sayso_node.network.nat.punch_port import PunchPort
from sayso_protocol.discovery.hole_punch import (
    PUNCH_PROTOCOL,
    PunchKind,
    PunchMessage,
    decode_punch,
    encode_punch,
)
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.relay.messages import (
    HOP_PROTOCOL,
    HopKind,
    HopMessage,
    Status,
    decode_hop,
    encode_hop,
)
from sayso_protocol.discovery.relay.relay_limits import RelayLimits


async def ask(network: Network, relay: Network, message: HopMessage) -> Status:
    link = await network.open_stream(relay.addresses[0], HOP_PROTOCOL)
    try:
        await send_message(link.stream, encode_hop(message))
        return decode_hop(await receive_message(link.stream, 4096)).status
    finally:
        await trio.aclose_forcefully(link.stream)


async def test_one_peer_asks_for_places_so_often_and_no_more() -> None:
    async with relaying() as (relay, server), caller() as greedy, caller(71) as modest:
        with greedy.hold(relay.peer_id), modest.hold(relay.peer_id):
            reserve = HopMessage(HopKind.RESERVE)
            said = [await ask(greedy, relay, reserve) for _ in range(40)]
            assert said[:30] == [Status.OK] * 30
            assert Status.RESOURCE_LIMIT_EXCEEDED in said[30:]
            assert await ask(modest, relay, reserve) is Status.OK
            assert len(server.relay.reservations) == 2
            assert server.relay.counts["too many requests from one address"] >= 1


async def test_streams_that_say_nothing_are_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso_node.network.nat.relay_server.REQUEST_SECONDS", 0.3)
    async with relaying() as (relay, server), caller() as silent:
        with silent.hold(relay.peer_id):
            links = [await silent.open_stream(relay.addresses[0], HOP_PROTOCOL) for _ in range(10)]
            with trio.fail_after(60):
                for link in links:
                    assert await link.stream.receive_some() == b""
            assert server.relay.counts["no request"] == 10
            async with reached_through(relay) as home, caller(72) as guest:
                assert await answers(await guest.dial(behind(relay, home.network))) == (1000, True)


async def test_circuits_beyond_a_peer_s_share_are_refused() -> None:
    limits = RelayLimits(circuits_a_peer=3)
    async with (
        relaying(limits=limits) as (relay, server),
        reached_through(relay) as home,
        caller() as greedy,
        caller(73) as other,
    ):
        address = behind(relay, home.network)
        links = [await greedy.dial(address) for _ in range(3)]
        for network in (greedy, other):
            with pytest.raises(DialError, match="no room"):
                await network.dial(address)
        await trio.aclose_forcefully(links.pop().stream)
        while len(server.relay.circuits) == 3:
            await trio.sleep(0.005)
        links.append(await other.dial(address))
        assert len(server.relay.circuits) == 3


async def seen_nowhere() -> list[Address]:
    return []


async def test_nobody_punches_who_does_not_come_over_a_relay() -> None:
    with ExitStack() as stack:
        async with node(50) as home, caller() as stranger, trio.open_nursery() as nursery:
            punching = HolePunching(home, PunchPort(stack), seen_nowhere)
            nursery.start_soon(punching.run)
            await trio.testing.wait_all_tasks_blocked()
            link = await stranger.open_stream(home.addresses[0], PUNCH_PROTOCOL)
            victim = PunchMessage(PunchKind.CONNECT, (Address("ip4", "198.41.0.4", 80),))
            await send_message(link.stream, encode_punch(victim))
            with pytest.raises(trio.BrokenResourceError):
                await receive_message(link.stream, 4096)
            assert punching.counts["not over a relay"] == 1
            nursery.cancel_scope.cancel()


@pytest.mark.parametrize("sent", [b"\x00", b"\x08\x05", encode_punch(PunchMessage(PunchKind.SYNC))])
async def test_nonsense_over_a_relay_is_counted_and_dials_nobody(sent: bytes) -> None:
    async with relaying() as (relay, _), reached_through(relay) as home, caller() as guest:
        with ExitStack() as stack:
            async with trio.open_nursery() as nursery:
                punching = HolePunching(guest, PunchPort(stack), seen_nowhere)
                nursery.start_soon(punching.run)
                await trio.testing.wait_all_tasks_blocked()
                link = await guest.dial(behind(relay, home.network))
                (back,) = home.network.connections(guest.peer_id)
                onward = await back.open_stream(PUNCH_PROTOCOL)
                await send_message(onward.stream, sent)
                with pytest.raises(trio.BrokenResourceError):
                    await receive_message(onward.stream, 4096)
                assert punching.counts["malformed"] == 1
                assert await answers(link) == (1000, True)
                nursery.cancel_scope.cancel()


async def test_a_peer_punches_three_rounds_a_minute_and_no_more() -> None:
    async with relaying() as (relay, _), reached_through(relay) as home, caller() as guest:
        with ExitStack() as stack:
            async with trio.open_nursery() as nursery:
                punching = HolePunching(guest, PunchPort(stack), seen_nowhere)
                nursery.start_soon(punching.run)
                await trio.testing.wait_all_tasks_blocked()
                link = await guest.dial(behind(relay, home.network))
                (back,) = home.network.connections(guest.peer_id)
                rounds = [await one_round(await back.open_stream(PUNCH_PROTOCOL)) for _ in range(5)]
                assert rounds == [True] * 3 + [False] * 2
                assert punching.counts["the peer's minute"] == 2
                await trio.aclose_forcefully(link.stream)
                nursery.cancel_scope.cancel()


async def one_round(link: Link) -> bool:
    """Whether the other side takes part in a round of a punch that names nobody."""
    try:
        await send_message(link.stream, encode_punch(PunchMessage(PunchKind.CONNECT)))
        answer = decode_punch(await receive_message(link.stream, 4096))
        await send_message(link.stream, encode_punch(PunchMessage(PunchKind.SYNC)))
        while await link.stream.receive_some():
            pass
    except trio.BrokenResourceError:
        return False
    return answer.kind is PunchKind.CONNECT
