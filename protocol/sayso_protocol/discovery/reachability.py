"""Reachability: whether others can connect to this node, and what those who ask do about it.

`Assessment` is what is known at one moment; `ReachabilityStatus` is how other parts of a node ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class ReachState(StrEnum):
    """How others reach this node, the best way that is there."""

    OPEN = "open"
    """At an address of this machine's own; others proved it."""
    MAPPED = "mapped"
    """At an address of the router's, which passes it on."""
    PUNCHED = "punched"
    """Through a relay, from which direct connections have come about."""
    RELAYED = "relayed"
    """Through a relay."""
    CLOSED = "closed"
    """Not at all: this node has to dial."""
    UNKNOWN = "unknown"
    """Too little is known yet."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known now."""

    state: ReachState
    public: tuple[str, ...] = ()
    """Multiaddrs, without a peer, at which others were seen to reach this node directly."""
    wants_relay: bool = False
    """Whether a relay is worth asking for."""
    findings: tuple[str, ...] = ()
    """What this home is and what works, as sentences for its owner."""
    advice: tuple[str, ...] = ()
    """What the owner can do about it, as sentences."""


class ReachabilityStatus(Protocol):
    """The reachability of this node, for those who act on it or learn of it."""

    @property
    def assessment(self) -> Assessment:
        """What is known now."""

    def is_public(self) -> bool:
        """Whether strangers were seen to connect to this node directly: it may serve others."""

    def wants_relay(self) -> bool:
        """Whether this node should have a relay, since strangers cannot connect to it directly."""

    def note_punch(self, *, succeeded: bool) -> None:
        """Take note that a hole punch with a peer has ended."""

    def on_change(self, callback: Callable[[Assessment], None]) -> None:
        """Call `callback` with each new assessment from now on."""
