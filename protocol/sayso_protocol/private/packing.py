"""Fields of canonical arrays: what they must be, whoever wrote them."""

from __future__ import annotations

from typing import Final, Protocol, TypeVar

from ..codec import Value
from ..errors import BadShape, UnknownVersion

MAX_TIME: Final = 2**53 - 1
"""Latest time, Unix milliseconds: every language can say it."""


def binary(value: Value, size: int) -> bytes:
    """Bytes of one size. Raises `BadShape`."""
    if type(value) is not bytes or len(value) != size:
        raise BadShape("a field of bytes of another size")
    return value


def binary_up_to(value: Value, most: int) -> bytes:
    """Bytes, at most so many. Raises `BadShape`."""
    if type(value) is not bytes or len(value) > most:
        raise BadShape("a field of bytes that are too many")
    return value


def binary_or_none(value: Value, size: int) -> bytes | None:
    """Bytes of one size, or nil. Raises `BadShape`."""
    return None if value is None else binary(value, size)


def number(value: Value, most: int = MAX_TIME, least: int = 0) -> int:
    """A number in this range. Raises `BadShape`."""
    if type(value) is not int or not least <= value <= most:
        raise BadShape("a number out of range")
    return value


def truth(value: Value) -> bool:
    """A boolean. Raises `BadShape`."""
    if type(value) is not bool:
        raise BadShape("a field that is true or false")
    return value


def array(value: Value, most: int, least: int = 0) -> list[Value]:
    """An array of at most so many items, and at least so many. Raises `BadShape`."""
    if type(value) is not list or not least <= len(value) <= most:
        raise BadShape("a field that must be a bounded array")
    return value


def record(value: Value, version: int, count: int) -> list[Value]:
    """An array that begins with its version: the so many fields that follow. Raises
    `UnknownVersion` or `BadShape`."""
    if type(value) is not list or not value:
        raise BadShape("a record is an array")
    if type(value[0]) is not int or value[0] != version:
        raise UnknownVersion("a record of another version")
    return fields(value[1:], count)


def fields(value: Value, count: int) -> list[Value]:
    """An array of so many fields. Raises `BadShape`."""
    if type(value) is not list or len(value) != count:
        raise BadShape("a record with more or fewer fields")
    return value


class Packed(Protocol):
    """What is kept as a canonical array."""

    def pack(self) -> Value:
        """The array."""
        ...


_Packed = TypeVar("_Packed", bound=Packed)


def only_form(found: _Packed, value: Value) -> _Packed:
    """What was read of a value. Raises `BadShape` where it would be written otherwise."""
    if found.pack() != value:
        raise BadShape("not the one form of a record")
    return found
