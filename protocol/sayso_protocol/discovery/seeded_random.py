"""Chance from a seed that is handed in: the same seed draws the same."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

One = TypeVar("One")


class SeededRandom:
    """Numbers that nobody can foretell who does not know the seed: BLAKE2b in counter mode."""

    def __init__(self, seed: bytes) -> None:
        """`seed` has up to 64 bytes."""
        self._seed = seed
        self._drawn = 0

    def below(self, number: int) -> int:
        """One of 0 to `number` - 1. The skew of the modulus is below 2**-40 here."""
        self._drawn += 1
        counter = self._drawn.to_bytes(8, "big")
        digest = blake2b(counter, key=self._seed, digest_size=8).digest()
        return int.from_bytes(digest, "big") % number

    def chance(self, share: float) -> bool:
        """True in this share of all cases."""
        return self.below(1 << 32) < share * (1 << 32)

    def pick(self, row: Sequence[One]) -> One:
        """One of a row that is not empty."""
        return row[self.below(len(row))]

    def spread(self, middle: float, part: float = 0.2) -> float:
        """A number around `middle`, at most so large a part of it away."""
        return middle * (1 - part + 2 * part * self.below(1 << 20) / (1 << 20))
