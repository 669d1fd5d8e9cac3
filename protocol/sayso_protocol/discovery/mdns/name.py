"""Names of DNS (RFC 1035, sections 3.1 and 4.1.4): labels of bytes, compared in lower case."""

from __future__ import annotations

from sayso_protocol.errors import BadShape, TooLarge

from .mdns_limits import MAX_LABEL, MAX_NAME, MAX_POINTERS

Name = tuple[bytes, ...]
"""The labels of a name, in lower case, without the empty one of the root."""

_POINTER = 0xC0


def name_of(text: str) -> Name:
    """The name that a text with dots writes. Raises `TooLarge` where it has no wire form."""
    name = tuple(label.encode() for label in text.lower().rstrip(".").split("."))
    encode_name(name)
    return name


def encode_name(name: Name) -> bytes:
    """A name as it travels, uncompressed. Raises `TooLarge`."""
    if any(not 0 < len(label) <= MAX_LABEL for label in name):
        raise TooLarge("a label of a name has 1 to 63 bytes")
    data = b"".join(bytes([len(label)]) + label for label in name) + b"\0"
    if len(data) > MAX_NAME:
        raise TooLarge("a name has 255 bytes at most")
    return data


def read_name(data: bytes, at: int) -> tuple[Name, int]:
    """A name within a packet, and where what follows it begins.

    Pointers lead to the front only, so that none can lead in a circle. Raises `BadShape` or
    `TooLarge`.
    """
    labels: list[bytes] = []
    end, begin, pointers, size = None, at, 0, 1
    while True:
        length = _byte(data, at)
        if length & _POINTER == _POINTER:
            target = (length & ~_POINTER) << 8 | _byte(data, at + 1)
            end = at + 2 if end is None else end
            pointers += 1
            if target >= begin or pointers > MAX_POINTERS:
                raise BadShape("a pointer that does not lead to the front")
            at = begin = target
        elif length > MAX_LABEL:
            raise BadShape("a label of an unknown kind")
        elif length == 0:
            return tuple(labels), at + 1 if end is None else end
        else:
            size += length + 1
            if size > MAX_NAME:
                raise TooLarge("a name has 255 bytes at most")
            labels.append(_bytes(data, at + 1, length).lower())
            at += length + 1


def _byte(data: bytes, at: int) -> int:
    return _bytes(data, at, 1)[0]


def _bytes(data: bytes, at: int, size: int) -> bytes:
    found = data[at : at + size]
    if len(found) < size:
        raise BadShape("a packet ends within a name")
    return found
