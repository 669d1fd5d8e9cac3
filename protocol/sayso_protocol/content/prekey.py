"""Public keys by which a device is called for private messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..errors import BadShape
from .fields import Fields

PREKEY_SIZE: Final = 32
MAX_WEEK: Final = 2**32 - 1
"""Latest week of a prekey."""


@dataclass(frozen=True, slots=True)
class Prekey:
    """The X25519 keys of a device: its identity, and the key of a week, counted from the Unix
    epoch. Of one feed the newest counts. It is for machines: nobody is shown it."""

    identity: bytes
    key: bytes
    week: int
    KIND = "prekey"


def x25519(value: object) -> bytes:
    """The rule of a key of X25519; one of small order is found when it is used."""
    if type(value) is not bytes or len(value) != PREKEY_SIZE:
        raise BadShape("a field that must be a key of 32 bytes")
    return value


def week(value: object) -> int:
    """The rule of a number of a week."""
    if type(value) is not int or not 0 <= value <= MAX_WEEK:
        raise BadShape("a week out of range")
    return value


FIELDS: Fields = {"identity": x25519, "key": x25519, "week": week}
