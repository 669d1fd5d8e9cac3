"""The first key agreement: X3DH without one-time prekeys (Signal, "The X3DH Key Agreement
Protocol", section 3.3).

A device's public keys stand in its `prekey` entry, which its feed signed. The caller agrees with
the week's key and the identity of who is called, by its own identity and a first key drawn for
this call. All names and keys go into what the session is bound to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .ratchet import KEY_SIZE, keyed_hash, shared_secret

_AGREE_KEY: Final = b"\xff" * 32


@dataclass(frozen=True, slots=True)
class Device:
    """What is public of a device: keys of 32 bytes."""

    account: bytes
    feed: bytes
    identity: bytes
    """X25519; not the feed's key."""
    week: bytes
    """X25519, of one week."""


@dataclass(frozen=True, slots=True, repr=False)
class Agreement:
    """What both ends have in common, each 32 bytes."""

    shared: bytes
    bound: bytes

    @property
    def pair_secret(self) -> bytes:
        """Of which both make the names of their boxes."""
        return keyed_hash(self.shared, b"", KEY_SIZE, b"sayso pair 1")


def agree_as_caller(
    own: Device, identity: bytes, other: Device, first: bytes, first_public: bytes
) -> Agreement:
    """The caller's side: `identity` and `first` are secrets. Raises `Undecryptable`."""
    bound = _bound(own, other, first_public)
    return _agreement(
        bound,
        shared_secret(identity, other.week),
        shared_secret(first, other.identity),
        shared_secret(first, other.week),
    )


def agree_as_called(
    own: Device, identity: bytes, week: bytes, other: Device, first_public: bytes
) -> Agreement:
    """The side of who is called: `identity` and `week` are secrets; of `other` the week's key
    does not count. Raises `Undecryptable`."""
    bound = _bound(other, own, first_public)
    return _agreement(
        bound,
        shared_secret(week, other.identity),
        shared_secret(identity, first_public),
        shared_secret(week, first_public),
    )


def _agreement(bound: bytes, *parts: bytes) -> Agreement:
    shared = keyed_hash(_AGREE_KEY, b"".join(parts) + bound, KEY_SIZE, b"sayso agree 1")
    return Agreement(shared, bound)


def _bound(caller: Device, called: Device, first_public: bytes) -> bytes:
    names = (
        caller.account, caller.feed, caller.identity,
        called.account, called.feed, called.identity, called.week, first_public,
    )  # fmt: skip
    return keyed_hash(b"", b"".join(names), KEY_SIZE, b"sayso bound 1")
