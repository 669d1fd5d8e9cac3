"""Frames of blobs and of letters: msgpack arrays behind a four-byte big-endian length.

The array's first item is the frame's type. Any msgpack form is read, and every field is checked for
type and limit before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from .codec import pack_array, unpack
from .errors import BadShape, ProtocolViolation, TooLarge

LENGTH_SIZE: Final = 4
"""Bytes in front of a frame."""

Frame = TypeVar("Frame")


@dataclass(frozen=True, slots=True)
class ArrayFrames(Generic[Frame]):
    """The frames of one protocol. `what` names them in errors, `most` is the longest, in bytes
    without its length, and `readers` are by type the number of the fields and what reads them."""

    what: str
    most: int
    readers: Mapping[int, tuple[int, Callable[..., Frame]]]

    def encode(self, items: list[Any]) -> bytes:
        """Length and frame. Raises `TooLarge`."""
        data = pack_array(items)
        if len(data) > self.most:
            raise TooLarge(f"a frame of {self.what} over its limit")
        return len(data).to_bytes(LENGTH_SIZE, "big") + data

    def length(self, head: bytes) -> int:
        """The length that four bytes give. Raises `BadShape`, `TooLarge`."""
        length = int.from_bytes(head, "big")
        if length > self.most:
            raise TooLarge(f"a frame of {self.what} over its limit")
        if not length:
            raise BadShape("an empty frame")
        return length

    def decode(self, data: bytes) -> Frame:
        """A frame without its length. Raises `Refused`."""
        items = unpack(data)
        if type(items) is not list or not items or type(items[0]) is not int:
            raise BadShape(f"a frame of {self.what} that is no array")
        reader = self.readers.get(items[0])
        if reader is None:
            raise ProtocolViolation(f"a frame of {self.what} of another type")
        count, read = reader
        if len(items) != 1 + count:
            raise BadShape(f"a frame of {self.what} with another number of fields")
        return read(*items[1:])


def read_int(value: Any, below: int) -> int:
    """A field from 0 to `below`, which is left out. Raises `BadShape`."""
    if type(value) is not int or not 0 <= value < below:
        raise BadShape("a field that must be a number in its range")
    return value


def read_list(value: Any, most: int) -> list[Any]:
    """A field of at most so many items. Raises `BadShape`, `TooLarge`."""
    if type(value) is not list:
        raise BadShape("a field that must be an array")
    if len(value) > most:
        raise TooLarge("an array over its limit")
    return value
