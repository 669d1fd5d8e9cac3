"""Protocol Buffers messages on the wire, as libp2p's protocols use them.

A message is a row of fields: a tag (number and wire type, a varint), then the value. Only what
those protocols need: varints, and bytes with their length; 64-bit and 32-bit values come as bytes,
little-endian. Source: https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .errors import BadShape, TooLarge

Value = int | bytes
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED_SIZES: Final = {_FIXED64: 8, _FIXED32: 4}
MAX_VARINT: Final = (1 << 64) - 1
MAX_FIELDS: Final = 4096
"""Fields of one message. Bytes cost a sender little, and each field an object here."""


_ONE_BYTE: Final = tuple(bytes([number]) for number in range(0x80))
"""The varints of one byte: nearly all tags and lengths are such, and there are thirty a message."""


def encode_varint(number: int) -> bytes:
    """A number from 0 to 2**64 - 1 as a varint: seven bits a byte, the lowest first."""
    if 0 <= number < len(_ONE_BYTE):
        return _ONE_BYTE[number]
    if not 0 <= number <= MAX_VARINT:
        raise ValueError(f"{number} does not fit in 64 bits")
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def decode_varint(data: bytes, at: int = 0) -> tuple[int, int]:
    """The varint at a place, and the place behind it. Raises `BadShape`."""
    number = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            if number > MAX_VARINT:
                break
            return number, at
        shift += 7
        if shift > 63:
            break
    raise BadShape("a varint is cut off or has more than 64 bits")


def encode(*fields: tuple[int, int | bytes | str | list[bytes] | None]) -> bytes:
    """A message of these fields, in this order. None is left out; a list is repeated."""
    out = bytearray()
    for number, value in fields:
        if isinstance(value, list):
            tag = encode_varint(number << 3 | _BYTES)
            for one in value:
                out += tag + encode_varint(len(one)) + one
        elif value is not None:
            out += _encode_field(number, value)
    return bytes(out)


def encode_fixed64(number: int, value: int) -> bytes:
    """One field of type fixed64, to be put before or behind what `encode` gives."""
    return encode_varint(number << 3 | _FIXED64) + value.to_bytes(8, "little")


def _encode_field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return encode_varint(number << 3 | _VARINT) + encode_varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return encode_varint(number << 3 | _BYTES) + encode_varint(len(raw)) + raw


class ProtobufMessage:
    """The fields of a decoded message, by number. Unknown ones are kept and do no harm."""

    def __init__(self, data: bytes) -> None:
        """Raises `BadShape`, `TooLarge`."""
        self._fields: dict[int, list[Value]] = {}
        for count, (number, value) in enumerate(_fields(data)):
            if count >= MAX_FIELDS:
                raise TooLarge(f"a message of more than {MAX_FIELDS} fields")
            self._fields.setdefault(number, []).append(value)

    def number(self, field: int, default: int = 0) -> int:
        """The number in a field, the last one where it is repeated. Raises `BadShape`."""
        values = self._fields.get(field)
        if not values:
            return default
        value = values[-1]
        if not isinstance(value, int):
            raise BadShape(f"field {field} is no number")
        return value

    def fixed64(self, field: int, default: int = 0) -> int:
        """The number in a field of type fixed64. Raises `BadShape`."""
        if not self.has(field):
            return default
        raw = self.data(field)
        if len(raw) != _FIXED_SIZES[_FIXED64]:
            raise BadShape(f"field {field} does not have 8 bytes")
        return int.from_bytes(raw, "little")

    def data(self, field: int) -> bytes:
        """The bytes in a field, the last ones where it is repeated; empty where there are none.
        Raises `BadShape`."""
        value = self._fields.get(field, [b""])[-1]
        if isinstance(value, int):
            raise BadShape(f"field {field} holds no bytes")
        return value

    def all_data(self, field: int) -> list[bytes]:
        """All values of a repeated field, in their order. Raises `BadShape`."""
        values = self._fields.get(field, [])
        found = [value for value in values if not isinstance(value, int)]
        if len(found) != len(values):
            raise BadShape(f"field {field} holds no bytes")
        return found

    def text(self, field: int) -> str:
        """The text in a field, empty where there is none. Raises `BadShape`, also of bad UTF-8."""
        try:
            return self.data(field).decode()
        except UnicodeDecodeError as error:
            raise BadShape(f"field {field} is no UTF-8") from error

    def has(self, field: int) -> bool:
        """Whether a field is there."""
        return field in self._fields


def _fields(data: bytes) -> Iterator[tuple[int, Value]]:
    at, end = 0, len(data)
    while at < end:
        tag = data[at]
        if tag < 0x80:
            at += 1
        else:
            tag, at = decode_varint(data, at)
        number, kind = tag >> 3, tag & 7
        if not number:
            raise BadShape("a field has the number 0")
        if kind == _BYTES:
            if at < end and data[at] < 0x80:
                size, at = data[at], at + 1
            else:
                size, at = decode_varint(data, at)
        elif kind == _VARINT:
            value, at = decode_varint(data, at)
            yield number, value
            continue
        elif kind in _FIXED_SIZES:
            size = _FIXED_SIZES[kind]
        else:
            raise BadShape(f"wire type {kind} is not in use")
        if size > end - at:
            raise BadShape("a field is longer than the message")
        yield number, data[at : at + size]
        at += size
