"""Hostile nodes that send what costs nothing to make: each type of frame, in each state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Final

from sayso_protocol.crypto.hashing import INTEREST_SIZE, TOKEN_SIZE
from sayso_protocol.crypto.keys import KEY_SIZE, SIGNATURE_SIZE
from sayso_protocol.feed.run import RawRun
from sayso_protocol.limits import MAX_FEEDS_A_HAVE, MAX_UNMATCHED
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.session import State
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import (
    SYNC_3,
    Again,
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
    Prune,
    Say,
    Serve,
    Synced,
    Unwant,
    Want,
)

from ..event_queue import START_WALL_MS, microseconds
from ..machine.sim_connection import SimConnection
from ..world import World
from .base import Adversary

BYTES_A_SECOND: Final = 12_500_000
"""100 Mbit/s, to all peers together."""

PAUSE_SECONDS: Final = 0.01
CHUNK: Final = 4096
"""Bytes that are sent together, unless one frame is longer."""

POOL: Final = 16
"""Frames of one type that are made: what is sent again costs the peer as much."""

DAY: Final = day_of(START_WALL_MS)
TOKEN: Final = bytes(TOKEN_SIZE)


class CheapFlooder(Adversary):
    """Brings a session to a state, and sends frames of one type from then on, as fast as its line
    carries. With each session it takes the next of all pairs of a type and a state."""

    def __init__(self, world: World, index: int) -> None:
        super().__init__(world, index)
        # Together they try all pairs in few sessions.
        rank = sorted(world.hostile).index(index)
        self._turn = rank * len(PAIRS) // len(world.hostile)
        self._states: dict[str, State] = {}

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Say what brings the session to the state that is wanted, and begin."""
        if session.peer in self._world.hostile:
            return [frame]
        if isinstance(frame, Hello):
            self._begin(session)
        return self._said(self._states[session.name], frame)

    def _said(self, state: State, frame: Frame) -> list[Frame]:
        if state is State.OPEN:
            return [frame]
        if isinstance(frame, Hello) and state is not State.SILENT:
            return [frame] if state is State.LISTING else [frame, Bye("done", "and on it goes")]
        return []

    def _begin(self, session: SimConnection) -> None:
        kind, state = PAIRS[self._turn % len(PAIRS)]
        self._turn += 1
        self._states[session.name] = state
        self._world.monitor.count(f"attack {kind.__name__} {state.value}", self._index)
        frames = [encode_frame(self.FRAMES[kind](self), SYNC_3) for _ in range(POOL)]
        data = b"".join(frames)
        data *= max(1, CHUNK // len(data))
        if kind is Unwant and state is not State.SILENT:
            names = [self._chance.randbytes(INTEREST_SIZE) for _ in range(MAX_UNMATCHED)]
            data_first = encode_frame(Want(DAY, names, state is State.LISTING, TOKEN))
            self._world.event_queue.after(1, session.send_raw, data_first)
        self._world.event_queue.after(microseconds(PAUSE_SECONDS), self._flood, session, data)

    def _flood(self, session: SimConnection, data: bytes) -> None:
        if session.over or self._world.is_over:
            return
        left = BYTES_A_SECOND * PAUSE_SECONDS / (self._world.nodes - len(self._world.hostile))
        while left > 0 and session.out.has_room:
            session.send_raw(data)
            left -= len(data)
        self._world.event_queue.after(microseconds(PAUSE_SECONDS), self._flood, session, data)

    def _bytes(self, size: int) -> bytes:
        return self._chance.randbytes(size)

    def _run(self) -> RawRun:
        feed, signature = self._bytes(KEY_SIZE), self._bytes(SIGNATURE_SIZE)
        return RawRun(feed, 7, bytes(KEY_SIZE), [START_WALL_MS], [b"."], [signature])

    def _heights(self) -> Heights:
        return Heights([(self._bytes(KEY_SIZE), 9) for _ in range(MAX_FEEDS_A_HAVE)])

    FRAMES: Final[Mapping[type, Callable[[CheapFlooder], Frame]]] = {
        Hello: lambda self: Hello(1, "flood", self._bytes(16)),
        Want: lambda self: Want(DAY, [], False, TOKEN),
        Unwant: lambda self: Unwant(DAY, [self._bytes(INTEREST_SIZE)], TOKEN),
        Have: lambda self: Have([], True),
        Get: lambda self: Get([]),
        Entries: lambda self: Entries(0, self._run()),
        Miss: lambda self: Miss([]),
        Heights: _heights,
        Synced: lambda self: Synced(),
        Bye: lambda self: Bye("done", ""),
        Mark: lambda self: Mark(self._chance.randrange(1 << 40), self._bytes(8)),
        Again: lambda self: Again(),
        Prune: lambda self: Prune([]),
        Graft: lambda self: Graft([]),
        Say: lambda self: Say([]),
        Serve: lambda self: Serve(b""),
    }
    """The cheapest of each type, and of those whose length costs the sender least, the longest."""


PAIRS: Final = list(product(CheapFlooder.FRAMES, State))
