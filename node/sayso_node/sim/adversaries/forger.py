"""Hostile nodes that hide a fork, and accuse those who are honest."""

from __future__ import annotations

from typing import Final

from sayso_protocol.codec import encode
from sayso_protocol.feed.fork import VERSION, columns_of
from sayso_protocol.feed.run import RawRun
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import Entries, Frame, Hello, Miss, Say

from ..event_queue import microseconds
from ..machine.sim_connection import SimConnection
from ..machine.sim_node import SimNode
from .base import Corrupter

PAUSE_SECONDS: Final = 3.0
"""Between two forged proofs that one peer is sent."""


class Forger(Corrupter):
    """Lets nothing through that shows a fork: no proof, no statement, no entry of a forked feed
    past the fork. Sends made-up proofs against honest authors."""

    def begin(self, node: SimNode) -> None:
        """Know the store that runs are taken from."""
        self._node = node

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Withhold, and begin to accuse with the session."""
        if isinstance(frame, Hello):
            self._world.event_queue.after(microseconds(PAUSE_SECONDS), self._accuse, session)
        if isinstance(frame, Say):
            return []
        if isinstance(frame, Entries) and self._shows_fork(frame.run):
            return [Miss([frame.number])] if frame.number else []
        return [frame]

    def _shows_fork(self, run: RawRun) -> bool:
        forked_at = self._world.truth.forks.get(run.feed)
        return forked_at is not None and run.last >= forked_at

    def _accuse(self, session: SimConnection) -> None:
        if session.over or self._world.is_over:
            return
        wire = self._forged()
        if wire is not None and session.out.has_room:
            session.send_raw(encode_frame(Say([wire])))
        self._world.event_queue.after(microseconds(PAUSE_SECONDS), self._accuse, session)

    def _forged(self) -> bytes | None:
        """A real entry beside one that its author never signed so, or beside itself."""
        author = self._chance.choice(self._world.plan.authors)
        feed = self._world.authors[author].feed
        state = self._node.store.feed(feed)
        run = self._node.store.load(feed, state.head, state.head) if state is not None else None
        if run is None:
            return None
        other = self._chance.choice([run, self.corrupt(run)])
        runs = sorted([columns_of(run), columns_of(other)], key=encode)
        return encode([VERSION, "fork", feed, *runs])
