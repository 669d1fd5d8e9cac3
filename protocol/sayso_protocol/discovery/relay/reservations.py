"""Reservations: who has a place at this relay.

Places cost nothing to ask for, so they are shared out by network, and a third are kept for peers
that are useful here. Whoever has a place keeps it as long as it is renewed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .relay_limits import RelayLimits

KEPT_PART: Final = 3
"""One place in so many is only given to useful peers."""


@dataclass(frozen=True, slots=True)
class _Place:
    networks: tuple[str, ...]
    useful: bool
    ends_ms: float


class Reservations:
    """The places that are taken. Times are milliseconds of a clock that never jumps."""

    def __init__(self, limits: RelayLimits) -> None:
        self._limits = limits
        self._taken: dict[str, _Place] = {}

    def __len__(self) -> int:
        return len(self._taken)

    def take(self, peer: str, networks: Sequence[str], mono_ms: float, *, useful: bool) -> bool:
        """Give a peer a place, or renew the one it has; False where there is none for it. Whoever
        comes from elsewhere now needs room there.

        `networks` are those of its address, the narrowest first, none for an address without.
        """
        self.expire(mono_ms)
        place = _Place(tuple(networks), useful, mono_ms + self._limits.reservation_ms)
        own = self._taken.get(peer)
        stays = own is not None and own.networks == place.networks
        if not stays and not self._has_room_for(place, peer):
            return False
        self._taken[peer] = place
        return True

    def _has_room_for(self, new: _Place, peer: str) -> bool:
        limits = self._limits
        others = [place for name, place in self._taken.items() if name != peer]
        strangers = sum(not place.useful for place in others)
        open_places = limits.reservations - limits.reservations // KEPT_PART
        if len(others) >= limits.reservations or (not new.useful and strangers >= open_places):
            return False
        if not new.networks:
            return True
        counts = Counter(one for place in others for one in set(place.networks))
        return (
            counts[new.networks[0]] < limits.reservations_a_network
            and counts[new.networks[-1]] < limits.reservations_a_provider
        )

    def has(self, peer: str, mono_ms: float) -> bool:
        """Whether a peer has a place now."""
        place = self._taken.get(peer)
        return place is not None and place.ends_ms > mono_ms

    def ends_ms(self, peer: str) -> float:
        """When a peer's place ends unless it is renewed; 0 where it has none."""
        place = self._taken.get(peer)
        return place.ends_ms if place is not None else 0.0

    def leave(self, peer: str) -> None:
        """A peer's place is free: it ended its connection."""
        self._taken.pop(peer, None)

    def expire(self, mono_ms: float) -> list[str]:
        """Free the places that were not renewed in time; gives whose they were."""
        over = [peer for peer, place in self._taken.items() if place.ends_ms <= mono_ms]
        for peer in over:
            del self._taken[peer]
        return over
