"""The processor time that each frame of a peer costs this node, whatever it says.

In microseconds of one core of an ordinary computer: so much for each frame, its share of a turn
included, and so much for each of its items and bytes. `python -m benchmarks.frames` measures the
same and prints it beside this table. What a frame brings that is of use costs its sender nothing:
see `is_of_use`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..effects import (
    Answer,
    Disconnect,
    Effect,
    Event,
    FindChanges,
    IssueMark,
    Push,
    ReloadFeeds,
    SaveResumeState,
    SaveRoster,
    Send,
    StoreGrants,
    StoreRun,
    StoreStatements,
)
from ..wire.frames import (
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


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one type of frame: to read it and to follow it, and to make it where it is sent."""

    frame_us: float
    item_us: float = 0.0
    sent_item_us: float = 0.0
    items: Callable[[Any], int] = lambda _: 0
    """The number of items in a frame."""


def _entries(frame: Entries) -> int:
    """Bodies may be long, and come compressed: each piece of them counts like an entry."""
    # For every frame of a first sync: summed up in C.
    size = sum(map(len, frame.run.bodies))
    proofs = sum(len(proof.run.bodies[0]) for proof in frame.proofs)
    return len(frame.run.bodies) + len(frame.proofs) + (size + proofs) // BODY_PIECE


ROSTER_ROW: Final = 96
"""Bytes of a roster that may be a node, at least."""

BODY_PIECE: Final = 256
"""Bytes of a body that cost as much as an entry."""

COSTS: Final[Mapping[type, Cost]] = {
    Hello: Cost(40),
    Want: Cost(30, 1.0, 1.5, lambda frame: len(frame.blinds)),
    Unwant: Cost(25, 1.5, 1.5, lambda frame: len(frame.blinds)),
    Have: Cost(25, 7.0, 4.0, lambda frame: sum(1 + len(o.held) // 8 for o in frame.offers)),
    Get: Cost(25, 1.5, 1.0, lambda frame: len(frame.asks)),
    Entries: Cost(30, 0.5, 0.5, _entries),
    Miss: Cost(20, 50.0, 0.2, lambda frame: len(frame.numbers)),
    Heights: Cost(20, 5.0, 1.0, lambda frame: len(frame.heights)),
    Synced: Cost(15),
    Bye: Cost(40),
    Mark: Cost(15),
    Again: Cost(40),
    Prune: Cost(15, 0.2, 0.2, lambda frame: len(frame.feeds)),
    Graft: Cost(15, 0.2, 0.2, lambda frame: len(frame.feeds)),
    Say: Cost(25, 1.5, 0.5, lambda frame: len(frame.statements)),
    # Two signatures and a key to check, whoever sends it: known ones are dear, too.
    Serve: Cost(200, 200.0, 0.5, lambda frame: len(frame.roster) // ROSTER_ROW),
}

BYTE_US: Final = 0.01
"""To receive and decrypt a byte."""

SENT_US: Final = 10.0
"""To make and send a frame in answer, whatever its type, besides its items."""

HASH_US: Final = 1.5
"""To blind one account's name for a day of which there was no table."""

MISSED_US: Final = 150.0
"""To look up a range of which nothing is held."""

RUN_US: Final = 300.0
"""To read a run from the store and to make a frame of it."""

RUN_ENTRY_US: Final = 10.0
"""The same for each entry in it."""

EFFECTS: Final[Mapping[type, float]] = {
    Send: SENT_US,
    Answer: 5.0,  # each answer is charged when it is made
    FindChanges: 2_000.0,
    IssueMark: 1_000.0,
    SaveResumeState: 2_000.0,
    SaveRoster: 2_000.0,
    ReloadFeeds: 500.0,
    Event: 30.0,
    Disconnect: 0.0,
    # Of use, or an offence, of which few are borne.
    StoreRun: 0.0,
    StoreGrants: 0.0,
    Push: 0.0,
    # Has a budget of its own, by bytes: `limits.STATEMENT_BYTES`.
    StoreStatements: 0.0,
}
"""What follows from a frame, each time."""

_OF_USE: Final = (StoreRun, StoreGrants)


def cost_us(
    frame: Frame, size: int, effects: Iterable[Effect], peer: str, hashed: int = 0
) -> float:
    """The time that a frame of `size` bytes took which had these effects, and for which so many
    names were hashed. What concerns other peers is left out: they have a part in it."""
    cost = COSTS[type(frame)]
    total = cost.frame_us + cost.item_us * cost.items(frame) + BYTE_US * size
    return total + hashed * HASH_US + sum(_effect_us(one, peer) for one in effects)


def is_of_use(effects: Iterable[Effect]) -> bool:
    """Whether a frame brought what is going to be stored: an entry, or the grant of a feed that is
    wanted. Both are verified, and what does not hold is charged as an offence. So such a frame
    costs its sender nothing, and who gives much is never slowed down."""
    return any(isinstance(one, _OF_USE) for one in effects)


def _effect_us(effect: Effect, peer: str) -> float:
    if getattr(effect, "peer", peer) != peer:
        return 0.0
    if not isinstance(effect, Send):
        return EFFECTS[type(effect)]
    cost = COSTS[type(effect.frame)]
    return SENT_US + cost.sent_item_us * cost.items(effect.frame)
