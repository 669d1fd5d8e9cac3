"""Epochs: the keys that a group writes under.

An epoch is the canonical array ``[1, group, time, heads, key]``: milliseconds of its maker's
clock, the newest operations that he knew (ids in ascending order), and 32 random bytes. Its id has
16 bytes, BLAKE2b with the personalisation "sayso epoch 1" over these, and so commits to the key. It
was made for those who are in after `heads`, and an add that names it hands it to one more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from ...codec import Value, decode, encode
from ...errors import BadShape, UnknownVersion
from ...limits import MAX_TIME_MS
from .group_limits import ID_SIZE
from .operation import read_ids

VERSION: Final = 1
SECRET_SIZE: Final = 32
_PERSON: Final = b"sayso epoch 1"
_POST_PERSON: Final = b"sayso gr post 1"
_BOX_PERSON: Final = b"sayso gr box 1"
_DEVICE_BOX_PERSON: Final = b"sayso gr dev 1"


@dataclass(frozen=True, slots=True)
class Epoch:
    """One key of a group; made by `make_epoch` or `read_epoch`."""

    id: bytes
    group: bytes
    time_ms: int
    heads: tuple[bytes, ...]
    key: bytes = field(repr=False)

    @property
    def wire(self) -> bytes:
        """The epoch as it travels, inside of letters only."""
        return encode([VERSION, self.group, self.time_ms, list(self.heads), self.key])

    @property
    def post_key(self) -> bytes:
        """The key that its posts are sealed with: 32 bytes."""
        return blake2b(self.group, key=self.key, digest_size=32, person=_POST_PERSON).digest()

    def box_seed(self, day: int) -> bytes:
        """What the boxes of a Unix day come from: 32 bytes."""
        message = day.to_bytes(8, "big")
        return blake2b(message, key=self.key, digest_size=32, person=_BOX_PERSON).digest()

    def device_box_seed(self, day: int, feed: bytes) -> bytes:
        """Seed of the key of the box in which its posts of a Unix day lie for the device with this
        feed: 32 bytes."""
        key = self.box_seed(day)
        return blake2b(feed, key=key, digest_size=32, person=_DEVICE_BOX_PERSON).digest()


def make_epoch(group: bytes, time_ms: int, heads: Iterable[bytes], key: bytes) -> Epoch:
    """An epoch of a key of 32 random bytes. Raises `BadShape` for too many heads."""
    fields: list[Value] = [VERSION, group, time_ms, list[Value](sorted(heads)), key]
    return read_epoch(encode(fields))


def read_epoch(wire: bytes) -> Epoch:
    """Read one. Raises `Refused` for anything but a sound one."""
    fields = decode(wire)
    if type(fields) is not list or not fields:
        raise BadShape("an epoch is no array")
    if type(fields[0]) is not int or fields[0] != VERSION:
        raise UnknownVersion("an epoch of another version")
    if len(fields) != 5:
        raise BadShape("an epoch has five fields")
    _, group, time_ms, heads, key = fields
    if type(group) is not bytes or len(group) != ID_SIZE:
        raise BadShape("an epoch of no group")
    if type(time_ms) is not int or not 0 <= time_ms <= MAX_TIME_MS:
        raise BadShape("an epoch at no time")
    if type(key) is not bytes or len(key) != SECRET_SIZE:
        raise BadShape("an epoch's key has 32 bytes")
    known = read_ids(heads)
    if not known:
        raise BadShape("an epoch that begins nowhere")
    name = blake2b(wire, digest_size=ID_SIZE, person=_PERSON).digest()
    return Epoch(name, group, time_ms, known, key)
