"""One process of a trial of hole punching: the `relay`, the home `called`, the one that `calls`.

The real network, relay and hole punching, without what a node does beside it. Says what happens on
standard output, an object a line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import trio

from sayso_node.network.link import Link, Network
from sayso_node.network.message_stream import receive_message, send_message
from sayso_node.network.nat.circuit import use_circuits
from sayso_node.network.nat.hole_punching import HolePunching
from sayso_node.network.nat.peer_connections import direct_connection
from sayso_node.network.nat.punch_port import PunchPort
from sayso_node.network.nat.relay_client import RelayClient
from sayso_node.network.nat.relay_server import RelayServer
from sayso_node.network.transport import open_network
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.relay.messages import HOP_PROTOCOL

SEEN, ECHO = "/test/seen/1", "/test/echo/1"
GIVEN_UP = 20.0
SEEDS = {"relay": b"R" * 32, "called": b"B" * 32, "calls": b"A" * 32}


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


async def echo(link: Link) -> None:
    while data := await link.stream.receive_some():
        await link.stream.send_all(data)


async def tell_seen(link: Link) -> None:
    assert link.connection is not None
    await send_message(link.stream, link.connection.address.encode())


async def keep(link: Link) -> None:
    """Sync's place, which keeps the connection with the relay."""
    while await link.stream.receive_some():
        pass


async def relay(port: str, host: str) -> None:
    kind = "ip6" if ":" in host else "ip4"
    async with open_network(
        node_seed=SEEDS["relay"], listen=[f"/{kind}/{host}/tcp/{port}"], on_link=keep
    ) as network:
        own = [Address.parse(one) for one in network.addresses]
        network.handle(SEEN, tell_seen)
        server = RelayServer(network, KeyPair.from_seed(SEEDS["relay"]), lambda: own)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.run)
            say(address=str(own[0]))


class Home:
    """What both homes run."""

    def __init__(self, network: Network, port: PunchPort) -> None:
        self.network = network
        self.seen: list[Address] = []
        self.punching = HolePunching(network, port, self.seen_at)
        network.set_opener("tcp", port.open)
        network.handle(ECHO, echo)
        use_circuits(network)

    async def seen_at(self) -> list[Address]:
        return self.seen

    async def meet(self, relay: str) -> Link:
        """Connect to the relay, and hear where it sees this home."""
        link = await self.network.dial(relay)
        assert link.connection is not None
        asked = await link.connection.open_stream(SEEN)
        shown = (await receive_message(asked.stream, 512)).decode()
        self.seen = [replace(Address.parse(shown), peer_id=None)]
        await asked.stream.aclose()
        return link


async def called(relay: str) -> None:
    async with opened("called") as (home, nursery):
        client = RelayClient(home.network, lambda: True, lambda told: None)
        nursery.start_soon(client.run)
        link = await home.meet(relay)
        assert link.connection is not None
        client.note_protocols(link.connection, [HOP_PROTOCOL])
        while not client.relays:
            await trio.sleep(0.01)
        say(reserved=True, peer_id=home.network.peer_id)
        await trio.sleep_forever()


async def calls(relay: str, peer: str) -> None:
    async with opened("calls") as (home, _):
        await home.meet(relay)
        began = trio.current_time()
        link = await home.network.open_stream(f"{relay}/p2p-circuit/p2p/{peer}", ECHO)
        assert link.path == "relayed"
        await ask(link, 1000)
        say(relayed_ms=round((trio.current_time() - began) * 1000))
        with trio.move_on_after(GIVEN_UP):
            while (direct := direct_connection(home.network, peer)) is None:
                await trio.sleep(0.01)
            took = round((trio.current_time() - began) * 1000)
            await ask(await direct.open_stream(ECHO), 100_000)
            say(direct=True, ms=took, relayed_still=await ask(link, 1000))
            return
        say(direct=False, counts=dict(home.punching.counts))


async def ask(link: Link, size: int) -> bool:
    """Whether all of so many bytes come back."""
    await link.stream.send_all(bytes(size))
    while size > 0:
        size -= len(await link.stream.receive_some())
    return True


@asynccontextmanager
async def opened(role: str) -> AsyncIterator[tuple[Home, trio.Nursery]]:
    """A home without a listener but its punch port."""
    with ExitStack() as stack:
        async with (
            open_network(node_seed=SEEDS[role], listen=(), on_link=echo) as network,
            trio.open_nursery() as nursery,
        ):
            home = Home(network, PunchPort(stack))
            nursery.start_soon(home.punching.run)
            yield home, nursery
            nursery.cancel_scope.cancel()


if __name__ == "__main__":
    role, *words = sys.argv[1:]
    trio.run({"relay": relay, "called": called, "calls": calls}[role], *words)
