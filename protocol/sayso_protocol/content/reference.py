"""References from one entry to another, so that it can be found and not only recognised."""

from __future__ import annotations

from dataclasses import dataclass

from ..codec import Value
from ..crypto.hashing import HASH_SIZE
from ..crypto.keys import KEY_SIZE, check_key
from ..errors import BadShape
from ..feed.entry import check_seq


@dataclass(frozen=True, slots=True)
class Reference:
    """``[account, feed, seq, id]``; what it names need not exist."""

    account: bytes
    feed: bytes
    seq: int
    id: bytes


def read_reference(value: object) -> Reference:
    """The reference that a value of a body is. Raises `Refused`."""
    if type(value) is not list or len(value) != 4:
        raise BadShape("a reference has four parts")
    account, feed, seq, entry = value
    if type(entry) is not bytes or len(entry) != HASH_SIZE:
        raise BadShape("a reference ends in an id")
    return Reference(read_key(account), read_key(feed), check_seq(seq), entry)


def read_key(value: object) -> bytes:
    """The valid key that a value of a body is. Raises `Refused`."""
    if type(value) is not bytes or len(value) != KEY_SIZE:
        raise BadShape("a field that must be a key")
    return check_key(value)


def written(reference: Reference) -> Value:
    """The value of a body that `read_reference` reads."""
    return [reference.account, reference.feed, reference.seq, reference.id]
