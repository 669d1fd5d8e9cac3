"""Sessions that leave their relay: once, by the side that opened them, and losing nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio
import trio.testing
from tests.budget import long
from tests.node.network.nat.relays import behind, caller, meet, reached_through, relaying
from tests.node.network.transport.support import ANY_PORT, seed
from tests.node.support import Person, until

from sayso_node.network.link import Connection, Network
from sayso_node.network.transport import peer_id_of
from sayso_node.sync.engine import Engine
from sayso_node.sync.path_switch import PathSwitch
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.relay.relay_limits import RelayLimits

ANN, BEN = 60, 70


@dataclass
class Side:
    """One of the two."""

    network: Network
    engine: Engine
    switch: PathSwitch

    def path_to(self, other: Side) -> str | None:
        session = self.engine.session_with(other.network.peer_id)
        return session.link.path if session is not None else None


@dataclass
class Pair:
    """Ann, who is reached through a relay, and Ben, whose session with her goes over it."""

    ann: Side
    ben: Side
    relay: Network
    nursery: trio.Nursery

    async def dial_over_relay(self) -> None:
        link = await self.ben.network.dial(behind(self.relay, self.ann.network))
        self.nursery.start_soon(self.ben.engine.serve, link)

    async def connect_directly(self) -> Connection:
        """A connection without a session, as a hole that was punched."""
        address = Address.parse(self.ann.network.addresses[0])
        stream = await trio.open_tcp_stream(address.host, address.port)
        peer = self.ann.network.peer_id
        return await self.ben.network.upgrade_outbound(stream, peer, str(address), "direct")

    async def until_both(self, path: str) -> None:
        await until(lambda: {self.ben.path_to(self.ann), self.ann.path_to(self.ben)} == {path})


@asynccontextmanager
async def pair(ann: Person, ben: Person, events: list[dict]) -> AsyncIterator[Pair]:
    def engine(person: Person, number: int, listener: Callable[[dict], None]) -> Engine:
        return Engine(person.store, peer_id_of(seed(number)), "test/1", listener)

    one, other = engine(ann, ANN, lambda _: None), engine(ben, BEN, events.append)
    async with (
        relaying(limits=RelayLimits()) as (relay, _),
        reached_through(number=ANN, on_link=one.serve, listen=(ANY_PORT,)) as home,
        caller(BEN, other.serve) as network,
        trio.open_nursery() as nursery,
    ):
        await meet(home, relay)
        sides = [
            Side(net, each, PathSwitch(net, each))
            for net, each in ((home.network, one), (network, other))
        ]
        for side in sides:
            nursery.start_soon(side.engine.run)
            nursery.start_soon(side.switch.run)
        await trio.testing.wait_all_tasks_blocked()
        yield Pair(*sides, relay, nursery)
        nursery.cancel_scope.cancel()


def received(events: list[dict]) -> int:
    return sum(one["entries"] for one in events if one["event"] == "received")


@long
async def test_a_session_leaves_its_relay_in_mid_sync_and_each_entry_comes_once() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(4000)
    ben.follow(ann)
    began = trio.Event()

    class Events(list):
        def append(self, event: dict) -> None:
            super().append(event)
            if event["event"] == "received":
                began.set()  # the test goes on in this turn of the loop, however busy the machine

    events = Events()
    async with pair(ann, ben, events) as two:
        await two.dial_over_relay()
        await began.wait()
        assert ben.held_of(ann) < 4001
        await two.connect_directly()
        await two.until_both("direct")
        await until(lambda: ben.held_of(ann) == 4001)
        assert two.ben.switch.switched == 1
        assert two.ann.switch.switched == 0, "who was called moves nothing"
        ann.post("live")
        await two.ann.engine.refresh_own()
        await until(lambda: ben.held_of(ann) == 4002)
        await until(lambda: received(events) == 4002)
    assert ben.texts_of(ann) == [*(f"post number {n}" for n in range(4000)), "live"]
    assert received(events) == 4002


async def test_a_direct_connection_before_the_session_is_used_too() -> None:
    ann, ben = Person("ann"), Person("ben")
    async with pair(ann, ben, []) as two:
        await two.connect_directly()
        await two.dial_over_relay()
        await two.until_both("direct")


@long
async def test_relayed_connections_end_once_they_are_not_needed() -> None:
    ann, ben = Person("ann"), Person("ben")
    async with pair(ann, ben, []) as two:
        await two.dial_over_relay()
        await two.until_both("relayed")
        peer = two.ann.network.peer_id
        with two.ben.network.hold(peer), two.ann.network.hold(two.ben.network.peer_id):
            await two.connect_directly()
            await two.until_both("direct")
            await until(
                lambda: {one.path for one in two.ben.network.connections(peer)} == {"direct"}
            )


async def test_a_session_that_came_back_to_the_relay_leaves_it_again() -> None:
    ann, ben = Person("ann"), Person("ben")
    async with pair(ann, ben, []) as two:
        for turn in range(1, 4):
            await two.dial_over_relay()
            direct = await two.connect_directly()
            await until(lambda turn=turn: two.ben.switch.switched >= turn)
            await two.until_both("direct")
            for connection in two.ben.network.connections(direct.peer_id):
                connection.close("the way is lost")
            await until(lambda: not two.ben.engine.sessions)


async def test_a_direct_connection_that_speaks_no_sync_changes_nothing() -> None:
    ann, ben = Person("ann"), Person("ben")
    async with pair(ann, ben, []) as two:
        await two.dial_over_relay()
        await two.until_both("relayed")
        for version in (1, 2, 3):
            two.ann.network.stop_handling(f"/sayso/sync/{version}")
        await two.connect_directly()
        await trio.sleep(0.2)
        assert two.ben.path_to(two.ann) == two.ann.path_to(two.ben) == "relayed"
        assert two.ben.switch.switched == 0
