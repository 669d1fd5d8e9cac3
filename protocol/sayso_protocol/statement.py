"""What an account says of its feeds: statements, signed by the account key alone.

On the wire a statement is the array ``[bytes, signature]``; the bytes are the canonical
array ``[1, "grant", account, feed, next]``. `next` is the hash of the account key that
will follow the present one: a promise that only the holder of the phrase can keep.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .codec import decode, encode
from .errors import BadShape, NotGranted, UnknownVersion
from .hashing import HASH_SIZE
from .keys import KEY_SIZE, SIGNATURE_SIZE, KeyPair, check_key, verify

VERSION = 1
DOMAIN = b"sayso/1/statement\x00"


@dataclass(frozen=True, slots=True)
class Grant:
    """The account's word that a feed is its own; made by `sign_grant` or `read_grant`."""

    account: bytes
    feed: bytes
    next_key_hash: bytes
    wire: bytes = field(repr=False)
    """The statement as it travels, signature included; kept as received."""


def sign_grant(account: KeyPair, feed: bytes, next_key_hash: bytes) -> Grant:
    """Let the account adopt a feed. Raises `Refused` for a grant that no one would read."""
    statement = encode([VERSION, "grant", account.public, feed, next_key_hash])
    wire = encode([statement, account.sign(DOMAIN, statement)])
    return read_grant(wire)


def read_grant(wire: bytes) -> Grant:
    """Read and verify a grant. Raises `Refused` for anything but a sound one."""
    account, feed, next_key_hash, statement, signature = _split(wire)
    verify(check_key(account), DOMAIN, statement, signature)
    return Grant(account, check_key(feed), next_key_hash, wire)


def grant_for(wire: bytes, account: bytes, feed: bytes) -> Grant:
    """Read a grant that must join just these two. Raises `NotGranted` or `Refused`."""
    grant = read_grant(wire)
    if grant.account != account or grant.feed != feed:
        raise NotGranted("a grant for another account or feed")
    return grant


def _split(wire: bytes) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    outer = decode(wire)
    if type(outer) is not list or len(outer) != 2:
        raise BadShape("a statement is a pair of bytes and signature")
    statement = _sized(outer[0], None)
    signature = _sized(outer[1], SIGNATURE_SIZE)
    fields = decode(statement)
    if type(fields) is not list or len(fields) < 2:
        raise BadShape("a statement is an array")
    if type(fields[0]) is not int or fields[0] != VERSION:
        raise UnknownVersion("a statement of another version")
    if fields[1] != "grant" or len(fields) != 5:
        raise BadShape("not a grant")
    _, _, account, feed, next_key_hash = fields
    return (
        _sized(account, KEY_SIZE),
        _sized(feed, KEY_SIZE),
        _sized(next_key_hash, HASH_SIZE),
        statement,
        signature,
    )


def _sized(value: object, size: int | None) -> bytes:
    if type(value) is not bytes or (size is not None and len(value) != size):
        raise BadShape("a field of the wrong type or length")
    return value
