"""Numbers of chance from bytes that were handed in: the same bytes give the same numbers."""

from __future__ import annotations

from hashlib import blake2b

_PERSON = b"sayso mdns spre1"


class Chance:
    """Spreads what would else happen everywhere at once. It guards nothing."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._drawn = 0

    def between(self, low: float, high: float) -> float:
        """The next number from `low` to `high`."""
        self._drawn += 1
        count = self._drawn.to_bytes(8, "big")
        made = blake2b(count, key=self._secret, digest_size=6, person=_PERSON).digest()
        return low + (high - low) * int.from_bytes(made, "big") / (1 << 48)
