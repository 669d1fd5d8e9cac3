"""Samples: which bytes of a film its tracks of picture and sound are, by the tables of each track
(ISO/IEC 14496-12, sections 8.7 and 8.9). Whatever lies between them is no part of it."""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate, pairwise

from ..translation import _
from .bad_media import BadMedia
from .boxes import Box, find

Range = tuple[int, int]
"""Where bytes begin, and the place after them."""


def sample_ranges(data: bytearray, track: Box) -> Iterator[Range]:
    """The bytes of a track, a chunk at a time, in the order of its table. Raises `BadMedia`."""
    table = find(data, track, b"mdia", b"minf", b"stbl")
    if table is None:
        raise _damaged()
    sizes, at = _Sizes(data, table), 0
    for place, count in _chunks(data, table):
        size = sizes.between(at, at + count)
        at += count
        if size:
            yield place, place + size


def gaps(ranges: list[Range], start: int, end: int) -> Iterator[Range]:
    """What of the bytes between two places is in none of these ranges, which ascend."""
    at = start
    for first, stop in ranges[max(bisect_left(ranges, (start, 0)) - 1, 0) :]:
        if first >= end:
            break
        if first > at:
            yield at, first
        at = max(at, stop)
    if at < end:
        yield at, end


def merged(ranges: list[Range]) -> list[Range]:
    """The same bytes in ranges that ascend and do not touch."""
    found: list[Range] = []
    for first, stop in sorted(ranges):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((first, stop))
    return found


class _Sizes:
    """The sizes of samples: one for all, or a table, of which sums are taken."""

    def __init__(self, data: bytearray, table: Box) -> None:
        box = find(data, table, b"stsz")
        self._each, self._sums = 0, list[int]()
        if box is not None:
            self._each, count = _numbers(data, box.body + 4, box.end, "II")
            sizes = () if self._each else _numbers(data, box.body + 12, box.end, f"{count}I")
        else:
            sizes = _compact(data, find(data, table, b"stz2"))
        if not self._each:
            self._sums = list(accumulate(sizes, initial=0))

    def between(self, first: int, stop: int) -> int:
        """The bytes of samples from one number to another. Raises `BadMedia`."""
        if self._each:
            return self._each * (stop - first)
        if stop >= len(self._sums):
            raise _damaged()
        return self._sums[stop] - self._sums[first]


def _compact(data: bytearray, box: Box | None) -> tuple[int, ...]:
    """The sizes in a table of four, eight or sixteen bits each (8.7.3.3)."""
    if box is None:
        raise _damaged()
    bits, count = _numbers(data, box.body + 7, box.end, "BI")
    start = box.body + 12
    if bits == 16:
        return _numbers(data, start, box.end, f"{count}H")
    if bits == 8:
        return _numbers(data, start, box.end, f"{count}B")
    if bits != 4:
        raise _damaged()
    halves = _numbers(data, start, box.end, f"{(count + 1) // 2}B")
    return tuple(half for byte in halves for half in (byte >> 4, byte & 15))[:count]


def _chunks(data: bytearray, table: Box) -> Iterator[tuple[int, int]]:
    """Where each chunk begins, and how many samples it has."""
    box = find(data, table, b"stco") or find(data, table, b"co64")
    runs_box = find(data, table, b"stsc")
    if box is None or runs_box is None:
        raise _damaged()
    (count,) = _numbers(data, box.body + 4, box.end, "I")
    sign = "I" if box.kind == b"stco" else "Q"
    places = _numbers(data, box.body + 8, box.end, f"{count}{sign}")
    (runs,) = _numbers(data, runs_box.body + 4, runs_box.end, "I")
    flat = _numbers(data, runs_box.body + 8, runs_box.end, f"{runs * 3}I")
    starts = [*flat[0::3], count + 1]
    if count and (starts[0] != 1 or any(one >= two for one, two in pairwise(starts[:-1]))):
        raise _damaged()
    for (first, stop), samples in zip(pairwise(starts), flat[1::3], strict=True):
        for place in places[first - 1 : max(stop - 1, 0)]:
            yield place, samples


def _numbers(data: bytearray, at: int, end: int, form: str) -> tuple[int, ...]:
    """Big-endian numbers, which must lie within their box. Raises `BadMedia`."""
    try:
        if at + struct.calcsize(f">{form}") > end:
            raise _damaged()
        return struct.unpack_from(f">{form}", data, at)
    except (struct.error, OverflowError) as error:
        raise _damaged() from error


def _damaged() -> BadMedia:
    return BadMedia(_("the film is damaged: its tables do not fit together"))
