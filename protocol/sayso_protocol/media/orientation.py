"""The orientation of a picture: how it must be turned to stand upright. Of all that cameras write
beside a picture this alone is kept, or pictures would lie on their side."""

from __future__ import annotations

import struct
from typing import Final

UPRIGHT: Final = 1

EXIF: Final = b"Exif\0\0"
"""Begins a TIFF block in JPEG, and in some WebP."""

_TAG: Final = 0x112
_SHORT: Final = 3
_MAX_TAGS: Final = 500
"""Tags of a block that are looked at; cameras write some dozens."""


def orientation(tiff: bytes) -> int:
    """The orientation in a TIFF block, 1 to 8 (TIFF 6.0, page 36), by its first directory; 1 where
    there is none that is sound."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return UPRIGHT
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for place in range(at + 2, at + 2 + 12 * min(count, _MAX_TAGS), 12):
            tag, kind, values, value = struct.unpack_from(f"{order}HHIH", tiff, place)
            if (tag, kind, values) == (_TAG, _SHORT, 1) and 1 <= value <= 8:
                return int(value)
    except struct.error:  # it points out of the block
        pass
    return UPRIGHT


def tiff_of(value: int) -> bytes:
    """A TIFF block, little-endian, that says the orientation and nothing else: 26 bytes."""
    return b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", _TAG, _SHORT, 1, value, 0) + bytes(4)
