"""Boxes: the names of doors, of secret boxes and of letters. All change with the Unix day.

All hashes are BLAKE2b (RFC 7693), personalised; a day has eight bytes, big-endian.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from ..crypto.keys import KeyPair
from .letter_limits import BOX_SIZE

DAY_MS: Final = 86_400_000

_DOOR: Final = b"sayso door 1"
_SEED: Final = b"sayso box seed 1"
_BOX: Final = b"sayso box 1"
_LETTER: Final = b"sayso letter 1"


def day_at(now_ms: int) -> int:
    """The Unix day of a time in Unix milliseconds."""
    return now_ms // DAY_MS


def door_box(account: bytes, day: int) -> bytes:
    """The box at which strangers knock, 16 bytes: whoever knows the account key can name it."""
    return _hash(BOX_SIZE, _DOOR, _day(day), account)


def pair_key(secret: bytes, day: int, direction: int) -> KeyPair:
    """The key of the secret box of one day and direction (0 or 1), that only those two devices make
    who share the pair's secret of 32 bytes."""
    return KeyPair.from_seed(_hash(32, _SEED, _day(day) + bytes([direction]), secret))


def secret_box(public: bytes) -> bytes:
    """The box of a pair's key, 16 bytes."""
    return _hash(BOX_SIZE, _BOX, public)


def letter_id(box: bytes, letter: bytes) -> bytes:
    """The id of a sealed letter in a box, 16 bytes."""
    return _hash(BOX_SIZE, _LETTER, box + letter)


def _day(day: int) -> bytes:
    return day.to_bytes(8, "big")


def _hash(size: int, person: bytes, data: bytes, key: bytes = b"") -> bytes:
    return blake2b(data, digest_size=size, person=person, key=key).digest()
