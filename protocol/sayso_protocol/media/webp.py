"""WebP without what tells more than the picture: RFC 9649.

Kept are the picture, its colour profile, transparency and animation; of Exif the orientation. XMP
and whatever is not known go, inside frames of an animation as well.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from ..translation import _
from .bad_media import BadMedia
from .orientation import EXIF, UPRIGHT, orientation, tiff_of

MAX_CHUNKS: Final = 100_000
"""Chunks of one picture, a few for each frame of an animation."""

_PICTURE: Final = frozenset({b"VP8 ", b"VP8L", b"ALPH"})
_KEPT: Final = _PICTURE | {b"ANIM", b"ICCP"}
_HAS_EXIF, _HAS_XMP = 0x08, 0x04
"""Bits of the flags in `VP8X` (section 2.7)."""

_FRAME_HEAD: Final = 16
"""Bytes of a frame before its chunks."""


def strip_webp(data: bytes) -> bytes:
    """The picture without metadata; what was stripped before comes back as it is. Raises
    `BadMedia`."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise BadMedia(_("it does not begin as a WebP picture does"))
    (size,) = struct.unpack_from("<I", data, 4)
    if 8 + size > len(data):
        raise BadMedia(_("the picture is cut off"))
    kept, extended, turned = list[bytes](), -1, UPRIGHT
    for kind, body in _chunks(data, 12, 8 + size):
        if kind == b"EXIF":
            turned = orientation(body.removeprefix(EXIF))
        elif kind == b"VP8X" and len(body) >= 10:
            extended = len(kept)
            kept.append(body[:10])
        elif kind == b"ANMF":
            kept.append(_chunk(kind, _frame(body)))
        elif kind in _KEPT:
            kept.append(_chunk(kind, body))
    if not kept:
        raise BadMedia(_("there is no picture in it"))
    if extended >= 0:
        flags = kept[extended][0] & ~(_HAS_EXIF | _HAS_XMP)
        if turned != UPRIGHT:
            flags |= _HAS_EXIF
            kept.append(_chunk(b"EXIF", tiff_of(turned)))
        kept[extended] = _chunk(b"VP8X", bytes([flags]) + kept[extended][1:])
    whole = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _frame(body: bytes) -> bytes:
    """A frame of an animation with the chunks of its picture alone."""
    chunks = _chunks(body, _FRAME_HEAD, len(body))
    return body[:_FRAME_HEAD] + b"".join(_chunk(*one) for one in chunks if one[0] in _PICTURE)


def _chunks(data: bytes, at: int, stop: int) -> Iterator[tuple[bytes, bytes]]:
    for _turn in range(MAX_CHUNKS):
        if at + 8 > stop:
            return
        kind, size = struct.unpack_from("<4sI", data, at)
        end = at + 8 + size
        if end > stop:
            raise BadMedia(_("the picture is cut off"))
        yield kind, data[at + 8 : end]
        at = end + (size & 1)
    raise BadMedia(_("the picture has too many parts"))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) & 1)
