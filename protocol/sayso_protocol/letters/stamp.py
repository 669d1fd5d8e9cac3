"""Stamps: work that a stranger does for one letter, and that one hash checks.

A stamp is a number of eight bytes, big-endian. It is worth the zero bits with which BLAKE2b-256
(personalised ``sayso stamp 1``) over box, letter id and number begins. The box binds it to one
account and one day.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from ..content.profile import MAX_STAMP_BITS

_PERSON: Final = b"sayso stamp 1"
_BITS: Final = 256

SLICE_TRIES: Final = 20_000
"""Tries in one call of `Mint.run`: some ten milliseconds."""


def stamp_bits(box: bytes, letter_id: bytes, stamp: int) -> int:
    """What a stamp is worth, in bits."""
    digest = blake2b(
        box + letter_id + stamp.to_bytes(8, "big"), digest_size=32, person=_PERSON
    ).digest()
    return _BITS - int.from_bytes(digest, "big").bit_length()


class Mint:
    """A search for one stamp, in slices, so that whoever searches can do other things between
    them."""

    def __init__(self, box: bytes, letter_id: bytes, bits: int, start: int = 0) -> None:
        """`start`: a number at random, or the one that an earlier search had come to. Raises
        `ValueError` for more bits than a price may have."""
        if not 0 <= bits <= MAX_STAMP_BITS:
            raise ValueError("a stamp of more bits than a price may have")
        self._begun = blake2b(box + letter_id, digest_size=32, person=_PERSON)
        self._limit = 1 << (64 - bits)
        self.next = start % 2**64
        """The number that is tried next."""
        self.stamp: int | None = None
        """The stamp, once it is found."""

    def run(self, tries: int = SLICE_TRIES) -> int | None:
        """Try so many numbers; the stamp, or None where it is not found yet."""
        copy, limit, number = self._begun.copy, self._limit, self.next
        from_bytes = int.from_bytes
        while self.stamp is None and tries > 0:
            attempt = copy()
            attempt.update(number.to_bytes(8, "big"))
            if from_bytes(attempt.digest()[:8], "big") < limit:
                self.stamp = number
            number = (number + 1) % 2**64
            tries -= 1
        self.next = number
        return self.stamp
