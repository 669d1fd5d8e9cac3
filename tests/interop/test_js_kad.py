"""The hash table with js-libp2p, as `/ipfs/kad/1.0.0`: lookups and records, both ways."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.budget import long
from tests.node.network.transport.support import ANY_PORT, echo, refuse, seed
from tests.protocol.discovery.kademlia.crowd import record_key_of

from sayso_node.clock import mono_ms, present
from sayso_node.network.discovery.dht import Dht
from sayso_node.network.link import Network
from sayso_node.network.message_stream import receive_message, send_message
from sayso_node.network.transport import open_network
from sayso_protocol.discovery.kademlia.contact import Contact
from sayso_protocol.discovery.kademlia.kademlia_limits import MAX_ANSWER
from sayso_protocol.discovery.kademlia.messages import Message, MessageType
from sayso_protocol.discovery.location.locator import Locator
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_bytes
from sayso_protocol.protobuf import encode

from .javascript import SOURCES_3, installed

pytestmark = pytest.mark.e2e

KAD = "/ipfs/kad/1.0.0"
SOON = 60
GET, PUT, FIND, PING = (
    MessageType.GET_PROVIDERS,
    MessageType.ADD_PROVIDER,
    MessageType.FIND_NODE,
    MessageType.PING,
)


class JsNode:
    """One process of `kad.mjs`."""

    def __init__(self, process: trio.Process) -> None:
        self._process = process
        self._read = bytearray()
        self.peer_id = ""
        self.address = ""

    async def begin(self) -> None:
        first = await self._line()
        self.peer_id, self.address = first["peer_id"], first["addrs"][0]

    async def do(self, name: str, **fields: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        await self._process.stdin.send_all(json.dumps({"do": name, **fields}).encode() + b"\n")
        return await self._line()

    async def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        with trio.fail_after(SOON):
            while b"\n" not in self._read:
                part = await self._process.stdout.receive_some()
                assert part, "it has ended"
                self._read += part
        line, _, rest = bytes(self._read).partition(b"\n")
        self._read = bytearray(rest)
        found: dict[str, Any] = json.loads(line)
        return found


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("interop"), SOURCES_3)


@asynccontextmanager
async def javascript(sources: Path, *words: str) -> AsyncIterator[JsNode]:
    process = await trio.lowlevel.open_process(
        ["node", "kad.mjs", *words],
        cwd=sources,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        node = JsNode(process)
        await node.begin()
        yield node
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            await stream.aclose()


@asynccontextmanager
async def ours() -> AsyncIterator[tuple[Network, Dht]]:
    async with open_network(node_seed=seed(1), listen=(ANY_PORT,), on_link=refuse) as network:
        locator = Locator(peer_id_bytes(network.peer_id), b"seed", present())
        nothing: list[object] = []
        dht = Dht(
            network, locator, followed=tuple, lacking=tuple, found=nothing.append, protocol=KAD
        )
        dht.serve([Address.parse(network.addresses[0])])
        # Javascript takes nobody into its table who does not answer libp2p's ping.
        network.handle("/ipfs/ping/1.0.0", echo)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(dht.run)
            yield network, dht
            nursery.cancel_scope.cancel()


async def asked(network: Network, js: JsNode, message: Message | bytes) -> Message:
    link = await network.open_stream(js.address, KAD)
    async with link.stream:
        with trio.fail_after(SOON):
            data = message if isinstance(message, bytes) else message.encode()
            await send_message(link.stream, data)
            return Message.decode(await receive_message(link.stream, MAX_ANSWER))


async def told(network: Network, js: JsNode, message: Message) -> None:
    link = await network.open_stream(js.address, KAD)
    async with link.stream:
        await send_message(link.stream, message.encode())


@long
async def test_we_ask_javascript(sources: Path) -> None:
    key = record_key_of(1)
    async with ours() as (network, dht), javascript(sources) as js, javascript(sources) as other:
        # Javascript takes five connections a second from one address.
        with network.hold(js.peer_id):
            await other.do("dial", address=js.address)
            assert (await asked(network, js, Message(PING))).type is PING
            with trio.fail_after(SOON):
                while not (await asked(network, js, Message(FIND, key))).closer:
                    await trio.sleep(0.2)
            [near] = (await asked(network, js, Message(FIND, key))).closer
            assert near.id == peer_id_bytes(other.peer_id)
            assert Address.from_bytes(near.addresses[0]).port == Address.parse(other.address).port
            own = Contact(
                peer_id_bytes(network.peer_id), (Address.parse(network.addresses[0]).to_bytes(),)
            )
            # Javascript keeps the plain record, and passes over what is ours alone.
            await told(network, js, Message(PUT, key, providers=(own,), sealed=(bytes(512),)))
            with trio.fail_after(SOON):
                while not (found := await asked(network, js, Message(GET, key))).providers:
                    await trio.sleep(0.1)
            assert [one.id for one in found.providers] == [own.id]
            assert found.sealed == ()
            with trio.fail_after(SOON):
                while peer_id_bytes(js.peer_id) not in dht.locator.table:
                    await trio.sleep(0.2)


@long
async def test_what_we_lay_down_with_a_closer_peer_in_the_request_is_taken(sources: Path) -> None:
    """A question names its asker, where that serves: others pass over it."""
    own = Contact(b"\x00\x24\x08\x01\x12\x20" + bytes(32), (b"\x04\x7f\x00\x00\x01\x06\x0f\xa1",))
    async with ours() as (network, _), javascript(sources) as js:
        question = Message(FIND, record_key_of(2), (own,))
        assert (await asked(network, js, question)).type is FIND
        unknown = encode((1, int(FIND)), (2, record_key_of(2)), (77, b"of another time"))
        assert (await asked(network, js, unknown)).type is FIND


@long
async def test_javascript_asks_us(sources: Path) -> None:
    key = record_key_of(3)
    async with (
        ours() as (network, dht),
        javascript(sources) as js,
        javascript(sources, "client") as client,
    ):
        server = dht.locator.server
        address = network.addresses[0]
        for node in (js, client):
            assert "remote" in await node.do("dial", address=address)
            with trio.fail_after(SOON):
                while not (await node.do("table"))["size"]:
                    await trio.sleep(0.2)
        with trio.fail_after(SOON):
            while not server.records.get(key, mono_ms())[0]:
                await js.do("provide", key=key.hex())
                await trio.sleep(0.2)
        [record] = server.records.get(key, mono_ms())[0]
        assert record.id == peer_id_bytes(js.peer_id)
        assert server.counts["find_node"] > 0
        found = (await client.do("providers", key=key.hex()))["found"]
        assert js.peer_id in [peer for peer, _ in found]
        assert server.counts["get_providers"] > 0
        # Announcements beside it do no harm to who does not know them.
        server.records.add(key, bytes(512), b"another", (), mono_ms())
        again = (await client.do("providers", key=key.hex()))["found"]
        assert js.peer_id in [peer for peer, _ in again]
        # A client serves nobody, so it comes into no table.
        assert peer_id_bytes(client.peer_id) not in dht.locator.table
