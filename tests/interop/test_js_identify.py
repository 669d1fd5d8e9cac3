"""Identify between js-libp2p and ours, whoever dials."""

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
from tests.node.network.transport.support import dialler, echo, node

from sayso_node.network.link import SYNC_PROTOCOL, Connection, Network
from sayso_protocol.discovery.identify import IDENTIFY_PROTOCOL, PeerDescription
from sayso_protocol.discovery.multiaddr import Address

from .javascript import installed

pytestmark = pytest.mark.e2e

KAD = "/test/kad/1"
PATIENCE = 60


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("interop"))


class Javascript:
    """A js-libp2p node, and the objects that it prints."""

    def __init__(self, process: trio.Process) -> None:
        self._process = process
        self._text = b""

    async def event(self, name: str) -> dict[str, Any]:
        assert self._process.stdout is not None
        with trio.fail_after(PATIENCE):
            while True:
                line, found, rest = self._text.partition(b"\n")
                if found:
                    self._text = rest
                    said: dict[str, Any] = json.loads(line)
                    if said["event"] == name:
                        return said
                    continue
                part = await self._process.stdout.receive_some()
                assert part, "it ended"
                self._text += part


@asynccontextmanager
async def javascript(sources: Path, *words: str) -> AsyncIterator[Javascript]:
    process = await trio.lowlevel.open_process(
        ["node", "identify.mjs", *words], cwd=sources, stdout=subprocess.PIPE
    )
    try:
        yield Javascript(process)
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
        assert process.stdout is not None
        await process.stdout.aclose()


class Described:
    """What one of ours is told of a peer."""

    def __init__(self, network: Network) -> None:
        self.heard = trio.Event()
        self.said = PeerDescription()
        self.observed: list[Address] = []
        network.on_described(self._note)
        network.on_observed(lambda address, _: self.observed.append(address))

    def _note(self, said: PeerDescription, _: Connection) -> None:
        self.said = said
        self.heard.set()


@long
async def test_javascript_dials_and_is_told_what_is_answered_here(sources: Path) -> None:
    async with node() as server:
        server.handle(KAD, echo)
        described = Described(server)
        async with javascript(sources, server.addresses[0]) as js:
            listening = await js.event("listening")
            told = await js.event("told")
            assert told["peer"] == server.peer_id
            assert told["addresses"] == [
                address.partition("/p2p/")[0] for address in server.addresses
            ] or told["addresses"] == list(server.addresses)
            assert told["protocols"] == list(server.protocols)
            assert set(told["kept"]) == set(server.protocols)
            assert {KAD, SYNC_PROTOCOL, IDENTIFY_PROTOCOL} <= set(told["kept"])
            assert told["agent"].startswith("sayso/")
            assert told["observed"].startswith("/ip4/127.0.0.1/tcp/")
            with trio.fail_after(PATIENCE):
                await described.heard.wait()
            assert IDENTIFY_PROTOCOL in described.said.protocols
            assert "js-libp2p" in described.said.agent
            own = Address.parse(listening["addresses"][0])
            assert [(one.host, one.port) for one in described.said.addresses] == [
                (own.host, own.port)
            ]
            # It dialled our listener, so that is where it sees us.
            here = Address.parse(server.addresses[0])
            assert [(one.host, one.port, one.peer_id) for one in described.observed] == [
                (here.host, here.port, None)
            ]


@long
async def test_what_is_not_served_is_not_in_its_tables(sources: Path) -> None:
    async with node() as server, javascript(sources, server.addresses[0]) as js:
        told = await js.event("told")
        assert KAD not in told["kept"]


@long
async def test_javascript_is_dialled_and_asked(sources: Path) -> None:
    async with dialler() as client, javascript(sources) as js:
        listening = await js.event("listening")
        described = Described(client)
        link = await client.open_stream(listening["addresses"][0], IDENTIFY_PROTOCOL)
        with client.hold(link.peer_id):
            await link.stream.aclose()
            with trio.fail_after(PATIENCE):
                await described.heard.wait()
            assert IDENTIFY_PROTOCOL in described.said.protocols
            told = await js.event("told")
            assert told["peer"] == client.peer_id
            assert set(told["kept"]) == set(client.protocols)
            assert told["addresses"] == []
            (seen,) = described.observed
            assert seen.host == "127.0.0.1"
