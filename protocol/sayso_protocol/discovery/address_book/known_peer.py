"""Known peers and their addresses, as the address book keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from ..candidate import Origin
from ..multiaddr import Address
from . import book_limits as limits

FIRST_HAND: Final = (Origin.OWNER, Origin.INVITE, Origin.LAN, Origin.CONTACT)
"""Origins that are no stranger's word."""
BEST_FIRST: Final = (*FIRST_HAND, Origin.PROFILE, Origin.EXCHANGE, Origin.DHT)

Place = tuple[int, int]
"""Bucket and slot."""


@dataclass(slots=True, eq=False)
class KnownAddress:
    """One address of a peer. Times are Unix milliseconds, 0 for never."""

    address: Address
    """Names the peer."""
    origin: Origin
    """The best of those that told it."""
    heard_ms: int
    sources: list[str] = field(default_factory=list)
    """The networks of those who told it, each of which holds a place among the untested."""
    tried_ms: int = 0
    success_ms: int = 0
    failures: int = 0
    """Dials in a row that failed."""
    is_tested: bool = False
    """It stands among the tested."""
    places: dict[str, Place] = field(default_factory=dict)
    """Its places among the untested, by source; follows from `sources`."""

    @property
    def peer_id(self) -> str:
        """The peer that it names."""
        return self.address.peer_id or ""

    @property
    def promise(self) -> tuple[bool, int, int, int]:
        """The order of one peer's addresses: the one that answered or was told at first hand last
        comes first, and those that fail come last."""
        heard = self.heard_ms if self.origin in FIRST_HAND and not self.failures else 0
        fresh = max(self.success_ms, heard)
        is_failing = self.failures >= limits.TRIES
        return is_failing, -fresh, BEST_FIRST.index(self.origin), -self.heard_ms

    def is_stale(self, now_ms: int) -> bool:
        """Whether nothing is lost by forgetting it."""
        if now_ms - self.tried_ms < limits.GRACE:
            return False
        if self.heard_ms > now_ms + limits.AHEAD or now_ms - self.heard_ms > limits.STALE_AFTER:
            return True
        if not self.success_ms:
            return self.failures >= limits.TRIES
        failed_long = now_ms - self.success_ms > limits.FAILED_FOR
        return failed_long and self.failures >= limits.FAILURES


@dataclass(slots=True, eq=False)
class KnownPeer:
    """A peer that may be dialled."""

    peer_id: str
    addresses: dict[str, KnownAddress] = field(default_factory=dict)
    """By their text."""
    is_chosen: bool = False
    """The owner named it, or accepted its invite."""
    is_anchor: bool = False
    """It was among those that served longest when last looked: dialled first after a start."""
    seen_ms: int = 0
    """When it was last connected, whoever dialled."""
    record: bytes = b""
    """The newest record that it signed of itself, as it travels."""
    sequence: int = 0
    """The number of that record."""
    agrees: bool = False
    """It lets others be told of it."""

    @property
    def by_promise(self) -> list[KnownAddress]:
        """Its addresses, the most promising first."""
        return sorted(self.addresses.values(), key=attrgetter("promise"))

    @property
    def success_ms(self) -> int:
        """When a dial of this node last succeeded."""
        return max((one.success_ms for one in self.addresses.values()), default=0)
