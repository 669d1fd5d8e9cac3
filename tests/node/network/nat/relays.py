"""Relays and who is reached through them, on 127.0.0.1: what the tests of relaying share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import trio
import trio.testing
from tests.node.network.transport.support import echo, node, seed

from sayso_node.network.link import Link, Network
from sayso_node.network.nat.circuit import use_circuits
from sayso_node.network.nat.relay_client import RelayClient
from sayso_node.network.nat.relay_server import RelayServer
from sayso_node.network.transport import TransportLimits
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.relay.messages import HOP_PROTOCOL
from sayso_protocol.discovery.relay.relay_limits import RelayLimits

Handler = Callable[[Link], Awaitable[None]]
LIMITS = RelayLimits(circuit_bytes=1 << 20)


@asynccontextmanager
async def relaying(
    number: int = 50, limits: RelayLimits = LIMITS, transport: TransportLimits | None = None
) -> AsyncIterator[tuple[Network, RelayServer]]:
    """A node that relays."""
    async with node(number, limits=transport) as network, trio.open_nursery() as nursery:
        own = [Address.parse(one) for one in network.addresses]
        server = RelayServer(network, KeyPair.from_seed(seed(number)), lambda: own, limits)
        nursery.start_soon(server.run)
        await trio.testing.wait_all_tasks_blocked()
        yield network, server
        nursery.cancel_scope.cancel()


@dataclass
class Reached:
    """A node that is reached through relays."""

    network: Network
    client: RelayClient
    told: list[Address]
    unreachable: bool = True

    async def until_reserved(self, count: int = 1) -> None:
        """Wait until it has so many places."""
        while len(self.client.relays) != count:
            await trio.sleep(0.005)


@asynccontextmanager
async def reached_through(
    *relays: Network, number: int = 60, on_link: Handler = echo, listen: tuple[str, ...] = ()
) -> AsyncIterator[Reached]:
    """A node, mostly without a listener, which has a place at each of these relays."""
    async with node(number, on_link, listen=listen) as network, trio.open_nursery() as nursery:
        told: list[Address] = []

        def tell(addresses: list[Address]) -> None:
            told[:] = addresses

        reached = Reached(network, None, told)  # type: ignore[arg-type]
        reached.client = RelayClient(network, lambda: reached.unreachable, tell)
        nursery.start_soon(reached.client.run)
        await trio.testing.wait_all_tasks_blocked()
        for relay in relays:
            await meet(reached, relay)
        yield reached
        nursery.cancel_scope.cancel()


async def meet(reached: Reached, relay: Network) -> None:
    """Connect to a relay, and let it be known as one, as identify does."""
    link = await reached.network.dial(relay.addresses[0])
    assert link.connection is not None
    reached.client.note_protocols(link.connection, [HOP_PROTOCOL])
    with trio.fail_after(60):
        while relay.peer_id not in reached.client.relays:
            await trio.sleep(0.005)
    await link.stream.aclose()


@asynccontextmanager
async def caller(number: int = 70, on_link: Handler = echo) -> AsyncIterator[Network]:
    """A node that dials, also through relays."""
    async with node(number, on_link, listen=()) as network:
        use_circuits(network)
        yield network


def behind(relay: Network, target: Network) -> str:
    """The address of a node behind a relay."""
    address = Address.parse(relay.addresses[0])
    return str(replace(address, relay=relay.peer_id, peer_id=target.peer_id))


async def answers(link: Link, size: int = 1000) -> tuple[int, bool]:
    """How many of so many bytes come back from an echo, and whether that was the end of it."""
    got, whole = 0, True

    async def send() -> None:
        await link.stream.send_all(bytes(size))
        await link.stream.send_eof()  # type: ignore[attr-defined]

    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(send)
            while data := await link.stream.receive_some():
                got += len(data)
    except* trio.BrokenResourceError:
        whole = False
    return got, whole
