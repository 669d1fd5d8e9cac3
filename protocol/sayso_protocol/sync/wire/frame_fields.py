"""Fields of frames, each checked for type and limit before it is used. All raise `BadShape` or
`TooLarge`."""

from __future__ import annotations

from typing import Any

from ...errors import BadShape, TooLarge
from ...feed.entry import check_seq
from ...ranges import Range


def read_names(data: Any, size: int, most: int) -> list[bytes]:
    """Names of fixed length that stand one after the other in one field."""
    if type(data) is not bytes or len(data) % size:
        raise BadShape("a list of names of another length")
    if len(data) > most * size:
        raise TooLarge("too many names in one frame")
    return [data[at : at + size] for at in range(0, len(data), size)]


def read_range(first: Any, last: Any) -> Range:
    """First and last sequence number."""
    if check_seq(first) > check_seq(last):
        raise BadShape("a range that ends before it begins")
    return first, last


def read_list(value: Any, most: int, *, exactly: bool = False) -> list[Any]:
    """An array of at most so many items, or of just as many."""
    if type(value) is not list:
        raise BadShape("a field that must be an array")
    if len(value) > most:
        raise TooLarge("an array over its limit")
    if exactly and len(value) != most:
        raise BadShape("an array of another length")
    return value


def read_bytes(value: Any, size: int) -> bytes:
    """Bytes of this length."""
    if type(value) is not bytes or len(value) != size:
        raise BadShape("a field that must be bytes of fixed length")
    return value


def read_int(value: Any, below: int, least: int = 0) -> int:
    """A number from `least` on and below another."""
    if type(value) is not int or not least <= value < below:
        raise BadShape("a field that must be a number in its range")
    return value


def read_ints(values: list[Any], below: int) -> list[int]:
    """Numbers from zero on and below another; one at least."""
    if set(map(type, values)) != {int} or min(values) < 0 or max(values) >= below:
        raise BadShape("a field that must be numbers in their range")
    return values


def read_bool(value: Any) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise BadShape("a field that must be true or false")
    return value


def read_text(value: Any, most: int) -> str:
    """Text of at most so many bytes of UTF-8."""
    if type(value) is not str or len(value.encode()) > most:
        raise BadShape("a field that must be a short text")
    return value
