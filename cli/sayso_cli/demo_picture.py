"""The picture of the demonstration: a sunset, painted with the standard library."""

from __future__ import annotations

import struct
import zlib

_WIDTH, _HEIGHT = 96, 64


def demo_picture() -> bytes:
    """A PNG of 96 by 64 pixels, 8-bit RGB (RFC 2083)."""
    rows = b"".join(b"\0" + b"".join(_pixel(x, y) for x in range(_WIDTH)) for y in range(_HEIGHT))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _pixel(x: int, y: int) -> bytes:
    if (x - 48) ** 2 + (y - 36) ** 2 < 150:
        return bytes((255, 220, 120))
    if y >= 44:
        return bytes((20, 40, 90 + y))
    return bytes((120 + 3 * y, 60 + 2 * y, 120 - y))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
