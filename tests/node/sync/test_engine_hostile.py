"""Engines against peers that lie, spoil, stall or flood."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import trio
import trio.testing
from tests.budget import long

from sayso_node.network.link import Link
from sayso_node.sync.engine import HELLO_SECONDS
from sayso_protocol.crypto.hashing import blinded, body_hash
from sayso_protocol.feed.run import RawRun
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import Ask, Entries, Get, Have, Hello, Offer, Want
from sayso_storage.memory.store import MemoryStore

from ..support import Person, in_sync, join, running, seed_of, until


class SpoiltStore(MemoryStore):
    """Gives out one entry with one bit of its body, or of its signature, turned."""

    spoilt = 0
    column = "bodies"

    def load(self, feed: bytes, first: int, last: int) -> RawRun | None:
        run = super().load(feed, first, last)
        if run is None or not run.first <= self.spoilt <= run.last:
            return run
        column = list(getattr(run, self.column))
        at = self.spoilt - run.first
        column[at] = bytes([column[at][0] ^ 1]) + column[at][1:]
        return replace(run, **{self.column: column})


async def _spread_to_spoiler(ann: Person, column: str, at: int) -> Person:
    store = SpoiltStore(seed_of("ben")[:16])
    ben = Person("ben", store)
    ben.follow(ann)
    one, two = ann.engine(), ben.engine()
    async with running(one, two) as nursery:
        join(nursery, two, one)
        await in_sync(two, one)
    store.spoilt, store.column = at, column
    return ben


@pytest.mark.parametrize("column", ["bodies", "signatures"])
@pytest.mark.parametrize("at", [1, 2, 300, 601])
async def test_a_spoilt_entry_is_refused_and_all_others_are_taken(column: str, at: int) -> None:
    ann, cid = Person("ann"), Person("cid")
    ann.post_many(600)
    ben = await _spread_to_spoiler(ann, column, at)
    cid.follow(ann)
    events: list[dict] = []
    two, three = ben.engine(), cid.engine(events)
    async with running(two, three) as nursery:
        join(nursery, three, two)
        await in_sync(three, two)
    assert cid.held_of(ann) == 600
    refusals = [event for event in events if event["event"] == "refused"]
    assert refusals
    assert all("bad-signature" in event["detail"] for event in refusals)
    # The author is back: what was missing comes from there.
    one, three = ann.engine(), cid.engine()
    async with running(one, three) as nursery:
        join(nursery, three, one)
        await until(lambda: cid.held_of(ann) == 601)
    assert cid.texts_of(ann) == ann.texts_of(ann)


class WithholdingStore(MemoryStore):
    """Keeps the body of one entry to itself."""

    withheld = 0

    def load(self, feed: bytes, first: int, last: int) -> RawRun | None:
        run = super().load(feed, first, last)
        if run is None or not run.first <= self.withheld <= run.last:
            return run
        bodies = list(run.bodies)
        body = bodies[self.withheld - run.first]
        bodies[self.withheld - run.first] = (len(body), body_hash(body))
        return replace(run, bodies=bodies)


async def test_a_relay_cannot_blank_a_post() -> None:
    ann, cid = Person("ann"), Person("cid")
    ann.post_many(40)
    store = WithholdingStore(seed_of("ben")[:16])
    ben = Person("ben", store)
    ben.follow(ann)
    cid.follow(ann)
    one, two, three = ann.engine(), ben.engine(), cid.engine()
    async with running(one, two, three) as nursery:
        join(nursery, two, one)
        await in_sync(two, one)
        store.withheld = 20
        join(nursery, three, two)
        await in_sync(three, two)
        assert cid.held_of(ann) == 40
        join(nursery, three, one)
        await until(lambda: cid.held_of(ann) == 41)
    assert cid.texts_of(ann) == ann.texts_of(ann)


class FlippingStream(trio.abc.Stream):
    """Turns one bit of what is received, at a position counted over the whole stream."""

    def __init__(self, inner: trio.abc.Stream, position: int, bit: int) -> None:
        self._inner, self._position, self._bit, self._seen = inner, position, bit, 0

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        data = bytearray(await self._inner.receive_some(max_bytes))
        at = self._position - self._seen
        if 0 <= at < len(data):
            data[at] ^= 1 << self._bit
        self._seen += len(data)
        return bytes(data)

    async def send_all(self, data: bytes) -> None:
        await self._inner.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._inner.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        await self._inner.aclose()


@long
async def test_no_single_turned_bit_on_the_wire_gets_a_wrong_post_in() -> None:
    chance = random.Random(2)
    ann = Person("ann")
    ann.post("one", "two", "three")
    for position in range(0, 900, 7):
        cid = Person("cid")
        cid.follow(ann)
        one, three = ann.engine(), cid.engine()
        bit = chance.randrange(8)
        async with running(one, three) as nursery:
            join(nursery, three, one, lambda s, p=position, b=bit: FlippingStream(s, p, b))
            with trio.move_on_after(0.05):
                await in_sync(three, one)
        assert cid.texts_of(ann) == ann.texts_of(ann)[-len(cid.texts_of(ann)) or 9 :]
        assert cid.store.check(None, lambda _: None).errors == ()


async def test_a_peer_that_offers_much_and_gives_nothing_does_not_hold_up_others() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(50)
    ben.follow(ann)
    one, two = ann.engine(), ben.engine()
    here, there = trio.testing.memory_stream_pair()
    async with running(one, two) as nursery:
        nursery.start_soon(two.serve, Link("liar", "/memory", False, here))
        await there.send_all(
            encode_frame(Hello(1, "liar", bytes(16)))
            + encode_frame(Want(day_of(_wall()), [], False, bytes(16)))
            + encode_frame(Have([Offer(ann.grant.wire, [(1, 10**9)])], more=False))
        )
        await until(lambda: two.replica.peers and _asked(two) > 0)
        join(nursery, two, one)
        await until(lambda: ben.held_of(ann) == 51)


@long
async def test_a_peer_that_asks_without_reading_costs_a_bounded_amount() -> None:
    ann = Person("ann")
    ann.post_many(2000, "x" * 400)
    one = ann.engine()
    here, there = trio.testing.memory_stream_pair()
    here.send_stream.send_all_hook = trio.sleep_forever  # takes nothing, for ever
    day = day_of(_wall())
    async with running(one) as nursery:
        nursery.start_soon(one.serve, Link("greedy", "/memory", False, here))
        await there.send_all(
            encode_frame(Hello(1, "greedy", bytes(16)))
            + encode_frame(Want(day, [blinded(ann.account, day)], False, bytes(16)))
        )
        for number in range(1, 500):
            ask = Ask(number, ann.feed, 1, 2001)
            await there.send_all(encode_frame(Get([ask])))
        await until(lambda: not one.sessions)


@long
async def test_a_peer_that_says_nothing_is_left(autojump_clock) -> None:
    autojump_clock.autojump_threshold = 0.2  # the store's threads need real time
    ann = Person("ann")
    one = ann.engine()
    here, _there = trio.testing.memory_stream_pair()
    async with running(one) as nursery:
        nursery.start_soon(one.serve, Link("silent", "/memory", False, here))
        await trio.sleep(HELLO_SECONDS - 1)
        assert len(one.sessions) == 1
        await trio.sleep(2)
        assert not one.sessions


async def test_an_answer_to_no_question_ends_the_session() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post("unasked")
    ben.follow(ann)
    two = ben.engine()
    here, there = trio.testing.memory_stream_pair()
    run = ann.store.load(ann.feed, 1, 2)
    async with running(two) as nursery:
        nursery.start_soon(two.serve, Link("pusher", "/memory", False, here))
        await there.send_all(encode_frame(Hello(1, "pusher", bytes(16))))
        await there.send_all(encode_frame(Entries(7, run)))
        await until(lambda: len(two.sessions) == 1)
        await until(lambda: not two.sessions)
    assert ben.held_of(ann) == 0


def _wall() -> int:
    from sayso_node.clock import now_ms

    return now_ms()


def _asked(engine) -> int:
    return sum(len(peer.session.asked) for peer in engine.replica.peers.values())
