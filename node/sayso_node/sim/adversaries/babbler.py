"""Hostile nodes that say without end what is sound, is no offence, and counts nowhere."""

from __future__ import annotations

from typing import Final

from sayso_protocol.accounts.envelope import VERSION, sign
from sayso_protocol.codec import Value
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import Frame, Hello, Say

from ..event_queue import microseconds
from ..machine.sim_connection import SimConnection
from ..world import World
from .base import Adversary

PAUSE_SECONDS: Final = 0.1
"""Between two frames to one peer: what a home line lets through."""

FRAMES: Final = 64
"""Of them, before they are said again: what is said twice while it is verified is verified once."""

ROTATIONS: Final = 16
"""In each frame: 75 kB, and a thousand keys to check."""


class Babbler(Adversary):
    """Says of the authors that strangers are their successors. It takes no more than a key of
    one's own to sign that, and all the work of verifying it to know that nobody promised it."""

    def __init__(self, world: World, index: int) -> None:
        super().__init__(world, index)
        feeds = sorted(self._key().public for _ in range(MAX_FEEDS_AN_ACCOUNT))
        self._ends: list[Value] = [[feed, 1, bytes(32)] for feed in feeds]
        self._frames: list[bytes] = []
        self._said = 0

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Be honest beside the babble, which begins with the session."""
        if isinstance(frame, Hello):
            self._world.event_queue.after(microseconds(PAUSE_SECONDS), self._flood, session)
        return [frame]

    def _flood(self, session: SimConnection) -> None:
        if session.over or self._world.is_over:
            return
        if session.out.has_room:
            session.send_raw(self._next())
        self._world.event_queue.after(microseconds(PAUSE_SECONDS), self._flood, session)

    def _next(self) -> bytes:
        if len(self._frames) < FRAMES:
            self._frames.append(encode_frame(Say([self._rotation() for _ in range(ROTATIONS)])))
        self._said += 1
        return self._frames[self._said % len(self._frames)]

    def _rotation(self) -> bytes:
        author = self._chance.choice(self._world.plan.authors)
        successor = self._key()
        account = self._world.authors[author].account
        return sign(successor, [VERSION, "rotate", account, successor.public, self._ends])

    def _key(self) -> KeyPair:
        return KeyPair.from_seed(self._chance.randbytes(32))
