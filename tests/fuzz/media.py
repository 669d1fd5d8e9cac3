"""What must hold of pictures and films: refused, or stripped so that nothing more can be taken out;
and never read beyond what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.protocol.media.films import SECRET, Track, box, film
from tests.protocol.media.pictures import animation, picture

from sayso_protocol.media.bad_media import BadMedia
from sayso_protocol.media.jpeg import strip_jpeg
from sayso_protocol.media.media_type import TYPES, media_type
from sayso_protocol.media.mp4 import strip_film
from sayso_protocol.media.png import strip_png
from sayso_protocol.media.webp import strip_webp

from .properties import ACCEPTED

_PICTURES = {"image/jpeg": strip_jpeg, "image/png": strip_png, "image/webp": strip_webp}
_BAD = "bad-media"


def check_picture(data: bytes) -> str:
    """Pictures, by their type."""
    kind = media_type(data)
    assert kind is None or kind in TYPES
    strip = _PICTURES.get(kind or "")
    return _BAD if strip is None else _stripped(strip, data)


def check_film(data: bytes) -> str:
    """Films; changes stay within the file and do not overlap."""
    said = _stripped(_strip_film, data)
    if said == ACCEPTED:
        end = 0
        for at, size, put in sorted(strip_film(_reader(data), len(data))):
            assert end <= at and at + size <= len(data) and (put is None or len(put) == size)
            end = at + size
    return said


def pictures() -> Iterator[bytes]:
    """Small ones of each form."""
    for seed in range(6):
        for form in ("JPEG", "PNG", "WEBP"):
            data = picture(form, seed)
            yield data
            yield data[: len(data) // 2]
    yield animation("PNG")
    yield animation("WEBP")


def films() -> Iterator[bytes]:
    """Whole and in fragments."""
    tracks = (
        Track(1, b"vide", [[b"\x11" * 50, b"\x12" * 3], [b"\x13" * 7]]),
        Track(2, b"soun", [[b"\x21" * 4]], wide=True, refers_to=3),
        Track(3, b"meta", [[SECRET], [SECRET * 2]]),
    )
    fragment = box(b"moof", box(b"traf", box(b"tfhd", bytes(8)), box(b"udta", SECRET)))
    yield film(*tracks)
    yield film(*tracks[:2], between=b"xyz", brand=b"qt  ") + fragment
    yield film(tracks[2])


def _stripped(strip: Callable[[bytes], bytes], data: bytes) -> str:
    try:
        clean = strip(data)
    except BadMedia:
        return _BAD
    assert strip(clean) == clean, f"stripped otherwise again: {data.hex()}"
    return ACCEPTED


def _strip_film(data: bytes) -> bytes:
    clean = bytearray(data)
    for at, size, put in strip_film(_reader(data), len(data)):
        clean[at : at + size] = bytes(size) if put is None else put
    assert len(clean) == len(data)
    return bytes(clean)


def _reader(data: bytes) -> Callable[[int, int], bytes]:
    return lambda at, size: data[at : at + size]
