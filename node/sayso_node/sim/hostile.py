"""Hostile nodes. Each runs the honest code, so that its peers have to do with it, and
spoils what it sends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sayso_protocol.frames import (
    LENGTH_SIZE,
    Entries,
    Frame,
    Have,
    Heights,
    Miss,
    decode_frame,
    encode_frame,
)

from .scenario import ScenarioError

if TYPE_CHECKING:
    from .node import Node
    from .session import Session
    from .world import World

BOAST: Final = 1_000_000_000
"""The height that liars claim."""


class Mischief:
    """Sends everything as an honest node does. Base of all kinds."""

    def __init__(self, world: World, index: int) -> None:
        self._world = world
        self._index = index
        self._chance = world.chance.stream("mischief", index)

    def begin(self, node: Node) -> None:
        """The node has come on line."""

    def tamper(self, session: Session, data: bytes) -> Iterable[bytes]:
        """What is really sent instead of a frame."""
        made = self.spoil(session, decode_frame(data[LENGTH_SIZE:]))
        return [encode_frame(frame) for frame in made]

    def spoil(self, session: Session, frame: Frame) -> list[Frame]:
        """As `tamper`, for a frame that was read."""
        return [frame]


class Withholding(Mischief):
    """Carries all authors but one, of whom it lets nothing through: it says that it has
    him, and answers that it has not."""

    @property
    def _censored(self) -> bytes:
        return self._world.writers[self._world.plan.authors[0]].feed

    def begin(self, node: Node) -> None:
        """Remember whose asks to deny."""
        self._asked: dict[tuple[str, int], bytes] = {}

    def spoil(self, session: Session, frame: Frame) -> list[Frame]:
        """Deny the censored author."""
        if isinstance(frame, Entries) and frame.run.feed == self._censored:
            return [Miss([frame.number])] if frame.number else []
        return [frame]


class Mute(Mischief):
    """Offers everything and answers no question."""

    def spoil(self, session: Session, frame: Frame) -> list[Frame]:
        """Swallow answers, and live entries too."""
        return [] if isinstance(frame, Entries | Miss) else [frame]


class Lying(Mischief):
    """Claims heights that nobody wrote, and has nothing to show for them."""

    def spoil(self, session: Session, frame: Frame) -> list[Frame]:
        """Boast."""
        if isinstance(frame, Have):
            return [Have([replace(o, held=[(1, BOAST)]) for o in frame.offers], frame.more)]
        if isinstance(frame, Heights):
            return [Heights([(feed, BOAST) for feed, _ in frame.heights])]
        return [frame]


KINDS: Final[dict[str, Callable[[World, int], Mischief]]] = {
    "withholding": Withholding,
    "mute": Mute,
    "lying": Lying,
}


def mischief(kind: str, world: World, index: int) -> Mischief:
    """A hostile node's doings. Raises `ScenarioError` for a kind that is not known."""
    if kind not in KINDS:
        raise ScenarioError(f"no hostile kind is called {kind!r}: it is one of {', '.join(KINDS)}")
    return KINDS[kind](world, index)
