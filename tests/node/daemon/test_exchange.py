"""An exchange: waits until both sides have everything, and tells how far it is meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from sayso_node.daemon.exchange import exchange
from sayso_node.daemon.node import Node
from sayso_node.daemon.status import SessionProgress
from sayso_node.errors import PeerError
from sayso_node.network.link import DialError, Link
from sayso_node.network.own_addresses import OwnAddresses
from sayso_node.sync.known_peers.peer_memory import PeerMemory
from sayso_protocol.seats import SeatCounts

from ..support import Person, running


class MemoryNetwork:
    """Dials one engine in memory, whatever the address."""

    peer_id, addresses, seat_counts = "ben", (), SeatCounts()
    own_addresses = OwnAddresses("ben")

    def __init__(self, nursery: trio.Nursery, there, wrap) -> None:
        self._nursery, self._there, self._wrap = nursery, there, wrap

    async def dial(self, address: str, *, timeout: float = 10.0) -> Link:
        if address == "/nowhere":
            raise DialError("nobody is there")
        one, other = trio.testing.memory_stream_pair()
        self._nursery.start_soon(self._there.serve, Link("ben", "/memory", False, other))
        return Link("ann", "/memory", True, self._wrap(one))


@asynccontextmanager
async def node_of(ben: Person, ann: Person, wrap=lambda stream: stream) -> AsyncIterator[Node]:
    here, there = ben.engine(), ann.engine()
    async with running(here, there) as nursery:
        memory = await PeerMemory.load(here._store)
        yield Node(MemoryNetwork(nursery, there, wrap), here, memory, nursery, lambda _: None)


async def test_it_ends_as_soon_as_both_sides_have_everything() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(1500)
    ben.follow(ann)
    seen: list[SessionProgress] = []
    async with node_of(ben, ann) as node:
        result = await exchange(node, "/p2p/ann", 20, seen.append)
        assert node.engine._awaited == {}
    assert (result["received"], result["in_sync"]) == (1501, True)
    assert ben.held_of(ann) == 1501
    assert seen[-1]["received"] == 1501
    assert 0 <= result["connect_seconds"] <= result["seconds"]


async def test_in_sync_already_it_ends_at_once() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(20)
    ben.follow(ann)
    async with node_of(ben, ann) as node:
        first = await exchange(node, "/p2p/ann", 20, lambda _: None)
        again = await exchange(node, "/p2p/ann", 20, lambda _: None)
    assert again["in_sync"]
    assert first["received"] == 21
    assert [again[one] for one in ("received", "sent", "bytes_in", "bytes_out")] == [0, 0, 0, 0]
    assert again["connect_seconds"] == 0


async def test_a_peer_that_says_nothing_costs_the_time_that_is_given(autojump_clock) -> None:
    ben = Person("ben")
    seen: list[SessionProgress] = []
    async with trio.open_nursery() as nursery:
        here = ben.engine()
        near, _far = trio.testing.memory_stream_pair()
        nursery.start_soon(here.serve, Link("ann", "/memory", True, near))
        await here.sessions_changed.wait()
        memory = PeerMemory._read(here._store)
        node = Node(MemoryNetwork(nursery, None, None), here, memory, nursery, lambda _: None)
        result = await exchange(node, "/p2p/ann", 3, seen.append)
        nursery.cancel_scope.cancel()
    assert (result["in_sync"], result["seconds"]) == (False, 3)
    assert 14 <= len(seen) <= 16


async def test_a_link_that_ends_is_an_error() -> None:
    ann, ben = Person("ann"), Person("ben")
    with pytest.raises(ExceptionGroup) as caught:
        async with node_of(ben, ann, Closing) as node:
            await exchange(node, "/p2p/ann", 20, lambda _: None)
    assert caught.group_contains(PeerError, match="the link ended early: the connection was lost")


async def test_no_link_is_an_error() -> None:
    ann, ben = Person("ann"), Person("ben")
    with pytest.raises(ExceptionGroup) as caught:
        async with node_of(ben, ann) as node:
            await exchange(node, "/nowhere", 20, lambda _: None)
    assert caught.group_contains(PeerError, match="nobody is there")


class Closing(trio.abc.Stream):
    """A stream that is lost with the first byte that comes."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        await self._stream.receive_some(max_bytes)
        raise trio.BrokenResourceError

    async def send_all(self, data: bytes) -> None:
        await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.checkpoint()

    async def aclose(self) -> None:
        await self._stream.aclose()
