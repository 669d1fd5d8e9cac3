"""JPEG without what tells where, when and with what it was taken: ITU-T T.81, annex B.

A walk over its segments. Kept is what is needed to decode the picture and to show its colours:
tables, frames, scans, JFIF without its thumbnail, the colour profile, Adobe's note on colours. All
else goes: Exif, XMP, IPTC, comments, previews, further pictures (MPF), and whatever follows the
end. Pixels are not touched.
"""

from __future__ import annotations

import re
from typing import Final

from ..translation import _
from .bad_media import BadMedia
from .orientation import EXIF, UPRIGHT, orientation, tiff_of

MAX_SEGMENTS: Final = 10_000
"""Segments of one picture: a profile of 16 MB has 255, a progressive picture some dozens."""

_START: Final = b"\xff\xd8"
_END: Final = 0xD9
_SCAN: Final = 0xDA
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_COMMENT: Final = 0xFE
_CODING: Final = frozenset([*range(0xC0, 0xD0), *range(0xDA, 0xE0)])
"""Markers of frames, tables and scans."""

_AFTER_SCAN: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""A marker that ends a scan: neither a stuffed byte nor a restart."""

_JFIF: Final = b"JFIF\0"
_JFIF_SIZE: Final = 12
"""Name, version and density: what stands before the size of the thumbnail."""

_ICC: Final = b"ICC_PROFILE\0"
_ADOBE: Final = b"Adobe"
_ADOBE_SIZE: Final = 12


def strip_jpeg(data: bytes) -> bytes:
    """The picture without metadata; what was stripped before comes back as it is. Raises
    `BadMedia`."""
    return _Jpeg(data).stripped()


class _Jpeg:
    def __init__(self, data: bytes) -> None:
        if not data.startswith(_START):
            raise BadMedia(_("it does not begin as a JPEG picture does"))
        self._data = data
        self._at = 2
        self._kept: list[bytes] = []
        self._jfif: bytes | None = None
        self._turned = UPRIGHT

    def stripped(self) -> bytes:
        for _turn in range(MAX_SEGMENTS):
            marker = self._marker()
            if marker == _END:
                return b"".join([_START, *self._front(), *self._kept, b"\xff\xd9"])
            self._take(marker, self._segment())
            if marker == _SCAN:
                self._take_scan()
        raise BadMedia(_("the picture has too many parts"))

    def _marker(self) -> int:
        """The next marker, fill bytes before it passed over (B.1.1.2)."""
        at = self._at
        if self._data[at : at + 1] != b"\xff":
            raise BadMedia(_("the picture is damaged: a part of it is missing"))
        while self._data[at : at + 1] == b"\xff":
            at += 1
        if at >= len(self._data):
            raise BadMedia(_("the picture is cut off"))
        self._at = at + 1
        return self._data[at]

    def _segment(self) -> bytes:
        """What a marker is followed by, without its length."""
        size = int.from_bytes(self._data[self._at : self._at + 2])
        start, end = self._at + 2, self._at + size
        if size < 2 or end > len(self._data):
            raise BadMedia(_("the picture is cut off"))
        self._at = end
        return self._data[start:end]

    def _take(self, marker: int, body: bytes) -> None:
        if marker == _APP0 and body.startswith(_JFIF) and len(body) >= _JFIF_SIZE:
            self._jfif = self._jfif or _segment_of(_APP0, body[:_JFIF_SIZE] + b"\0\0")
        elif marker == _APP1 and body.startswith(EXIF):
            if self._turned == UPRIGHT:
                self._turned = orientation(body[len(EXIF) :])
        elif marker == _APP14 and body.startswith(_ADOBE) and len(body) >= _ADOBE_SIZE:
            self._kept.append(_segment_of(marker, body[:_ADOBE_SIZE]))
        elif marker in _CODING or (marker == _APP2 and body.startswith(_ICC)):
            self._kept.append(_segment_of(marker, body))
        elif not (_APP0 <= marker <= _APP15 or marker == _COMMENT):
            raise BadMedia(_("the picture is coded in a way that is not known here"))

    def _take_scan(self) -> None:
        found = _AFTER_SCAN.search(self._data, self._at)
        if found is None:
            raise BadMedia(_("the picture is cut off"))
        self._kept.append(self._data[self._at : found.start()])
        self._at = found.start()

    def _front(self) -> list[bytes]:
        """JFIF, which comes first (ITU-T T.871), and the orientation."""
        front = [] if self._jfif is None else [self._jfif]
        if self._turned != UPRIGHT:
            front.append(_segment_of(_APP1, EXIF + tiff_of(self._turned)))
        return front


def _segment_of(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2) + body
