"""Hostile nodes. Each runs the honest code, so that its peers have to do with it, and
changes what it sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sayso_protocol.feed.run import RawRun
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, decode_frame, encode_frame
from sayso_protocol.sync.wire.frames import SYNC_3, Entries, Frame, Have, Heights, Miss

from ..event_queue import microseconds
from ..machine.sim_connection import SimConnection
from ..machine.sim_node import SimNode
from ..world import World

CLAIMED_HEIGHT: Final = 1_000_000_000
"""The height that liars claim."""


HELD_SECONDS: Final = 59.0
"""How long the tardy hold back each entry."""


class Adversary:
    """Sends everything as an honest node does. Base of all kinds."""

    def __init__(self, world: World, index: int) -> None:
        self._world = world
        self._index = index
        self._chance = world.chance.stream("mischief", index)

    writes = False
    """Whether it is an author that people follow."""

    def begin(self, node: SimNode) -> None:
        """The node has come on line."""

    def tamper(self, session: SimConnection, data: bytes) -> Iterable[bytes]:
        """The frames that are really sent instead of one."""
        made = self.rewrite(session, decode_frame(data[LENGTH_SIZE:], SYNC_3))
        return [encode_frame(frame, SYNC_3) for frame in made]

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """As `tamper`, for a frame that was read."""
        return [frame]


class Withholder(Adversary):
    """Carries all authors but one, of whom it lets nothing through: it says that it has
    him, and answers that it has not."""

    @property
    def _censored(self) -> bytes:
        return self._world.authors[self._world.plan.authors[0]].feed

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Deny the censored author."""
        if isinstance(frame, Entries) and frame.run.feed == self._censored:
            return [Miss([frame.number])] if frame.number else []
        return [frame]


class Mute(Adversary):
    """Offers everything and answers no question."""

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Swallow answers, and live entries too."""
        return [] if isinstance(frame, Entries | Miss) else [frame]


class Tardy(Adversary):
    """Offers and announces everything at once, and holds each entry back for a minute."""

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Send entries later."""
        if not isinstance(frame, Entries):
            return [frame]
        data = encode_frame(frame, SYNC_3)
        self._world.event_queue.after(microseconds(HELD_SECONDS), session.send_raw, data)
        return []


class Liar(Adversary):
    """Claims heights that nobody wrote, and has nothing to show for them."""

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Claim more than there is."""
        if isinstance(frame, Have):
            return [
                Have([replace(o, held=[(1, CLAIMED_HEIGHT)]) for o in frame.offers], frame.more)
            ]
        if isinstance(frame, Heights):
            return [Heights([(feed, CLAIMED_HEIGHT) for feed, _ in frame.heights])]
        return [frame]


class Corrupter(Adversary):
    """Turns a bit of one entry in each run that it passes on."""

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Change a body or a signature."""
        if not isinstance(frame, Entries):
            return [frame]
        return [replace(frame, run=self.corrupt(frame.run))]

    def corrupt(self, run: RawRun) -> RawRun:
        """The run with one bit turned."""
        column = self._chance.choice(["bodies", "signatures"])
        values = list(getattr(run, column))
        at = self._chance.randrange(len(values))
        if not isinstance(values[at], bytes):
            return run
        data = bytearray(values[at])
        data[self._chance.randrange(len(data))] ^= 1 << self._chance.randrange(8)
        values[at] = bytes(data)
        if column == "bodies":
            return replace(run, bodies=values)
        return replace(run, signatures=values)
