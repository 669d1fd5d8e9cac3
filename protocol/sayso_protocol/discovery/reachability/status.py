"""What is known of a node's reachability at one moment, and how the other parts of it ask."""

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


class Surroundings(StrEnum):
    """What stands between this machine and the internet, for IPv4."""

    NOTHING = "nothing"
    ROUTER = "router"
    TWO_ROUTERS = "two-routers"
    CARRIER = "carrier"
    """A provider's router that many customers share."""
    UNKNOWN = "unknown"


class PortUse(StrEnum):
    """What the router does with the ports of connections that go out: RFC 4787, section 4.1."""

    KEPT = "kept"
    """One port here is one port outside, whoever is called."""
    SYMMETRIC = "symmetric"
    """Each connection has a port of its own outside."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an assessment was made from, for the words and for whoever wants to know."""

    port: int = 0
    """The TCP port that this node listens on; 0 where it listens nowhere but on loopback."""
    is_local: bool = False
    """Whether it listens on loopback, and nowhere else."""
    own: tuple[str, ...] = ()
    """Public IP addresses of this machine."""
    private: tuple[str, ...] = ()
    """Its addresses within the local network."""
    denied: tuple[str, ...] = ()
    """Multiaddrs at which others tried and failed."""
    mapped: str = ""
    """The address that a router gave."""
    method: str = ""
    """The language in which it did."""
    is_mapping_refused: bool = False
    """Whether a router was asked, understood and said no."""
    surroundings: Surroundings = Surroundings.UNKNOWN
    ports: PortUse = PortUse.UNKNOWN
    relays: int = 0
    """Relays through which others reach this node."""
    punched: bool = False
    """Whether direct connections came about through them."""
    is_hidden: bool = False
    """Whether the owner keeps the address of this home to himself."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known now."""

    state: ReachState
    public: tuple[str, ...] = ()
    """Multiaddrs, without a peer, at which others were seen to reach this node directly."""
    wants_relay: bool = False
    """Whether a relay is worth asking for."""
    evidence: Evidence = Evidence()


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
