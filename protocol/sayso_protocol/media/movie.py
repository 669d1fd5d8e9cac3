"""The index of a film (`moov`, `moof`): what of it is kept, and which bytes it is about."""

from __future__ import annotations

from typing import Final

from ..translation import _
from .bad_media import BadMedia
from .boxes import Box, boxes, find
from .samples import Range, sample_ranges

_PICTURE: Final = b"vide"
_SHOWN: Final = frozenset({_PICTURE, b"soun"})
"""Handlers of tracks that are kept. Texts may be subtitles, but are as often places."""

_WITHIN: Final[dict[bytes, frozenset[bytes]]] = {
    kind: frozenset(kept.split())
    for kind, kept in {
        b"moov": b"mvhd trak mvex iods",
        b"mvex": b"mehd trex leva",
        b"trak": b"tkhd edts tref mdia",
        b"edts": b"elst",
        b"mdia": b"mdhd hdlr elng minf",
        b"minf": b"vmhd smhd nmhd sthd hdlr dinf stbl",
        b"dinf": b"dref",
        b"stbl": b"stsd stts ctts cslg stsc stsz stz2 stco co64 stss stsh stdp sdtp sbgp sgpd subs",
        b"moof": b"mfhd traf",
        b"traf": b"tfhd tfdt trun sdtp sbgp sgpd subs",
    }.items()
}
"""What is kept within each box that is walked into; all else becomes `free`."""

_TIMES: Final = frozenset({b"mvhd", b"tkhd", b"mdhd"})
"""Begin with when a thing was made and changed, four bytes each, eight in version 1."""

_OWN_FILE: Final = 1
"""The flag of a data reference that says: in this file (8.7.2)."""

_VENDOR: Final = (12, 16)
_COMPRESSOR: Final = (42, 74)
"""Places in an entry of `stsd`: QuickTime's vendor, and the name of a picture's encoder."""


class Movie:
    """An index, cleaned. `data` is the box as it is to be, `ranges` are the bytes of media of the
    tracks that are kept, `left_out` how many tracks are not. Raises `BadMedia`."""

    def __init__(self, data: bytearray) -> None:
        self.data = data
        self.ranges: list[Range] = []
        self.left_out = 0
        [movie] = boxes(data, 0, len(data))
        kept = set[int]()
        for track in [box for box in boxes(data, movie.body, movie.end) if box.kind == b"trak"]:
            if _handler(data, track) in _SHOWN:
                self.ranges += sample_ranges(data, track)
                kept.add(_track_id(data, track))
            else:
                self.left_out += 1
                free(data, track)
        if not kept:
            raise BadMedia(_("the film has neither picture nor sound"))
        _clean(data, movie, kept)


def clean_fragment(data: bytearray) -> bytearray:
    """A fragment (`moof`) without what is not needed, in place. Raises `BadMedia`."""
    [fragment] = boxes(data, 0, len(data))
    _clean(data, fragment, set())
    return data


def free(data: bytearray, box: Box) -> None:
    """Make a box an empty one of the same size."""
    data[box.at + 4 : box.at + 8] = b"free"
    data[box.body : box.end] = bytes(box.end - box.body)


def _clean(data: bytearray, outer: Box, tracks: set[int], *, is_picture: bool = False) -> None:
    kept, at = _WITHIN[outer.kind], outer.body
    if outer.kind == b"trak":
        is_picture = _handler(data, outer) == _PICTURE
    for box in list(boxes(data, outer.body, outer.end)):
        at = box.end
        if box.kind not in kept or (box.kind == b"tref" and not _refers_to(data, box, tracks)):
            free(data, box)
        elif box.kind in _WITHIN:
            _clean(data, box, tracks, is_picture=is_picture)
        elif box.kind in _TIMES:
            _zero(data, box, 4, 20 if data[box.body : box.body + 1] == b"\x01" else 12)
        elif box.kind == b"hdlr":  # all but what it handles: maker, name
            _zero(data, box, 12, box.end - box.body)
        elif box.kind == b"dref":
            _clean_references(data, box)
        elif box.kind == b"stsd":
            _clean_descriptions(data, box, is_picture=is_picture)
    data[at : outer.end] = bytes(outer.end - at)


def _clean_references(data: bytearray, box: Box) -> None:
    """Refuse media in other files; what names this one needs no name."""
    for one in boxes(data, box.body + 8, box.end):
        if one.end - one.body < 4 or not data[one.body + 3] & _OWN_FILE:
            raise BadMedia(_("the film is not whole: its pictures or sounds are in another file"))
        _zero(data, one, 4, one.end - one.body)


def _clean_descriptions(data: bytearray, box: Box, *, is_picture: bool) -> None:
    """Take out who made the encoder, and the encoder's name."""
    for one in boxes(data, box.body + 8, box.end):
        _zero(data, one, *_VENDOR)
        if is_picture:
            _zero(data, one, *_COMPRESSOR)


def _handler(data: bytearray, track: Box) -> bytes:
    box = find(data, track, b"mdia", b"hdlr")
    return b"" if box is None else bytes(data[box.body + 8 : min(box.body + 12, box.end)])


def _track_id(data: bytearray, track: Box) -> int:
    box = find(data, track, b"tkhd")
    if box is None or box.end - box.body < 24:
        raise BadMedia(_("the film is damaged: a track has no head"))
    at = box.body + (20 if data[box.body] == 1 else 12)
    return int.from_bytes(data[at : at + 4])


def _refers_to(data: bytearray, references: Box, tracks: set[int]) -> bool:
    """Whether all tracks that another one refers to are kept."""
    for box in boxes(data, references.body, references.end):
        for at in range(box.body, box.end - 3, 4):
            if int.from_bytes(data[at : at + 4]) not in tracks:
                return False
    return True


def _zero(data: bytearray, box: Box, first: int, stop: int) -> None:
    """Fill with zeros what lies between two places of a box's content."""
    start, end = box.body + first, min(box.body + stop, box.end)
    if start < end:
        data[start:end] = bytes(end - start)
