"""Candidates: peers that may be worth dialling, as whoever found them hands them on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .multiaddr import Address


class Origin(Enum):
    """How a candidate was found; how far its addresses are believed depends on it."""

    OWNER = "owner"
    """The owner typed it."""
    INVITE = "invite"
    """It stood in an invite that the owner accepted."""
    LAN = "lan"
    """It was heard on a network of this machine."""
    CONTACT = "contact"
    """It is or was connected, and said itself where it can be dialled."""
    PROFILE = "profile"
    """An account that is followed names it in its profile, as a hub that carries it: its word."""
    EXCHANGE = "exchange"
    """A peer told of it: somebody's word."""
    DHT = "dht"
    """It stood in the distributed hash table: somebody's word, signed or not."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One peer, and where it may be."""

    peer_id: str
    """The peer's libp2p id in text form; a dial proves it or fails."""
    addresses: tuple[Address, ...]
    """Each names the peer, or no peer at all; the best first where that is known."""
    origin: Origin
    told_by: str = ""
    """The id of the peer that told it; empty where nobody else did."""
    accounts: frozenset[bytes] = frozenset()
    """Keys of the accounts that it is said to carry, of which some may be wanted."""
