"""What is known of a peer: by what came of sessions with it, and after the node is started anew."""

from __future__ import annotations

import trio

from sayso_node.network.link import Link
from sayso_node.network.transport import open_network, peer_id_of
from sayso_node.sync.connection_manager import ConnectionManager
from sayso_node.sync.engine import Engine
from sayso_node.sync.known_peers.peer_memory import PeerMemory
from sayso_protocol.seats import Standing

from ..support import Person, in_sync, join, running, until


async def meet(here: Engine, there: Engine) -> None:
    """One session, from its beginning to its end."""
    async with running(here, there) as nursery:
        join(nursery, here, there)
        await in_sync(here, there)
        await in_sync(there, here)
        here.session_with(there._peer_id).scope.cancel()
        await until(lambda: not here.sessions)


async def test_who_brought_something_is_known_when_the_node_starts_again() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post("hello")
    ben.follow(ann)
    engine = ben.engine()
    assert engine.standings() == {}
    await meet(engine, ann.engine())
    assert engine.standings() == ben.engine().standings() == {"ann": Standing.SOURCE}


async def test_who_carries_the_same_is_known_while_it_is_there() -> None:
    ann, ben, cid = Person("ann"), Person("ben"), Person("cid")
    ben.follow(ann)
    cid.follow(ann)
    await meet(ben.engine(), ann.engine())
    await meet(cid.engine(), ann.engine())
    here, there = ben.engine(), cid.engine()
    async with running(here, there) as nursery:
        join(nursery, here, there)
        await in_sync(here, there)
        assert here.standings()["cid"] == Standing.CARRIER
        ann.post("news")
        source = ann.engine()
        nursery.start_soon(source.run)
        join(nursery, there, source)
        await until(lambda: here.standings()["cid"] == Standing.SOURCE)


async def test_who_reads_what_is_written_here_and_who_does_nothing() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post("hello")
    ben.follow(ann)
    here, there = ann.engine(), ben.engine()
    async with running(here, there) as nursery:
        join(nursery, here, there)
        await in_sync(there, here)
        await until(lambda: here.standings()["ben"] == Standing.FOLLOWER)
        idle, _end = trio.testing.memory_stream_pair()
        nursery.start_soon(here.serve, Link("idle", "/memory", False, idle))
        await until(lambda: here.standings().get("idle") == Standing.IDLE)


async def test_whom_the_owner_names_is_chosen() -> None:
    engine = Person("ann").engine()
    address = f"/ip4/127.0.0.1/tcp/1/p2p/{peer_id_of(bytes(32))}"
    async with (
        open_network(node_seed=bytes([1] * 32), listen=(), on_link=engine.serve) as network,
        trio.open_nursery() as nursery,
    ):
        memory = await PeerMemory.load(engine._store)
        manager = ConnectionManager(network, engine, memory, lambda *_: None)
        manager.keep(address)
        assert engine.standings() == {peer_id_of(bytes(32)): Standing.CHOSEN}
        nursery.cancel_scope.cancel()
