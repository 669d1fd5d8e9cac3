"""Turns and budgets of sessions: whatever one peer sends, the others and the owner get through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import get_args

import pytest
import trio
import trio.lowlevel
import trio.testing
from tests.budget import long

from sayso_node.network.link import Link
from sayso_node.sync.engine import Engine
from sayso_node.sync.frame_reader import FrameReader
from sayso_node.sync.frame_stream import FrameStream
from sayso_node.sync.peer_connection import PeerConnection
from sayso_node.sync.turns import TURN_US, Turns
from sayso_protocol.crypto.hashing import TOKEN_SIZE
from sayso_protocol.errors import Overdrawn
from sayso_protocol.limits import NETWORK_US, NEW_PEER_US, PATIENCE_MS
from sayso_protocol.sync.budgets.costs import COSTS
from sayso_protocol.sync.effects import Disconnect, Effect, Event
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, decode_frame, encode_frame
from sayso_protocol.sync.wire.frames import (
    Bye,
    Entries,
    Frame,
    Hello,
    Mark,
    Prune,
    Synced,
    Unwant,
    Want,
)

from ..support import Person, in_sync, join, running, until

HELLO = encode_frame(Hello(1, "flood", bytes(16)))
WANT = encode_frame(Want(1, [], False, bytes(TOKEN_SIZE)))
FLOODS = {
    "synced": Synced(),
    "want": Want(1, [], False, bytes(TOKEN_SIZE)),
    "unwant": Unwant(1, [bytes(8)], bytes(TOKEN_SIZE)),
    "mark": Mark(1, bytes(8)),
    "prune": Prune([bytes(32)]),
}


@asynccontextmanager
async def flooded(engine: Engine, data: bytes) -> AsyncIterator[trio.abc.Stream]:
    """An engine, and a peer of it that has sent all of this at once."""
    here, there = trio.testing.memory_stream_pair()
    async with running(engine) as nursery:
        nursery.start_soon(engine.serve, Link("flood", "/memory", False, here))
        await there.send_all(data)
        await until(lambda: engine.sessions)
        yield there


@pytest.mark.parametrize("frame", FLOODS.values(), ids=FLOODS)
async def test_others_get_through_while_frames_are_there(frame: Frame) -> None:
    one = Person("ann").engine()
    followed = 0
    receive = one.replica.receive

    def counting(*args: object) -> list[Effect]:
        nonlocal followed
        followed += 1
        return receive(*args)

    one.replica.receive = counting
    async with flooded(one, HELLO + WANT + encode_frame(frame) * 6_000):
        seen = [followed]
        while followed < 600:
            await trio.lowlevel.checkpoint()
            if followed != seen[-1]:
                seen.append(followed)
        in_a_turn = TURN_US / COSTS[type(frame)].frame_us + 2
        # Tasks of one pass run in any order: two turns may come between two looks.
        assert all(later - sooner <= 2 * in_a_turn for sooner, later in pairwise(seen))


async def test_a_session_with_much_to_read_is_cancelled_at_once() -> None:
    one = Person("ann").engine()
    async with flooded(one, HELLO + WANT + encode_frame(Synced()) * 50_000):
        await until(lambda: "flood#1" in one.replica.peers)
    assert not one.sessions


@long
@pytest.mark.parametrize("frame", [FLOODS["synced"]], ids=["synced"])
async def test_a_flood_is_slowed_down_then_left_with_a_reason(
    frame: Frame, autojump_clock: trio.testing.MockClock
) -> None:
    autojump_clock.autojump_threshold = 0.005  # the store's threads need real time
    events: list[dict] = []
    one = Person("ann").engine(events)
    here, there = trio.testing.memory_stream_pair()
    most = 3 * (NETWORK_US + NEW_PEER_US) / COSTS[type(frame)].frame_us
    async with running(one) as nursery:
        nursery.start_soon(one.serve, Link("flood", "/memory", False, here))
        began = trio.current_time()
        await there.send_all(HELLO + WANT + encode_frame(frame) * int(20 * most))
        with trio.move_on_after(10 * PATIENCE_MS / 1000):
            while not any(event["event"] == "disconnected" for event in events):
                await trio.sleep(0.5)
        assert PATIENCE_MS / 1000 < trio.current_time() - began < 3 * PATIENCE_MS / 1000
        said = await frames_of(there)
    assert tuple(
        event["event"] for event in events if event["event"] in ("throttled", "refused")
    ) == ("throttled", "refused")
    assert [event for event in events if event.get("detail", "").startswith(Overdrawn.code)]
    assert one.left == {Overdrawn.code: 1}
    assert isinstance(said[-1], Bye)
    assert said[-1].code == Overdrawn.code


async def frames_of(stream: trio.abc.ReceiveStream) -> list[Frame]:
    data = b""
    with trio.move_on_after(1):
        async for part in stream:
            data += part
    frames = []
    while data:
        end = LENGTH_SIZE + int.from_bytes(data[:LENGTH_SIZE], "big")
        frames.append(decode_frame(data[LENGTH_SIZE:end]))
        data = data[end:]
    return frames


async def test_an_honest_sync_beside_a_flood_and_of_much_costs_nothing() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(3000)
    ben.follow(ann)
    events: list[dict] = []
    one, two = ann.engine(events), ben.engine(events)
    charged: dict[str, float] = {}

    for engine, peer in ((one, "ben"), (two, "ann")):
        reader = engine._frame_reader
        charge = reader._budget.charge

        def counting(name, network, used_us, at_ms, charge=charge):
            charged[name] = charged.get(name, 0.0) + used_us
            return charge(name, network, used_us, at_ms)

        reader._budget.charge = counting
        assert peer not in charged
    async with running(one, two) as nursery:
        here, there = trio.testing.memory_stream_pair()
        nursery.start_soon(one.serve, Link("flood", "/memory", False, here))
        await there.send_all(HELLO + WANT + encode_frame(Synced()) * 20_000)
        join(nursery, two, one)
        await in_sync(two, one)
    assert ben.held_of(ann) == 3001
    # 3000 entries came from there, of which each costs a hundred.
    assert charged["ann"] < 20_000
    assert charged["ben"] < 20_000
    assert not [e for e in events if e["event"] == "throttled" and e["peer"] in ("ann", "ben")]


# --- turns ------------------------------------------------------------------------------------


def session(name: str, network: str = "") -> PeerConnection:
    stream, _ = trio.testing.memory_stream_pair()
    link = Link(name, "/memory", False, stream, network)
    return PeerConnection(name, link, FrameStream(stream), 0.0)


async def test_who_has_used_less_goes_first() -> None:
    turns, order = Turns(), []

    async def use(one: PeerConnection, cost: float, times: int) -> None:
        for _ in range(times):
            await turns.take(one)
            order.append(one.name)
            turns.end(one, cost)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(use, session("dear"), 50 * TURN_US, 20)
        for number in range(8):
            nursery.start_soon(use, session(f"crowd {number}", "nat"), TURN_US, 20)
        await trio.lowlevel.checkpoint()
        nursery.start_soon(use, session("cheap"), TURN_US, 100)
    assert order.index("cheap") <= 10
    assert "dear" not in order[12:50]
    last = len(order) - 1 - order[::-1].index("cheap")
    assert order[:last].count("cheap") >= 90
    assert sum(name.startswith("crowd") for name in order[:last]) <= 130


async def test_a_turn_that_nobody_takes_up_goes_to_the_next() -> None:
    turns, done = Turns(), []
    first, second, third = session("first"), session("second"), session("third")

    async def use(one: PeerConnection, scope: trio.CancelScope) -> None:
        with scope:
            await turns.take(one)
            turns.end(one, TURN_US)
            done.append(one.name)

    for cancelled in range(3):
        done.clear()
        scopes = [trio.CancelScope() for _ in range(3)]
        for one in (first, second, third):
            one.turn_us = 0.0
        async with trio.open_nursery() as nursery:
            for one, scope in zip((first, second, third), scopes, strict=True):
                nursery.start_soon(use, one, scope)
            scopes[cancelled].cancel()
        assert len(done) == 2
        with trio.fail_after(1):
            await use(session("later"), trio.CancelScope())


async def test_no_frame_waits_for_a_turn_that_is_not_used_up() -> None:
    turns, one = Turns(), session("one")
    await turns.take(one)
    turns.end(one, TURN_US / 2)
    with trio.testing.assert_no_checkpoints():
        await turns.take(one)
    turns.end(one, TURN_US)
    with trio.testing.assert_checkpoints():
        await turns.take(one)


async def test_every_frame_of_a_session_comes_through_the_reader() -> None:
    """The one place: a frame that is read elsewhere has neither a turn nor a price."""
    applied: list[Effect] = []

    async def apply(effects) -> None:
        applied.extend(effects)

    ann = Person("ann")
    engine = ann.engine()
    here, there = trio.testing.memory_stream_pair()
    link = Link("peer", "/memory", False, here)
    one = PeerConnection("peer#1", link, FrameStream(here), 0.0)
    reader = FrameReader(engine.replica, apply)
    assert len(get_args(Frame)) == len(COSTS)
    await there.send_all(encode_frame(Bye("done", "")) + b"\0\0\0\1\xc0")
    await there.aclose()
    await reader.read(one)
    assert [type(effect) for effect in applied][-1] is Disconnect
    assert any(isinstance(effect, Event) and effect.what == "refused" for effect in applied)
    assert Entries in COSTS
