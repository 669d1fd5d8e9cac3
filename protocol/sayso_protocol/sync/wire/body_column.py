"""The bodies of a run as one column: packed, and compressed where that pays.

A column is either an array of bodies, or ``[size, data]``: the length of the packed array,
and the array compressed with Zstandard (RFC 8878). Texts of one author have much in
common, and each reply names keys again; signatures and ids have nothing to gain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import zstandard

from ...codec import pack_array, unpack
from ...errors import BadShape, TooLarge
from ...feed.run import Body
from ...limits import COMPRESS_FROM, MAX_COLUMN

LEVEL = 3
"""Zstandard's own default: level 1 saves 4 % less, level 6 costs three times as much."""


_T = TypeVar("_T")


class _Idle(Generic[_T]):
    """Compressors or decompressors that nobody uses: they keep nothing from call to call, but are
    not safe between threads. To make one takes longer than to compress ten posts."""

    def __init__(self, make: Callable[[], _T]) -> None:
        self._make = make
        self._idle: list[_T] = []

    def use(self, call: Callable[[_T], bytes]) -> bytes:
        """Call with one that no other thread has meanwhile."""
        try:
            one = self._idle.pop()
        except IndexError:
            one = self._make()
        try:
            return call(one)
        finally:
            self._idle.append(one)


_COMPRESSORS = _Idle(lambda: zstandard.ZstdCompressor(level=LEVEL))
_DECOMPRESSORS = _Idle(zstandard.ZstdDecompressor)


def pack_bodies(bodies: Sequence[Body]) -> list[Any]:
    """The column of these bodies, ready to stand in a frame."""
    plain = pack_array(list(bodies))
    if len(plain) < COMPRESS_FROM:
        return list(bodies)
    packed = _COMPRESSORS.use(lambda one: one.compress(plain))
    return [len(plain), packed] if len(packed) < len(plain) else list(bodies)


def unpack_bodies(column: list[Any]) -> list[Any]:
    """The bodies of a column, not yet checked one by one.

    Raises `TooLarge` or `BadShape` before anything is unpacked whose size was not declared,
    within its limit and true; `NotCanonical` where what comes out is no array.
    """
    if len(column) != 2 or type(column[0]) is not int:
        return column
    size, packed = column
    if type(packed) is not bytes:
        raise BadShape("a compressed column is some bytes")
    if not 0 < size <= MAX_COLUMN:
        raise TooLarge("a compressed column over its limit")
    bodies = unpack(_decompress(size, packed))
    if type(bodies) is not list:
        raise BadShape("a column is an array")
    return bodies


def _decompress(size: int, packed: bytes) -> bytes:
    try:
        # The frame's own header decides how much is reserved: it must say the same.
        frame = zstandard.get_frame_parameters(packed)
        if frame.content_size != size:
            raise BadShape("a compressed column of another size than declared")
        # Room for a window is what a decoder that works piece by piece reserves.
        if frame.window_size > MAX_COLUMN or frame.dict_id:
            raise BadShape("a compressed column that needs a large window or a dictionary")
        # What comes out has the size that the frame's header says, or this raises.
        return _DECOMPRESSORS.use(lambda one: one.decompress(packed, allow_extra_data=False))
    except zstandard.ZstdError as error:
        raise BadShape("a column that does not decompress") from error
