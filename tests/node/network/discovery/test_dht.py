"""The hash table over real sockets: found by strangers, served by those alone who can be dialled,
bounded for whoever asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
import trio
from tests.budget import long
from tests.node.network.transport.support import ANY_PORT, dialler, refuse, seed
from tests.protocol.discovery.location.support import ANN, Somebody

from sayso_node.clock import mono_ms, now_ms
from sayso_node.network.discovery.dht import Dht
from sayso_node.network.link import Network, UnsupportedProtocolError
from sayso_node.network.message_stream import receive_message, send_message
from sayso_node.network.transport import open_network
from sayso_protocol.discovery.kademlia.kademlia_limits import (
    MAX_ANSWER,
    MAX_REQUEST,
    REQUESTS_A_PEER,
    REQUESTS_A_PEER_SECOND,
)
from sayso_protocol.discovery.kademlia.messages import PROTOCOL, Message, MessageType
from sayso_protocol.discovery.location.announcement import Announcement, sign_announcement
from sayso_protocol.discovery.location.locator import Find, Locator, Own
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_bytes
from sayso_protocol.sync.now import Now

SOON = 300


@dataclass
class Running:
    """One node, and what it found."""

    network: Network
    dht: Dht
    found: list[Find]

    @property
    def address(self) -> str:
        return self.network.addresses[0]

    def announces(self, who: Somebody) -> None:
        def make(now: Now) -> Announcement:
            at = [Address.parse(self.address.partition("/p2p/")[0])]
            return sign_announcement(who.feed, who.grant, self.network.peer_id, now.wall_ms, at)

        self.dht.locator.own = Own(who.account, make)
        self.dht.hurry()

    def serve(self) -> None:
        self.dht.serve([Address.parse(self.address)])

    async def meet(self, other: Running) -> None:
        """Be connected for a moment, as two who sync are."""
        try:
            link = await self.network.open_stream(other.address, PROTOCOL)
        except UnsupportedProtocolError:
            return
        await link.stream.aclose()


@asynccontextmanager
async def running(number: int, *, serves: bool = True) -> AsyncIterator[Running]:
    async with open_network(node_seed=seed(number), listen=(ANY_PORT,), on_link=refuse) as network:
        own_id = peer_id_bytes(network.peer_id)
        locator = Locator(own_id, seed(number), Now(now_ms(), mono_ms()))
        found: list[Find] = []
        dht = Dht(network, locator, followed=tuple, lacking=tuple, found=found.append)
        one = Running(network, dht, found)
        if serves:
            one.serve()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(dht.run)
            yield one
            nursery.cancel_scope.cancel()


@asynccontextmanager
async def crowd(count: int, servers: int) -> AsyncIterator[list[Running]]:
    """So many nodes that know each other by the first, as at the birth of a network."""
    async with AsyncExitStack() as stack:
        nodes = [
            await stack.enter_async_context(running(number, serves=number <= servers))
            for number in range(1, count + 1)
        ]
        for one in nodes[1:]:
            await one.meet(nodes[0])
        yield nodes


async def until(condition: Callable[[], bool]) -> None:
    with trio.fail_after(SOON):
        while not condition():
            await trio.sleep(0.02)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try those who introduce themselves at once, and look every tenth of a second."""
    monkeypatch.setattr("sayso_protocol.discovery.location.locator.PROBE_MS", 0)
    monkeypatch.setattr("sayso_protocol.discovery.kademlia.maintenance.FEW_LOOKUP_MS", 3000)
    monkeypatch.setattr("sayso_node.network.discovery.dht.TICK_SECONDS", 0.1)


@long
@pytest.mark.parametrize("count", [6, pytest.param(14, marks=long)])
async def test_what_one_announces_a_stranger_finds(count: int) -> None:
    async with crowd(count, count - 2) as nodes:
        await until(lambda: all(len(one.dht.locator.table) >= 1 for one in nodes))
        nodes[1].announces(ANN)
        await until(lambda: nodes[1].dht.locator.counts["sent"] >= 1)
        with trio.fail_after(SOON):
            while not (find := await nodes[-1].dht.find(ANN.account)).told_by:
                await trio.sleep(0.5)  # those whom it knows do not know everybody yet
        [(announcement, places)] = find.told_by.items()
        assert announcement.peer_id == nodes[1].network.peer_id
        assert str(announcement.addresses[0]) in nodes[1].address
        assert places
        assert nodes[-1].found[-1] == find
        clients = {peer_id_bytes(one.network.peer_id) for one in nodes[-2:]}
        assert not any(client in one.dht.locator.table for one in nodes for client in clients)


async def test_who_does_not_serve_does_not_speak_the_protocol() -> None:
    async with running(1, serves=False) as client, running(2) as other:
        with pytest.raises(UnsupportedProtocolError):
            await other.network.open_stream(client.address, PROTOCOL)
        client.serve()
        link = await other.network.open_stream(client.address, PROTOCOL)
        await link.stream.aclose()
        client.dht.serve(())
        assert PROTOCOL not in client.network.protocols
        with pytest.raises(UnsupportedProtocolError):
            await other.network.open_stream(client.address, PROTOCOL)


async def test_with_nobody_to_ask_a_search_ends_at_once() -> None:
    async with running(1) as alone:
        with trio.fail_after(SOON):
            find = await alone.dht.find(ANN.account)
        assert (find.told_by, find.asked) == ({}, 0)


async def test_several_requests_go_over_one_stream() -> None:
    ping = Message(MessageType.PING)
    async with running(1) as server, running(2) as other:
        link = await other.network.open_stream(server.address, PROTOCOL)
        for _ in range(5):
            await send_message(link.stream, ping.encode())
            assert Message.decode(await receive_message(link.stream, MAX_ANSWER)) == ping
        await link.stream.aclose()


HOSTILE = {
    "no message": b"\xff\xff\xff",
    "an unknown type": b"\x08\x63",
    "a value to put": Message(MessageType.PUT_VALUE, b"key").encode(),
    "a value to get": Message(MessageType.GET_VALUE, b"key").encode(),
    "a key over its limit": Message(MessageType.FIND_NODE, bytes(200)).encode(),
    "a contact without an id": b"\x08\x04\x42\x00",
    "longer than a request may be": bytes(MAX_REQUEST + 1),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_what_breaks_a_rule_resets_its_stream_alone(what: str) -> None:
    async with running(1) as server, running(2) as liar:
        with liar.network.hold(server.network.peer_id):
            link = await liar.network.open_stream(server.address, PROTOCOL)
            await send_message(link.stream, HOSTILE[what])
            with trio.fail_after(SOON), pytest.raises(trio.BrokenResourceError):
                await receive_message(link.stream, MAX_ANSWER)
            again = await liar.network.open_stream(server.address, PROTOCOL)
            await send_message(again.stream, Message(MessageType.PING).encode())
            assert await receive_message(again.stream, MAX_ANSWER)
            await again.stream.aclose()


async def test_who_asks_without_end_is_refused() -> None:
    asked, began = 0, trio.current_time()
    async with running(1) as server, dialler(2) as other:
        with other.hold(server.network.peer_id), pytest.raises(trio.BrokenResourceError):
            while True:
                link = await other.open_stream(server.address, PROTOCOL)
                for _ in range(30):
                    await send_message(link.stream, Message(MessageType.PING).encode())
                    await receive_message(link.stream, MAX_ANSWER)
                    asked += 1
                await link.stream.aclose()
        gained = REQUESTS_A_PEER_SECOND * (trio.current_time() - began)
        assert REQUESTS_A_PEER <= asked <= REQUESTS_A_PEER + gained + 1
        assert server.dht.locator.server.counts["overdrawn"] == 1
