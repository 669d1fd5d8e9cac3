"""Marks: what a carrier writes down instead of names. All are BLAKE2b, keyed with 32 random bytes
of the carrier, so that no two carriers can compare theirs.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from .stranger import NETWORK_TAG

_GONE: Final = b"sayso gone 1"
_COUNT: Final = b"sayso count 1"
_DEVICE: Final = b"sayso device 1"
_TAG: Final = b"sayso tag 1"

MARK_SIZE: Final = 16


class Marks:
    """The marks of one carrier."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def gone(self, letter_id: bytes) -> bytes:
        """Of a letter that lies there no more, 16 bytes."""
        return self._hash(MARK_SIZE, _GONE, letter_id)

    def count(self, kind: str, *parts: bytes) -> bytes:
        """Of something that is counted, 16 bytes."""
        data = b"".join(len(one).to_bytes(2, "big") + one for one in (kind.encode(), *parts))
        return self._hash(MARK_SIZE, _COUNT, data)

    def device(self, account: bytes, feed: bytes = b"") -> bytes:
        """Of a device that collects at an account's doors, or of the account, 16 bytes."""
        return self._hash(MARK_SIZE, _DEVICE, account + feed)

    def network(self, network: str, day: int) -> bytes:
        """Of a network on one Unix day, 4 bytes; readers see it."""
        return self._hash(NETWORK_TAG, _TAG, day.to_bytes(8, "big") + network.encode())

    def _hash(self, size: int, person: bytes, data: bytes) -> bytes:
        return blake2b(data, key=self._secret, digest_size=size, person=person).digest()
