"""Numbers of feeds, which hold the number of their account: what is kept by account is found by a
feed's number alone."""

from __future__ import annotations

from typing import Final

from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT

FEED_BITS: Final = 6
"""Bits of a feed's own number within its account."""

assert 1 << FEED_BITS >= MAX_FEEDS_AN_ACCOUNT

BUCKET_SIZE: Final = 2
SHORT: Final = 8
"""Bytes of an id that indexes by id hold: two as the bucket, six beside it."""


def feed_number(account: int, at: int) -> int:
    """The number of the feed that is the account's, counted from 0."""
    return account << FEED_BITS | at


def account_of(feed: int) -> int:
    """The number of a feed's account."""
    return feed >> FEED_BITS


def bucket(name: bytes) -> int:
    """The bucket of an id or a key: its first two bytes, big-endian."""
    return int.from_bytes(name[:BUCKET_SIZE], "big")


def short(name: bytes) -> bytes:
    """What indexes by id hold of one beside its bucket."""
    return name[BUCKET_SIZE:SHORT]
