"""The space of keys: where peers and records lie, and how far apart.

As in libp2p's kad (specs/kad-dht), a key or peer id lies at its SHA-256, and the distance of two
places is their exclusive or, read as an integer (Maymounkov and Mazières 2002, section 2.1).
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Final

SPACE: Final = 1 << 256
MULTIHASH: Final = b"\x12\x20"
"""What stands before 32 bytes so that they are a sha2-256 multihash: no other keys are taken by
implementations of libp2p."""

KEY_SIZE: Final = len(MULTIHASH) + 32


@lru_cache(65536)
def place_of(key: bytes) -> int:
    """The place of a key or of a peer's id."""
    return int.from_bytes(sha256(key).digest(), "big")


def shared_bits(a: int, b: int) -> int:
    """How many leading bits two places share: 256 for one and the same."""
    return 256 - (a ^ b).bit_length()


def is_record_key(key: bytes) -> bool:
    """Whether records may lie under a key."""
    return len(key) == KEY_SIZE and key.startswith(MULTIHASH)


def key_beside(place: int, bits: int, seed: bytes) -> bytes:
    """A key that shares just `bits` leading bits with a place, found by trying; takes 2^(bits+1)
    hashes. `seed` is any bytes; others give another key."""
    number = 0
    while True:
        key = MULTIHASH + sha256(seed + number.to_bytes(8, "big")).digest()
        if shared_bits(int.from_bytes(sha256(key).digest(), "big"), place) == bits:
            return key
        number += 1
