"""Hubs whose metrics are read, and what strangers on real connections do to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import trio

pytest.importorskip("prometheus_client", reason="the extra `hub` is not installed")

from prometheus_client.parser import text_string_to_metric_families

from sayso_node.daemon.lasting_services import start_lasting_services
from sayso_node.daemon.metrics.exposition import Exposition
from sayso_node.daemon.metrics.loop_lag import LoopLag
from sayso_node.daemon.metrics.reading import NodeReader, Reading
from sayso_node.daemon.node import Node
from sayso_node.daemon.run import running_node
from sayso_node.daemon.run_options import RunOptions
from sayso_node.home.directory import Home
from sayso_node.network.link import SYNC_PROTOCOL, DialError
from sayso_node.network.message_stream import receive_message, send_message
from sayso_node.network.transport import open_network
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.hub.carry_messages import CARRY_PROTOCOL, CarryRequest, read_answer
from sayso_protocol.letters.letter_limits import LETTER_PROTOCOL
from sayso_storage.interface.store import Store

LOOPBACK = ("/ip4/127.0.0.1/tcp/0",)


class Hub:
    """A running hub."""

    def __init__(self, home: Home, store: Store, node: Node) -> None:
        self.node = node
        self.address = str(node.network.addresses[0])
        self._exposition = Exposition()
        self.loop_lag = LoopLag()
        self._reader = NodeReader(home, store, node, self.loop_lag)

    async def read(self) -> Reading:
        """The node now."""
        self._reader._stored = None
        return await self._reader.read()

    def text(self, reading: Reading) -> list[str]:
        """What is told of the node itself, line by line."""
        _, text = self._exposition.text(reading, "")
        return [one for one in text.decode().splitlines() if one.startswith("sayso_")]

    async def scrape(self) -> dict[str, float]:
        """The samples, by name and labels as they are written."""
        _, text = self._exposition.text(await self.read(), "")
        found: dict[str, float] = {}
        for family in text_string_to_metric_families(text.decode()):
            for one in family.samples:
                labels = ",".join(f'{k}="{v}"' for k, v in sorted(one.labels.items()))
                series = f"{one.name}{{{labels}}}"
                assert series not in found
                found[series] = one.value
        return found


@asynccontextmanager
async def running_hub(home: Home, store: Store, settings: str) -> AsyncIterator[Hub]:
    """A hub of a home with a `hub.toml`."""
    home.hub.write_text(settings)
    home.hub.chmod(0o600)
    options = RunOptions(listen=LOOPBACK, hub=True, relay=True)
    async with running_node(home, store, options, lambda _: None) as (node, nursery):
        await start_lasting_services(home, store, node, options, nursery)
        with trio.fail_after(60):
            while await node.letters() is None:
                await trio.sleep(0.02)
        yield Hub(home, store, node)


def account(number: int) -> bytes:
    return KeyPair.from_seed(number.to_bytes(32, "big")).public


async def ask(hub: Hub, number: int, *, peer: int) -> int:
    """A peer asks the hub to carry an account; the code of the answer."""
    seed = (10_000 + peer).to_bytes(32, "big")
    async with open_network(node_seed=seed, listen=(), on_link=_nothing) as network:
        link = await network.open_stream(hub.address, CARRY_PROTOCOL)
        await send_message(link.stream, CarryRequest("carry", account(number)).to_bytes())
        return read_answer(await receive_message(link.stream, 200)).code


async def babble(hub: Hub, protocol: str, data: bytes, *, peer: int) -> None:
    """A peer says something wrong over a protocol, and waits until it is left."""
    seed = (20_000 + peer).to_bytes(32, "big")
    async with open_network(node_seed=seed, listen=(), on_link=_nothing) as network:
        with suppress(DialError, trio.BrokenResourceError), trio.move_on_after(10):
            link = await network.open_stream(hub.address, protocol)
            await link.stream.send_all(data)
            while await link.stream.receive_some(4096):
                pass


async def _nothing(_link: object) -> None:
    """Strangers are called by nobody."""


PROTOCOLS = (CARRY_PROTOCOL, LETTER_PROTOCOL, SYNC_PROTOCOL)
