"""Hostile nodes that cost: they send without end, or make others send and do not read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from sayso_protocol.crypto.keys import KEY_SIZE
from sayso_protocol.feed.run import RawRun
from sayso_protocol.limits import MAX_FRAME, MAX_OPEN_REQUESTS
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, encode_frame
from sayso_protocol.sync.wire.frames import SYNC_3, Ask, Entries, Frame, Get, Heights, Hello

from ..event_queue import microseconds
from ..machine.sim_connection import SimConnection
from ..machine.sim_node import SimNode
from ..world import World
from .base import Corrupter

PAUSE_SECONDS: Final = 0.1
"""Between two frames of a flood to one peer: what a home line lets through of large ones."""


class Flooder(Corrupter):
    """Floods each peer in a way that it picks anew with each connection."""

    def __init__(self, world: World, index: int) -> None:
        super().__init__(world, index)
        self._ways: list[Callable[[], bytes]] = [
            self._noise,
            self._oversize,
            self._repeat,
            self._corrupt_push,
            self._unasked_answer,
            self._many_heights,
        ]

    def begin(self, node: SimNode) -> None:
        """Know the store that pushes are taken from."""
        self._node = node

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Be honest beside the flood, which begins with the session."""
        if isinstance(frame, Hello):
            way = self._chance.choice(self._ways)
            self._world.event_queue.after(microseconds(PAUSE_SECONDS), self._flood, session, way)
        return [frame]

    def _flood(self, session: SimConnection, way: Callable[[], bytes]) -> None:
        pause_us = microseconds(PAUSE_SECONDS)
        if session.over or self._world.is_over:
            return
        if session.out.has_room:
            session.send_raw(way())
        self._world.event_queue.after(pause_us, self._flood, session, way)

    def _noise(self) -> bytes:
        size = self._chance.randrange(1, 400)
        return size.to_bytes(LENGTH_SIZE, "big") + self._chance.randbytes(size)

    def _oversize(self) -> bytes:
        return (MAX_FRAME + 1).to_bytes(LENGTH_SIZE, "big")

    def _some_run(self) -> RawRun | None:
        author = self._chance.choice(self._world.plan.authors)
        feed = self._world.authors[author].feed
        state = self._node.store.feed(feed)
        return self._node.store.load(feed, state.head, state.head) if state is not None else None

    def _repeat(self) -> bytes:
        run = self._some_run()
        return encode_frame(Entries(0, run), SYNC_3) if run is not None else self._noise()

    def _corrupt_push(self) -> bytes:
        run = self._some_run()
        return (
            encode_frame(Entries(0, self.corrupt(run)), SYNC_3)
            if run is not None
            else self._noise()
        )

    def _unasked_answer(self) -> bytes:
        run = self._some_run()
        return encode_frame(Entries(7, run), SYNC_3) if run is not None else self._noise()

    def _many_heights(self) -> bytes:
        made_up = [(self._chance.randbytes(KEY_SIZE), 1 << 40) for _ in range(200)]
        return encode_frame(Heights(made_up))


class Greedy(Flooder):
    """Asks for all that it may ask for, again and again, and reads nothing of it."""

    def begin(self, node: SimNode) -> None:
        """Be deaf."""
        node.reads = False
        self._node = node

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Ask once the peer may have read who is there."""
        if isinstance(frame, Hello):
            self._world.event_queue.after(microseconds(2), self._ask, session)
        return [frame]

    def _ask(self, session: SimConnection) -> None:
        for data in self._asks():
            session.send_raw(data)

    def _asks(self) -> Iterable[bytes]:
        for number in range(1, MAX_OPEN_REQUESTS + 1):
            author = self._chance.choice(self._world.plan.authors)
            feed = self._world.authors[author].feed
            yield encode_frame(Get([Ask(number, feed, 1, 1 << 20)]))
