"""What the planner decides: whom to dial, whom to leave."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..multiaddr import Address


class Why(Enum):
    """What a peer is dialled for, the most important first."""

    CHOSEN = "chosen"
    """The owner named it."""
    ANCHOR = "anchor"
    """It served before the last stop."""
    LAN = "lan"
    """It was heard on the own network."""
    SOURCE = "source"
    """It carries accounts that have too few sources."""
    SPREAD = "spread"
    """It is in a network where no other is."""
    CONTEST = "contest"
    """Another address wants its place in the book."""
    TRIAL = "trial"
    """It was only heard of, and is to be known."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Dial a peer at these addresses, until one of them answers. `stays` says whether a session is
    to be run then; otherwise it was only to be seen whether it is there."""

    peer_id: str
    addresses: tuple[Address, ...]
    why: Why
    stays: bool = True


@dataclass(frozen=True, slots=True)
class Leave:
    """End the session with a peer; the text says why, for a log."""

    peer_id: str
    reason: str


Decision = Dial | Leave
