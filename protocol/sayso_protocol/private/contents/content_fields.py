"""The frame of every content: version, kind, fields."""

from __future__ import annotations

from ...codec import Value, decode, encode
from ...errors import BadShape, TooLarge
from ..packing import record
from ..private_limits import MAX_CONTENT
from . import VERSION


def write_fields(kind: str, *values: Value, most: int = MAX_CONTENT) -> bytes:
    """The bytes of a content. Raises `TooLarge`."""
    data = encode([VERSION, kind, *values])
    if len(data) > most:
        raise TooLarge("a content longer than it may be")
    return data


def read_fields(data: bytes, kind: str, count: int, most: int = MAX_CONTENT) -> list[Value]:
    """The fields of a content of this kind, as many as it has. Raises `Refused`."""
    if len(data) > most:
        raise TooLarge("a content longer than it may be")
    named, *values = record(decode(data), VERSION, count + 1)
    if named != kind:
        raise BadShape("a content of another kind")
    return values
