"""Identify between nodes: what they learn of each other, and what a rude one costs."""

from __future__ import annotations

import pytest
import trio
from tests.budget import long
from tests.node.network.transport.support import dialler, echo, node, raw_peer, syn

from sayso_node.network import identify
from sayso_node.network.link import SYNC_PROTOCOL, Connection, DialError, Link, Network
from sayso_node.network.message_stream import receive_message, send_message
from sayso_protocol.discovery.identify import (
    IDENTIFY_PROTOCOL,
    IDENTIFY_PUSH_PROTOCOL,
    MAX_IDENTIFY_SIZE,
    PeerDescription,
    encode_identify,
)
from sayso_protocol.discovery.multiaddr import Address

SOON = 60


@pytest.fixture(autouse=True)
def ask_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identify, "ASK_AFTER", 0.05)


class Heard:
    """What a node was told by identify."""

    def __init__(self, network: Network) -> None:
        self.said: list[PeerDescription] = []
        self.observed: list[tuple[Address, bool]] = []
        self.connections: list[Connection] = []
        network.on_described(self._note)
        network.on_observed(lambda address, one: self.observed.append((address, one.outbound)))

    def _note(self, said: PeerDescription, connection: Connection) -> None:
        self.said.append(said)
        self.connections.append(connection)

    async def until(self, count: int) -> None:
        with trio.fail_after(SOON):
            while len(self.said) < count:
                await trio.sleep(0.01)


async def test_each_side_is_asked_once_and_told_how_it_is_seen() -> None:
    async with node() as server, dialler() as client:
        server.handle("/test/one/1", echo)
        there, here = Heard(server), Heard(client)
        link = await client.dial(server.addresses[0])
        await there.until(1)
        await here.until(1)
        await trio.sleep(0.2)
        (of_server,), (of_client,) = here.said, there.said
        assert list(map(str, of_server.addresses)) == server.addresses
        assert of_server.protocols == (*server.protocols,)
        assert {SYNC_PROTOCOL, IDENTIFY_PROTOCOL, "/test/one/1"} <= set(of_server.protocols)
        assert "/test/one/1" not in of_client.protocols
        assert of_server.agent == of_client.agent
        assert of_server.agent.startswith("sayso/")
        # The client is seen at the port that it dials from, the server where it listens.
        ((seen_client, dialled),) = here.observed
        assert dialled
        (behind,) = server.connections(client.peer_id)
        assert behind.address == f"{seen_client}/p2p/{client.peer_id}"
        assert there.observed == [(Address.parse(server.addresses[0].partition("/p2p/")[0]), False)]
        await link.stream.aclose()


async def test_a_connection_that_is_over_soon_is_not_asked() -> None:
    async with node() as server, dialler() as client:
        there, here = Heard(server), Heard(client)
        for _ in range(5):
            await (await client.dial(server.addresses[0])).stream.aclose()
        await trio.sleep(0.3)
        assert not there.said
        assert not here.said


async def test_identify_keeps_no_connection_open() -> None:
    async with node() as server, dialler() as client:
        here = Heard(client)
        link = await client.dial(server.addresses[0])
        await here.until(1)
        await link.stream.aclose()
        with trio.fail_after(SOON):
            await here.connections[0].ended.wait()


async def test_a_push_is_told_on() -> None:
    async with node() as server, dialler() as client:
        there = Heard(server)
        link = await client.dial(server.addresses[0])
        await there.until(1)
        push = await client.open_stream(server.addresses[0], IDENTIFY_PUSH_PROTOCOL)
        await send_message(
            push.stream, encode_identify(client.peer_id, [], ["/new/1"], None, "changed")
        )
        await there.until(2)
        assert there.said[1] == PeerDescription((), ("/new/1",), None, "changed")
        await push.stream.aclose()
        await link.stream.aclose()


@long
@pytest.mark.parametrize(
    "answer",
    [
        b"\xff\xff\xff\xff\x0f",
        b"\x81\x40" + bytes(MAX_IDENTIFY_SIZE + 1),
        b"\x02\x00\x00",
        b"\x05\x0a",
        b"",
    ],
    ids=["huge", "long", "no field", "cut off", "empty"],
)
async def test_nonsense_is_told_to_nobody(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def lie(link: Link) -> None:
        await link.stream.send_all(answer)

    async with node() as server, dialler() as client:
        server.handle(IDENTIFY_PROTOCOL, lie)
        here = Heard(client)
        link = await client.dial(server.addresses[0])
        await trio.sleep(0.3)
        await link.stream.send_all(b"still there")
        assert await link.stream.receive_some() == b"still there"
        assert not here.said
        await link.stream.aclose()
    assert not caplog.records


@long
async def test_who_does_not_answer_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identify, "ANSWER_SECONDS", 0.2)
    async with node() as server, raw_peer(server) as peer:
        await peer.send(syn(1))
        await trio.sleep(0.6)
        (connection,) = server._connections  # type: ignore[attr-defined]
        assert [one.inbound for one in connection.muxed._streams.values()] == [True]


async def test_a_listener_that_raises_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a bug")

    async with node() as server, dialler() as client:
        client.on_described(fail)
        client.on_connection(fail)
        here = Heard(client)
        link = await client.dial(server.addresses[0])
        await here.until(1)
        await link.stream.aclose()
    assert caplog.text.count("ValueError: a bug") == 2


async def test_what_is_no_longer_answered_is_not_listed() -> None:
    async with node() as server, dialler() as client:
        server.handle("/test/kad/1", echo)
        server.stop_handling("/test/kad/1")
        link = await client.dial(server.addresses[0])
        (connection,) = client.connections(server.peer_id)
        said = await client.identify.ask(connection)  # type: ignore[attr-defined]
        assert "/test/kad/1" not in said.protocols
        server.stop_handling(IDENTIFY_PROTOCOL)
        with pytest.raises(DialError):
            await client.identify.ask(connection)  # type: ignore[attr-defined]
        await link.stream.aclose()


async def test_an_answer_is_one_message_and_an_end() -> None:
    async with node() as server, dialler() as client:
        link = await client.open_stream(server.addresses[0], IDENTIFY_PROTOCOL)
        message = await receive_message(link.stream, MAX_IDENTIFY_SIZE)
        assert 100 < len(message) < MAX_IDENTIFY_SIZE
        assert await link.stream.receive_some() == b""
        await link.stream.aclose()
