"""Strangers' knocks as the shelf knows them, and the rules by which one is refused or gives way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from .prices import Reach

NETWORK_TAG: Final = 4
"""Bytes of a carrier's tag of the network that a letter came from, keyed anew each day."""


class KnockRule(StrEnum):
    """By what a knock was not shelved, or gave way. The names stand in the ledger."""

    FORGED = "forged"
    """A grant, entry or signature that does not hold, or an entry of another account."""
    BLOCKED = "blocked"
    """The owner's rules keep its account away."""
    FILTERED = "filtered"
    """The owner's rules hide or drop what it says."""
    PRICE = "price"
    """Its stamp is worth less than its distance costs."""
    NOBODY = "nobody"
    """Nobody of its distance may knock."""
    KNOWN = "known"
    """It is on the shelf, or was decided on."""
    SENDER = "sender"
    """Its sender has as many on the shelf as one may have."""
    TURN = "turn"
    """It gave way to others who had their turn less often."""
    AGE = "age"
    """It lay for as long as one may."""


@dataclass(frozen=True, slots=True)
class Knock:
    """One knock on the shelf. `id` is the letter's, `network` the tag
    of the carrier that brought it first. `route` are the accounts by which it comes, nearest to the
    reader first: the last one is the introducer; empty where it comes by nobody."""

    id: bytes
    sender: bytes
    reach: Reach
    route: tuple[bytes, ...]
    network: bytes
    arrived_ms: int
    carriers: int = 1
    """The number of carriers that brought it: an honest sender lays it down with all of them."""
    in_turn: bool = True
    """Whether it is among the first that its introducer, or its network, brings on its day."""

    @property
    def introducer(self) -> bytes | None:
        """The account by which it comes."""
        return self.route[-1] if self.route else None


class Line(NamedTuple):
    """A line of the first page: the knock that stands there, and how many more came the same
    way."""

    knock: Knock
    more: int
