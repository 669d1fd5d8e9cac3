"""A sealed knock: one letter that calls up to sixteen devices of a reader, and hides the caller.

The first key (32 bytes), the number of devices (1), for each a wrap of the content key (48), then
the sealed rest: the length in four bytes, big-endian, the canonical array ``[[account, feed,
identity], checks, content]``, and zeros up to the letter's size. The key of a wrap is agreed with
the device's week key; `checks` holds 16 bytes for each device, made under the whole agreement, so
that a caller who is not whom he names is refused. No name stands in clear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

from ..codec import decode, encode
from ..errors import BadShape, Refused, TooLarge
from ..letters.padding import pad, unpad
from .agreement import Agreement, Device, agree_as_called, agree_as_caller
from .private_limits import KNOCK_SIZES, MAX_DEVICES
from .ratchet import (
    KEY_SIZE,
    NONCE_SIZE,
    TAG_SIZE,
    Random,
    Undecryptable,
    keyed_hash,
    public_key,
    seal,
    shared_secret,
    unseal,
)

CHECK_SIZE: Final = 16
WRAP_SIZE: Final = KEY_SIZE + TAG_SIZE
_HEAD: Final = KEY_SIZE + 1
_ZERO: Final = bytes(NONCE_SIZE)
"""Each key of a wrap, and the content key, serves once."""


@dataclass(frozen=True, slots=True)
class WrittenKnock:
    """A knock, its first key, and what was agreed with each device, in their order."""

    letter: bytes
    first_key: bytes
    agreements: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True)
class OpenedKnock:
    """A knock that was for this device. The caller holds the identity that he names; whether it is
    that of the account and the feed, his prekey entry says. His week's key is not known by it."""

    account: bytes
    feed: bytes
    identity: bytes
    first_key: bytes
    content: bytes
    agreement: Agreement


def write_knock(
    own: Device, identity: bytes, others: Sequence[Device], content: bytes, random: Random
) -> WrittenKnock:
    """Seal a content for all devices of a reader; `identity` is the own secret. Raises `TooLarge`
    where it fits no letter, `Undecryptable` for a device with a key of small order, `ValueError`
    for no device or more than `MAX_DEVICES`."""
    if not 1 <= len(others) <= MAX_DEVICES:
        raise ValueError("a knock calls one to sixteen devices")
    first, key = random(KEY_SIZE), random(KEY_SIZE)
    first_public = public_key(first)
    digest = _digest(content)
    agreements = tuple(agree_as_caller(own, identity, one, first, first_public) for one in others)
    wraps = b"".join(
        seal(key, first_public, _ZERO, _wrap_key(first, one.week, first_public, one.week))
        for one in others
    )
    checks = b"".join(_check(one, digest) for one in agreements)
    inner = encode([[own.account, own.feed, own.identity], checks, content])
    head = first_public + bytes([len(others)]) + wraps
    letter = head + seal(_padded(inner, len(head) + TAG_SIZE), head, _ZERO, key)
    return WrittenKnock(letter, first_public, agreements)


def first_key_of(letter: bytes) -> bytes:
    """The first key of a knock, 32 bytes: by it a knock that came before is known."""
    return letter[:KEY_SIZE]


def read_knock(own: Device, identity: bytes, week: bytes, letter: bytes) -> OpenedKnock:
    """Open a knock; `identity` and `week` are own secrets, the latter of `own.week`. Raises
    `Undecryptable` where it is not for this device, damaged, or not from whom it names."""
    if len(letter) not in KNOCK_SIZES:
        raise Undecryptable("not of a knock's size")
    first_public, count = first_key_of(letter), letter[KEY_SIZE]
    if not 1 <= count <= MAX_DEVICES:
        raise Undecryptable("for no device, or too many")
    end = _HEAD + count * WRAP_SIZE
    place, key = _unwrap(letter[_HEAD:end], first_public, own.week, week)
    plain = unseal(letter[end:], letter[:end], _ZERO, key)
    if plain is None:
        raise Undecryptable("damaged")
    try:
        (account, feed, caller), checks, content = _read_inner(unpad(plain), count)
    except Refused as error:
        raise Undecryptable("not what a knock says") from error
    other = Device(account, feed, caller, b"")
    agreement = agree_as_called(own, identity, week, other, first_public)
    check = checks[place * CHECK_SIZE : (place + 1) * CHECK_SIZE]
    if not compare_digest(check, _check(agreement, _digest(content))):
        raise Undecryptable("not from whom it names")
    return OpenedKnock(account, feed, caller, first_public, content, agreement)


def _padded(inner: bytes, overhead: int) -> bytes:
    least, most = KNOCK_SIZES
    padded = pad(inner, overhead)
    if len(padded) + overhead > most:
        raise TooLarge("more than a knock holds")
    return padded + bytes(max(0, least - overhead - len(padded)))


def _unwrap(wraps: bytes, first_public: bytes, own: bytes, week: bytes) -> tuple[int, bytes]:
    """The place of this device, and the content key."""
    outer = _wrap_key(week, first_public, first_public, own)
    for place in range(len(wraps) // WRAP_SIZE):
        wrap = wraps[place * WRAP_SIZE : (place + 1) * WRAP_SIZE]
        key = unseal(wrap, first_public, _ZERO, outer)
        if key is not None:
            return place, key
    raise Undecryptable("not for this device")


def _read_inner(data: bytes, count: int) -> tuple[tuple[bytes, bytes, bytes], bytes, bytes]:
    match decode(data):
        case [[bytes() as account, bytes() as feed, bytes() as caller], bytes() as checks,
              bytes() as content]:  # fmt: skip
            keys = account, feed, caller
        case _:
            raise BadShape("three names, checks and a content")
    if any(len(one) != KEY_SIZE for one in keys) or len(checks) != count * CHECK_SIZE:
        raise BadShape("names and checks of another length")
    return keys, checks, content


def _wrap_key(secret: bytes, public: bytes, first_public: bytes, week: bytes) -> bytes:
    shared = shared_secret(secret, public)
    return keyed_hash(shared, first_public + week, KEY_SIZE, b"sayso wrap 1")


def _check(agreement: Agreement, digest: bytes) -> bytes:
    return keyed_hash(agreement.shared, digest, CHECK_SIZE, b"sayso check 1")


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=32).digest()
