"""The media type of bytes, by how they begin; names and what others say of them count for nothing.

Signatures are those of the MIME Sniffing Standard (https://mimesniff.spec.whatwg.org, section 6),
ISO/IEC 14496-12 (`ftyp`) and RFC 8794 (EBML). What is not listed has no type here and is never
shown in place: no text, no HTML, no SVG, which could be programs.
"""

from __future__ import annotations

from typing import Final

SNIFFED: Final = 512
"""First bytes that `media_type` looks at; it takes fewer of a shorter file."""

UNKNOWN: Final = "application/octet-stream"
"""The type of what is not known (RFC 2046, section 4.5.1)."""

_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS\0", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"%PDF-", "application/pdf"),
)

_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}

_MAJOR: Final = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
"""Types by the brand that a file names first."""

_STILL: Final = frozenset({b"mif1", b"msf1"})
"""Brands of still pictures, however they are coded; another brand tells that."""

_HEIF: Final = "image/heif"

_MP4: Final = frozenset({b"isom", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV"})
"""Brands of films, wherever they stand; `iso2` to `isob` beside these."""

_DOC_TYPES: Final = (
    (b"\x42\x82\x84webm", "video/webm"),
    (b"\x42\x82\x88matroska", "video/matroska"),
)
"""The EBML element `DocType` with its size."""

TYPES: Final = frozenset(
    {*(name for _, name in _BEGINNINGS), *_RIFF.values(), *_MAJOR.values()}
    | {*(name for _, name in _DOC_TYPES), _HEIF, "video/mp4"}
)
"""All types that are told apart: seventeen."""


def media_type(start: bytes) -> str | None:
    """The media type of a file that begins with these bytes; None where it is not known."""
    start = start[:SNIFFED]
    for beginning, name in _BEGINNINGS:
        if start.startswith(beginning):
            return name
    if start.startswith(b"RIFF"):
        return _RIFF.get(start[8:12])
    if start[4:8] == b"ftyp":
        return _by_brands(start)
    if start.startswith(b"\x1aE\xdf\xa3"):
        return next((name for element, name in _DOC_TYPES if element in start[:128]), None)
    return "audio/mpeg" if _is_mp3_frame(start) else None


def _by_brands(start: bytes) -> str | None:
    """The type of a file of the ISO base format: the first brand decides, then the others."""
    end = min(int.from_bytes(start[:4]), len(start))
    brands = [start[8:12], *(start[at : at + 4] for at in range(16, end - 3, 4))]
    first = brands[0]
    if first in _STILL:
        return next((_MAJOR[one] for one in brands if one in _MAJOR and one not in _STILL), _HEIF)
    if first in _MAJOR:
        return _MAJOR[first]
    if any(brand in _MP4 or brand.startswith(b"iso") for brand in brands):
        return "video/mp4"
    return next((_MAJOR[one] for one in brands if one in _MAJOR), None)


def _is_mp3_frame(start: bytes) -> bool:
    """Whether a frame of MPEG audio, layer III, begins here (ISO/IEC 11172-3, section 2.4.1.3):
    eleven bits of one, the layer, then a rate and a frequency that there are."""
    if len(start) < 4 or start[0] != 0xFF or start[1] & 0xE6 != 0xE2 or start[1] & 0x18 == 0x08:
        return False
    return start[2] & 0xF0 not in (0x00, 0xF0) and start[2] & 0x0C != 0x0C
