"""Films of the ISO base format (MP4, QuickTime) without what tells where, when and with what they
were taken: ISO/IEC 14496-12.

In place, so that no offset in the file moves: boxes that are not needed to show the film become
`free` and are filled with zeros; times, names of handlers and of encoders become zeros; so do all
bytes of media that belong to no track of picture or sound, since cameras write their places there,
several times a second. What stands within the coded pictures themselves is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from ..translation import _
from .bad_media import BadMedia
from .boxes import MAX_BOXES, Box, box_head
from .movie import Movie, clean_fragment
from .samples import Range, gaps, merged

MAX_INDEX: Final = 64 << 20
"""Bytes of the box that says where everything is, which is held in memory: a film of three hours
with two tracks has 4 MB."""

MAX_FRAGMENT: Final = 4 << 20
"""The same for a fragment, which has some seconds."""

MAX_INDEXES: Final = 128 << 20
"""All of these together, as they are all changed."""

Read = Callable[[int, int], bytes]
"""Bytes of the file: from a place, so many; fewer at its end."""

_KEPT: Final = frozenset({b"ftyp", b"styp", b"sidx", b"ssix", b"mfra"})
_EMPTY: Final = frozenset({b"free", b"skip", b"wide"})


class Patch(NamedTuple):
    """A change: bytes to be put at a place, or, where there are none, so many zeros."""

    at: int
    size: int
    data: bytes | None = None


def strip_film(read: Read, size: int) -> list[Patch]:
    """The changes that take the metadata out of a film of so many bytes; none for one that was
    stripped before. The file keeps its length. Raises `BadMedia`."""
    return _Film(read, size).patches()


class _Film:
    def __init__(self, read: Read, size: int) -> None:
        self._read, self._size = read, size
        self._patches: list[Patch] = []
        self._media: list[Box] = []
        self._fragments: list[Box] = []
        self._index: Box | None = None
        self._held = 0

    def patches(self) -> list[Patch]:
        for box in self._top():
            self._sort(box)
        if self._index is None:
            raise BadMedia(_("the film is cut off: it has no index"))
        movie = self._clean_index(self._index)
        for box in self._fragments:
            data = self._whole(box, MAX_FRAGMENT)
            self._replace(box, data, clean_fragment(bytearray(data)))
        if not self._fragments:
            self._clean_media(movie)
        return self._patches

    def _top(self) -> Iterator[Box]:
        """The outermost boxes; what is too short for one at the end becomes zeros."""
        at = 0
        for _turn in range(2 * MAX_BOXES):
            if at + 8 > self._size:
                self._zero((at, self._size))
                return
            box = box_head(self._read(at, 16), at, self._size)
            yield box
            at = box.end
        raise BadMedia(_("the film has too many parts"))

    def _sort(self, box: Box) -> None:
        if box.kind == b"moov":
            if self._index is not None:
                raise BadMedia(_("the film is damaged: it has two indexes"))
            self._index = box
        elif box.kind == b"moof":
            self._fragments.append(box)
        elif box.kind == b"mdat":
            self._media.append(box)
        elif box.kind in _EMPTY:
            self._zero((box.body, box.end))
        elif box.kind not in _KEPT:
            self._patches.append(Patch(box.at + 4, 4, b"free"))
            self._zero((box.body, box.end))

    def _clean_index(self, box: Box) -> Movie:
        data = self._whole(box, MAX_INDEX)
        movie = Movie(bytearray(data))
        if self._fragments and movie.left_out:
            raise BadMedia(
                _(
                    "the film has a track that is neither picture nor sound, in fragments, from "
                    "which "
                    "it cannot be taken out here"
                )
            )
        self._replace(box, data, movie.data)
        return movie

    def _clean_media(self, movie: Movie) -> None:
        used = merged(movie.ranges)
        if used and used[-1][1] > self._size:
            raise BadMedia(_("the film is cut off: pictures or sounds that it names are not there"))
        for box in self._media:
            for gap in gaps(used, box.body, box.end):
                self._zero(gap)

    def _whole(self, box: Box, most: int) -> bytes:
        size = box.end - box.at
        self._held += size
        if size > most or self._held > MAX_INDEXES:
            raise BadMedia(_("the index of the film is too large"))
        return self._read(box.at, size)

    def _replace(self, box: Box, before: bytes, after: bytearray) -> None:
        if before != after:
            self._patches.append(Patch(box.at, len(after), bytes(after)))

    def _zero(self, where: Range) -> None:
        if where[0] < where[1]:
            self._patches.append(Patch(where[0], where[1] - where[0]))
