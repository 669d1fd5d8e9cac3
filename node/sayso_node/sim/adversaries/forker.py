"""A hostile author: two entries with one number, one for each half of its peers."""

from __future__ import annotations

from sayso_protocol.feed.run import verify_run
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_protocol.sync.wire.frames import Entries, Frame, Miss
from sayso_storage.memory.store import MemoryStore

from ..event_queue import microseconds
from ..machine.sim_connection import SimConnection
from ..machine.sim_node import SimNode
from ..world import World
from .base import Adversary


class Forker(Adversary):
    """Honest at first; then peers with odd numbers are told another story."""

    writes = True

    def __init__(self, world: World, index: int) -> None:
        super().__init__(world, index)
        self._other: MemoryStore | None = None

    def begin(self, node: SimNode) -> None:
        """Plan the fork for somewhere in the first half of the run."""
        seconds = self._chance.uniform(0.1, 0.5) * self._world.scenario.seconds
        self._world.event_queue.after(microseconds(seconds), self._fork, node)

    def _fork(self, node: SimNode) -> None:
        """A second store that holds the same, and goes on otherwise."""
        author, wall_ms = self._world.authors[self._index], self._world.event_queue.now().wall_ms
        other = MemoryStore(bytes(16))
        other.add_own(author.grant, wall_ms)
        state = node.store.feed(author.feed)
        assert state is not None
        for first in range(1, state.head + 1, MAX_RUN_ENTRIES):
            last = min(state.head, first + MAX_RUN_ENTRIES - 1)
            run = node.store.load(author.feed, first, last)
            assert run is not None
            other.append([verify_run(run)], wall_ms)
        self._other = other
        self._world.monitor.count("forked", self._index)
        self._write_on(state.head + 1)

    def _write_on(self, height: int) -> None:
        """Bring the other branch to a height."""
        author, other = self._world.authors[self._index], self._other
        assert other is not None
        while (state := other.feed(author.feed)) is not None and state.head < height:
            run = author.post(other, 1, self._world.event_queue.now().wall_ms)
            self._world.truth.forked(run)

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Give entries of the other branch to every second peer."""
        feed = self._world.authors[self._index].feed
        if self._other is None or session.peer % 2 == 0 or not isinstance(frame, Entries):
            return [frame]
        if frame.run.feed != feed:
            return [frame]
        self._write_on(frame.run.last)
        run = self._other.load(feed, frame.run.first, frame.run.last)
        if run is None:
            return [Miss([frame.number])] if frame.number else []
        return [Entries(frame.number, run)]
