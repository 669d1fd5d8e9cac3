"""A second reader of the canonical encoding: slow, obvious, and without a library."""

from __future__ import annotations

from sayso_protocol.limits import MAX_DEPTH, MAX_ITEMS

_SIZES = {1: 0xFF, 2: 0xFFFF, 4: 0xFFFFFFFF}
"""The highest number of so many bytes."""
_MOST_ITEMS = 15
"""What the head of an array or a map holds; these have no length of one byte."""


class _Other(Exception):
    """Not the one encoding of any value."""


def is_canonical(data: bytes) -> bool:
    """Whether the bytes are one value in its shortest form (docs/protocol.md, section 1)."""
    try:
        return _value(bytes(data), 0, MAX_DEPTH) == len(data)
    except _Other:
        return False


def _value(data: bytes, at: int, depth: int) -> int:
    """Read the value that begins at `at`; gives where it ends."""
    head, at = _take(data, at, 1)
    code = head[0]
    if code <= 0x7F or code >= 0xE0 or code in (0xC0, 0xC2, 0xC3):
        return at
    if 0xCC <= code <= 0xCF:
        return _integer(data, at, 1 << (code - 0xCC))
    if 0xD0 <= code <= 0xD3:
        return _negative(data, at, 1 << (code - 0xD0))
    if 0xA0 <= code <= 0xBF:
        return _text(data, at, code & 0x1F)
    if 0xC4 <= code <= 0xC6:
        size, at = _length(data, at, 1 << (code - 0xC4), -1)
        return _take(data, at, size)[1]
    if 0xD9 <= code <= 0xDB:
        size, at = _length(data, at, 1 << (code - 0xD9), 31)
        return _text(data, at, size)
    return _nest(data, at, code, depth)


def _nest(data: bytes, at: int, code: int, depth: int) -> int:
    if 0x80 <= code <= 0x9F:
        count = code & 0x0F
    elif code in (0xDC, 0xDD, 0xDE, 0xDF):
        count, at = _length(data, at, 2 if code in (0xDC, 0xDE) else 4, _MOST_ITEMS)
    else:
        raise _Other
    if not depth or count > MAX_ITEMS:
        raise _Other
    is_map, last = code <= 0x8F or code >= 0xDE, None
    for _ in range(count):
        if is_map:
            key, at = _key(data, at)
            if last is not None and key <= last:
                raise _Other
            last = key
        at = _value(data, at, depth - 1)
    return at


def _key(data: bytes, at: int) -> tuple[bytes, int]:
    """The UTF-8 of a map's key, and where it ends."""
    code = _take(data, at, 1)[0][0]
    if not (0xA0 <= code <= 0xBF or 0xD9 <= code <= 0xDB):
        raise _Other
    end = _value(data, at, 0)
    head = 1 if code <= 0xBF else 1 + (1 << (code - 0xD9))
    return data[at + head : end], end


def _integer(data: bytes, at: int, size: int) -> int:
    number, at = _number(data, at, size)
    if number <= (0x7F if size == 1 else _SIZES[size // 2]):
        raise _Other
    return at


def _negative(data: bytes, at: int, size: int) -> int:
    number, at = _number(data, at, size)
    value = number - (1 << 8 * size)
    if number < 1 << (8 * size - 1) or value >= (-32 if size == 1 else -(1 << (4 * size - 1))):
        raise _Other
    return at


def _text(data: bytes, at: int, size: int) -> int:
    text, end = _take(data, at, size)
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Other from error
    return end


def _length(data: bytes, at: int, size: int, most: int) -> tuple[int, int]:
    """A length of `size` bytes that no shorter head could hold, and where it ends; the head of
    one byte alone holds `most`, and of -1 there is none."""
    number, at = _number(data, at, size)
    is_shortest = size == 1 or (size == 2 and most == _MOST_ITEMS)
    if number <= (most if is_shortest else _SIZES[size // 2]):
        raise _Other
    return number, at


def _number(data: bytes, at: int, size: int) -> tuple[int, int]:
    taken, at = _take(data, at, size)
    return int.from_bytes(taken, "big"), at


def _take(data: bytes, at: int, size: int) -> tuple[bytes, int]:
    if at + size > len(data):
        raise _Other
    return data[at : at + size], at + size
