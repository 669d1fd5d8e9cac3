"""The connection manager on a real network: who is remembered, dialled again, and forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
from tests.budget import long

from sayso_node.network.link import Network
from sayso_node.network.transport import open_network
from sayso_node.sync.connection_manager import ConnectionManager
from sayso_node.sync.engine import Engine
from sayso_node.sync.known_peers.peer_memory import PeerMemory
from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.multiaddr import Address

from ..support import Person, until

ANY_PORT = "/ip4/127.0.0.1/tcp/0"


@asynccontextmanager
async def running(
    person: Person, number: int
) -> AsyncIterator[tuple[Engine, Network, ConnectionManager]]:
    """A node with everything that dials."""
    engine = person.engine()
    async with (
        open_network(
            node_seed=bytes([number]) * 32,
            listen=[ANY_PORT],
            on_link=engine.serve,
            standings=engine.standings,
        ) as network,
        trio.open_nursery() as nursery,
    ):
        memory = await PeerMemory.load(engine._store)
        manager = ConnectionManager(network, engine, memory, lambda *_: None)
        nursery.start_soon(engine.run)
        nursery.start_soon(manager.run)
        try:
            yield engine, network, manager
        finally:
            with trio.CancelScope(shield=True):
                await manager.save()
                await engine.leave()
            nursery.cancel_scope.cancel()


async def test_who_was_named_once_is_dialled_after_a_start() -> None:
    ann, ben = Person("ann"), Person("ben")
    async with running(ann, 1) as (_, there, _manager):
        async with running(ben, 2) as (engine, _network, manager):
            manager.keep(there.addresses[0])
            await until(lambda: engine.session_with(there.peer_id) is not None)
        async with running(ben, 2) as (engine, _network, manager):
            await until(lambda: engine.session_with(there.peer_id) is not None)
            assert await manager.forget(there.peer_id)
        async with running(ben, 2) as (engine, _network, manager):
            assert not manager.known_peers


@long
async def test_carriers_are_remembered_for_accounts_that_are_followed() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post("hello")
    ben.follow(ann)
    async with running(ann, 1) as (_, there, _manager):
        async with running(ben, 2) as (_engine, _network, manager):
            manager.keep(there.addresses[0])
            await until(lambda: ben.texts_of(ann) == ["hello"])
            await until(lambda: bool(manager.planner.needs.of(there.peer_id)))
        assert {row[:2] for row in ben.store.carriers()} >= {(ann.account, there.peer_id)}
        ben.store.unfollow(ann.account)
        async with running(ben, 2) as (engine, _network, _manager):
            await until(lambda: engine.session_with(there.peer_id) is not None)
        assert ann.account not in {row[0] for row in ben.store.carriers()}


async def test_addresses_of_strangers_are_kept_by_the_word_of_their_networks() -> None:
    ben = Person("ben")
    async with running(ben, 2) as (_engine, network, manager):
        peer = network.peer_id[:-4] + "aaaa"
        for text in ("/ip4/127.0.0.1/tcp/4001", "/ip4/10.0.0.1/tcp/4001", "/dns4/a.b/tcp/4001"):
            manager.consider(Candidate(peer, (Address.parse(text),), Origin.EXCHANGE))
        assert not manager.known_peers
