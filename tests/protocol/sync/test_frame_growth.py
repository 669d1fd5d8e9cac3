"""What a frame costs does not grow with the store, the number of peers, or what came before it.

Counted are the steps of the interpreter, not the time: the same on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import FrameType
from typing import Any, get_args

import pytest

from sayso_protocol.accounts.statement import Grant, sign_grant, sign_revoke
from sayso_protocol.crypto.hashing import TOKEN_SIZE, blinded, entry_id
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.rosters.roster import sign_consent, sign_roster
from sayso_protocol.sync.session import TRANSITIONS, State
from sayso_protocol.sync.wire.frames import (
    SYNC_3,
    Again,
    Ask,
    Bye,
    Entries,
    Frame,
    Get,
    Graft,
    Have,
    Heights,
    Hello,
    Mark,
    Miss,
    Offer,
    Prune,
    Say,
    Serve,
    Synced,
    Unwant,
    Want,
)

from .meeting import ACCOUNT, EPOCH, FEED, GRANT, START_MS, at, run_of

DAY = day_of(START_MS)
TOKEN = bytes(TOKEN_SIZE)
HELLO = Hello(1, "test", bytes([7]) * 16)


@dataclass(frozen=True)
class World:
    """How much is there before the frame comes."""

    feeds: int = 4
    peers: int = 2
    names: int = 8
    """Names that matched nothing, sent by the peer."""
    ranges: int = 4
    """Separate ranges of the feed that the peer offered."""
    pruned: int = 2
    """Feeds that it wants announced."""
    frames: int = 2
    """Frames of the same kind that came before."""


LARGER = {
    "feeds": World(feeds=100),
    "peers": World(peers=30),
    "names": World(names=5_000),
    "ranges": World(ranges=200),
    "pruned": World(feeds=100, pruned=100),
    "frames": World(frames=60),
}


@cache
def key(number: int) -> KeyPair:
    return KeyPair.from_seed(number.to_bytes(32, "big"))


@cache
def grant(number: int) -> Grant:
    return sign_grant(ACCOUNT if number < 8 else key(number), key(900 + number), bytes(32))


def name(number: int) -> bytes:
    return number.to_bytes(8, "little")


class Scene:
    """A replica in which much or little has happened, and a peer in one state."""

    def __init__(self, world: World, state: State) -> None:
        self.replica = replica = Replica(epoch=EPOCH, software="test")
        self.passed = 0.0
        replica.want(ACCOUNT.public, at(0))
        replica.hold(GRANT, [(1, 100)])
        for number in range(world.feeds):
            replica.hold(grant(number), [(1, 5)])
        for number in range(world.peers):
            self.meet(f"other {number}", State.OPEN, world, 1)
        self.meet("peer", state, world, 2)

    def meet(self, who: str, state: State, world: World, step: int) -> None:
        node = NODE.public if who == "peer" else b""
        self.replica.connected(who, at(0), version=SYNC_3, node=node)
        if state is State.SILENT:
            return
        self.send(HELLO, who)
        blinds = [blinded(ACCOUNT.public, DAY), *map(name, range(world.names))]
        self.send(Want(DAY, blinds, state is State.LISTING, TOKEN), who)
        held = [(200 + step * n, 200 + step * n) for n in range(world.ranges)] if step > 1 else []
        self.send(Have([Offer(GRANT.wire, [(1, 100), *held][-60:])], False), who)
        for part in range(0, len(held), 60):
            self.send(Have([Offer(GRANT.wire, held[part : part + 60])], False), who)
        self.send(Prune([key(900 + n).public for n in range(world.pruned)]), who)
        if state is State.CLOSED:
            self.send(Bye("done", ""), who)

    def send(self, frame: Frame, who: str = "peer") -> None:
        self.passed += 0.001
        self.replica.receive(who, frame, at(self.passed))

    def asked(self) -> int:
        """The number of an ask that is open at the peer."""
        return max(self.replica.peers["peer"].session.asked, default=1)


STORE, NODE = key(700), key(701)


@cache
def roster_of(version: int) -> bytes:
    consents = [sign_consent(NODE, STORE.public, START_MS)]
    until_ms = START_MS + 86_400_000
    return sign_roster(STORE, HELLO.epoch, version, until_ms, consents).wire


REVOKE = sign_revoke(ACCOUNT, FEED.public, 1, entry_id(bytes(8), bytes(64)))

FRAMES: dict[type, Callable[[Scene, int], Frame]] = {
    Hello: lambda _, n: HELLO,
    Want: lambda _, n: Want(DAY, [name(1 << 40 | n), name(3)], False, TOKEN),
    Unwant: lambda _, n: Unwant(DAY, [name(5 + n), name(1 << 50 | n)], TOKEN),
    Have: lambda _, n: Have([Offer(GRANT.wire, [(1, 100 + n)])], False),
    Get: lambda _, n: Get([Ask(n + 1, FEED.public, 1, 50)]),
    Entries: lambda _, n: Entries(0, run_of(101 + n)),
    Miss: lambda scene, n: Miss([scene.asked()]),
    Heights: lambda _, n: Heights([(FEED.public, 101 + n), (bytes(32), 9)]),
    Synced: lambda _, n: Synced(),
    Bye: lambda _, n: Bye("done", ""),
    Mark: lambda _, n: Mark(n, bytes(8)),
    Again: lambda _, n: Again(),
    Prune: lambda _, n: Prune([FEED.public, key(900 + n).public]),
    Graft: lambda _, n: Graft([FEED.public, key(900 + n).public]),
    Say: lambda _, n: Say([REVOKE.wire]),
    Serve: lambda _, n: Serve(roster_of(n + 1)),
}


def test_no_frame_is_left_out() -> None:
    assert set(FRAMES) == set(get_args(Frame))
    assert set(TRANSITIONS) == set(State)


def steps(work: Callable[[], Any]) -> int:
    """Steps of the interpreter that some work takes."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def cost(kind: type, state: State, world: World) -> int:
    scene = Scene(world, state)
    for number in range(world.frames):
        scene.send(FRAMES[kind](scene, number))
    frame = FRAMES[kind](scene, world.frames)
    return steps(lambda: scene.send(frame))


@pytest.mark.parametrize("kind", FRAMES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("state", State)
def test_a_frame_takes_as_many_steps_however_much_is_there(kind: type, state: State) -> None:
    little = cost(kind, state, World())
    for what, world in LARGER.items():
        if (kind, what) == (Miss, "peers"):
            continue  # what one does not give may be asked of each other that offers it
        assert cost(kind, state, world) <= 1.3 * little + 100, what
