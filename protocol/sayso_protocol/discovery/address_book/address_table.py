"""A table of addresses: buckets with slots, each of which holds one address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ..seeded_random import SeededRandom
from .known_peer import KnownAddress, Place

_FAILED: Final = 0.66
"""The share of chance that each failure in a row leaves an address."""
_HALF: Final = (1 << 30) - 1
_LOOKS: Final = 50
"""Looks at the table until an address is found, or none."""


class AddressTable:
    """See the module. Whoever puts an address here keeps its place, too."""

    def __init__(self) -> None:
        self._buckets: dict[int, dict[int, KnownAddress]] = {}

    def __iter__(self) -> Iterator[KnownAddress]:
        """Every address, as often as it has places."""
        return (known for row in self._buckets.values() for known in row.values())

    def at(self, place: Place) -> KnownAddress | None:
        """The address in a place."""
        return self._buckets.get(place[0], {}).get(place[1])

    def put(self, place: Place, known: KnownAddress) -> None:
        """Let an address stand in a place."""
        self._buckets.setdefault(place[0], {})[place[1]] = known

    def clear(self, place: Place) -> None:
        """Let nobody stand in a place any more."""
        row = self._buckets[place[0]]
        del row[place[1]]
        if not row:
            del self._buckets[place[0]]

    def choose(
        self, draw: SeededRandom, fits: Callable[[KnownAddress], bool]
    ) -> KnownAddress | None:
        """An address that `fits`, by chance: each bucket as likely as another, those that failed
        of late less likely. None where none is found soon."""
        buckets = list(self._buckets)
        for _ in range(_LOOKS if buckets else 0):
            number = draw.below(1 << 60)  # half of it for each choice: draws are what this costs
            row = self._buckets[buckets[(number >> 30) % len(buckets)]]
            known = row[list(row)[(number & _HALF) % len(row)]]
            if not fits(known):
                continue
            if not known.failures or draw.chance(_FAILED ** min(known.failures, 8)):
                return known
        return None
