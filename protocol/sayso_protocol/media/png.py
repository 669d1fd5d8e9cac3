"""PNG without what tells more than the picture: https://www.w3.org/TR/png-3/.

A walk over its chunks. Kept are the picture, its palette, colours, transparency and animation. All
else goes: texts, times, Exif but for the orientation, provenance, and whatever follows the end.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from ..translation import _
from .bad_media import BadMedia
from .orientation import UPRIGHT, orientation, tiff_of

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

MAX_CHUNKS: Final = 100_000
"""Chunks of one picture: libpng writes 8 KiB in each, so this is 800 MB."""

_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD hIST pHYs "
    b"acTL fcTL fdAT".split()
)
_ANCILLARY: Final = 0x20
"""The bit in the first letter of a chunk that a reader need not know (5.4)."""


def strip_png(data: bytes) -> bytes:
    """The picture without metadata; what was stripped before comes back as it is. Raises
    `BadMedia`, also for a chunk that would have to be known to show the picture."""
    kept, turned = [SIGNATURE], UPRIGHT
    for kind, body, whole in _chunks(data):
        if kind == b"eXIf":
            turned = orientation(body)
        elif kind in _KEPT:
            kept.append(whole)
        elif not kind[0] & _ANCILLARY:
            raise BadMedia(
                _("the picture has a part that is not known here, and is needed to show it")
            )
    if turned != UPRIGHT:
        kept.insert(2, _chunk(b"eXIf", tiff_of(turned)))
    return b"".join(kept)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Type, content and the whole of each chunk up to the end of the picture."""
    if not data.startswith(SIGNATURE):
        raise BadMedia(_("it does not begin as a PNG picture does"))
    at = len(SIGNATURE)
    for number in range(MAX_CHUNKS):
        if at + 12 > len(data):
            raise BadMedia(_("the picture is cut off"))
        size, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if end > len(data):
            raise BadMedia(_("the picture is cut off"))
        if (number == 0) != (kind == b"IHDR") or zlib.crc32(data[at + 4 : end - 4]) != (
            int.from_bytes(data[end - 4 : end])
        ):
            raise BadMedia(_("the picture is damaged: get a new copy of it"))
        yield kind, data[at + 8 : end - 4], data[at:end]
        if kind == b"IEND":
            return
        at = end
    raise BadMedia(_("the picture has too many parts"))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + zlib.crc32(kind + body).to_bytes(4)
