"""Boxes: what films of the ISO base format are made of (ISO/IEC 14496-12, section 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ..translation import _
from .bad_media import BadMedia

MAX_BOXES: Final = 20_000
"""Boxes beside each other: a film of three hours in fragments of one second has 11,000 pairs, and
those are walked one by one; within one box there are some dozens."""


class Box(NamedTuple):
    """A box by its places: `at` is where it begins, `body` where its content does, `end` the place
    after it."""

    kind: bytes
    at: int
    body: int
    end: int


def box_head(head: bytes, at: int, end: int) -> Box:
    """The box at `at` of something that ends at `end`, by its first 16 bytes. Raises `BadMedia`."""
    size, kind, body = int.from_bytes(head[:4]), head[4:8], at + 8
    if size == 1:
        size, body = int.from_bytes(head[8:16]), at + 16
    elif size == 0:  # it goes on to the end
        size = end - at
    if len(head) < 8 or at + size < body or at + size > end:
        raise BadMedia(_("the film is cut off or damaged: a part of it does not fit"))
    return Box(kind, at, body, at + size)


def boxes(data: bytes | bytearray, at: int, end: int) -> Iterator[Box]:
    """The boxes between two places. What is too short for one at the end is none. Raises
    `BadMedia`."""
    for _turn in range(MAX_BOXES):
        if at + 8 > end:
            return
        box = box_head(bytes(data[at : at + 16]), at, end)
        yield box
        at = box.end
    raise BadMedia(_("the film has too many parts"))


def find(data: bytes | bytearray, box: Box, *path: bytes) -> Box | None:
    """The first box that a path of kinds leads to from within another."""
    for kind in path:
        found = next((one for one in boxes(data, box.body, box.end) if one.kind == kind), None)
        if found is None:
            return None
        box = found
    return box
