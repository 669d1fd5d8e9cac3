"""Frames of `/sayso/blob/1`: a four-byte big-endian length, then a msgpack array.

The array's first item is the frame's type. As in sync frames any msgpack form is read, and every
field is checked for type and limit before it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ..array_frames import ArrayFrames, read_int, read_list
from ..errors import BadShape
from ..ranges import Range
from .blob_limits import LEAF_SIZE, MAX_BLOB, MAX_NODE
from .cid import check_cid
from .exchange_limits import MAX_BLOCKS, MAX_CANCELLED, MAX_HAVE_RANGES, MAX_OPEN_LEAVES

MAX_BLOB_FRAME: Final = MAX_BLOCKS * (MAX_NODE + 8) + 64
"""Longest frame, half a MiB: a leaf fits twice."""

_NUMBERS_BELOW: Final = 2**32
_LEAVES_BELOW: Final = MAX_BLOB // LEAF_SIZE + 1

NOT_HELD: Final = 0
BUSY: Final = 1
"""Reasons of a `Miss`. Others say that asking again is no use."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Leaves `first` to `first + count - 1` of a blob; with `count` 0 its inner blocks from
    `first` on, the root being the first of them. `number` is above those of all asks before."""

    number: int
    root: bytes
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Blocks:
    """The inner blocks that were asked for, each proven by one before it."""

    number: int
    blocks: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of an ask."""

    number: int
    index: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing more comes of an ask: not held (0), or busy (1)."""

    number: int
    reason: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """What of these asks is not sent yet is wanted no longer."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Have:
    """The leaves of a blob that the sender holds, where these are not all of them."""

    root: bytes
    ranges: tuple[Range, ...]


BlobFrame = Ask | Blocks | Leaf | Miss | Cancel | Have


def encode_blob_frame(frame: BlobFrame) -> bytes:
    """Length and frame. Raises `TooLarge` for one over `MAX_BLOB_FRAME`."""
    return _FRAMES.encode(_fields(frame))


def blob_frame_length(head: bytes) -> int:
    """The length that four bytes give. Raises `BadShape`, `TooLarge`."""
    return _FRAMES.length(head)


def decode_blob_frame(data: bytes) -> BlobFrame:
    """A frame without its length. Raises `Refused`."""
    return _FRAMES.decode(data)


def _fields(frame: BlobFrame) -> list[Any]:
    match frame:
        case Ask(number, root, first, count):
            return [0, number, root, first, count]
        case Blocks(number, blocks):
            return [1, number, list(blocks)]
        case Leaf(number, index, data):
            return [2, number, index, data]
        case Miss(number, reason):
            return [3, number, reason]
        case Cancel(numbers):
            return [4, list(numbers)]
        case Have(root, ranges):
            return [5, root, [list(one) for one in ranges]]


def _read_ask(number: Any, root: Any, first: Any, count: Any) -> Ask:
    return Ask(
        _number(number),
        check_cid(root),
        read_int(first, _LEAVES_BELOW),
        read_int(count, MAX_OPEN_LEAVES + 1),
    )


def _read_blocks(number: Any, blocks: Any) -> Blocks:
    items = read_list(blocks, MAX_BLOCKS)
    return Blocks(_number(number), tuple(_bytes(block, MAX_NODE) for block in items))


def _read_leaf(number: Any, index: Any, data: Any) -> Leaf:
    return Leaf(_number(number), read_int(index, _LEAVES_BELOW), _bytes(data, LEAF_SIZE))


def _read_miss(number: Any, reason: Any) -> Miss:
    return Miss(_number(number), read_int(reason, 256))


def _read_cancel(numbers: Any) -> Cancel:
    return Cancel(tuple(map(_number, read_list(numbers, MAX_CANCELLED))))


def _read_have(root: Any, ranges: Any) -> Have:
    found: list[Range] = []
    for pair in read_list(ranges, MAX_HAVE_RANGES):
        if type(pair) is not list or len(pair) != 2:
            raise BadShape("a range has two ends")
        first, last = read_int(pair[0], _LEAVES_BELOW), read_int(pair[1], _LEAVES_BELOW)
        if first > last or (found and first <= found[-1][1]):
            raise BadShape("ranges that are not in order")
        found.append((first, last))
    return Have(check_cid(root), tuple(found))


_READERS: Final[dict[int, tuple[int, Callable[..., BlobFrame]]]] = {
    0: (4, _read_ask),
    1: (2, _read_blocks),
    2: (3, _read_leaf),
    3: (2, _read_miss),
    4: (1, _read_cancel),
    5: (2, _read_have),
}

_FRAMES: Final = ArrayFrames("blobs", MAX_BLOB_FRAME, _READERS)


def _number(value: Any) -> int:
    return read_int(value, _NUMBERS_BELOW)


def _bytes(value: Any, most: int) -> bytes:
    if type(value) is not bytes or not 0 < len(value) <= most:
        raise BadShape("a field that must be bytes of some length")
    return value
