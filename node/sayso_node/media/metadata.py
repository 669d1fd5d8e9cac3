"""The metadata of files that are attached: taken out while they are read, never from the file
itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from io import BytesIO, RawIOBase
from typing import BinaryIO, Final

from sayso_protocol.media.bad_media import BadMedia
from sayso_protocol.media.jpeg import strip_jpeg
from sayso_protocol.media.mp4 import Patch, strip_film
from sayso_protocol.media.png import strip_png
from sayso_protocol.media.webp import strip_webp
from sayso_protocol.translation import _

MAX_PICTURE: Final = 96 << 20
"""Bytes of a picture that is taken apart in memory: 200 million pixels as JPEG have about 60."""

_PICTURES: Final[dict[str | None, Callable[[bytes], bytes]]] = {
    "image/jpeg": strip_jpeg,
    "image/png": strip_png,
    "image/webp": strip_webp,
}
_FILMS: Final = frozenset({"video/mp4", "video/quicktime", "audio/mp4"})


def can_strip(media_type: str | None) -> bool:
    """Whether metadata can be taken out of files of this type."""
    return media_type in _PICTURES or media_type in _FILMS


def without_metadata(file: BinaryIO, media_type: str | None, size: int) -> BinaryIO:
    """A file of so many bytes as it is without metadata, to be read once. Raises `BadMedia`,
    `OSError`."""
    if media_type in _PICTURES:
        if size > MAX_PICTURE:
            raise BadMedia(_("the picture is too large to be taken apart"))
        file.seek(0)
        return BytesIO(_PICTURES[media_type](file.read(MAX_PICTURE + 1)))
    if media_type not in _FILMS:
        raise ValueError(_("nothing is known of files of this type"))

    def read(at: int, count: int) -> bytes:
        file.seek(at)
        return file.read(count)

    return _PatchedFile(file, sorted(strip_film(read, size)))  # type: ignore[return-value]


class _PatchedFile(RawIOBase):
    """A file with changes that lie over it: a film is not copied to be changed."""

    def __init__(self, file: BinaryIO, patches: list[Patch]) -> None:
        self._file = file
        self._patches = patches
        self._starts = [patch.at for patch in patches]
        self._at = 0
        file.seek(0)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = bytearray(self._file.read(size))
        start, end = self._at, self._at + len(data)
        self._at = end
        place = max(bisect_right(self._starts, start) - 1, 0)
        while place < len(self._patches) and self._patches[place].at < end:
            self._lay(data, start, self._patches[place])
            place += 1
        return bytes(data)

    @staticmethod
    def _lay(data: bytearray, start: int, patch: Patch) -> None:
        """Put as much of a change over the bytes from `start` on as is about them."""
        first, stop = max(patch.at, start), min(patch.at + patch.size, start + len(data))
        if first >= stop:
            return
        put = patch.data
        shown = bytes(stop - first) if put is None else put[first - patch.at : stop - patch.at]
        data[first - start : stop - start] = shown
