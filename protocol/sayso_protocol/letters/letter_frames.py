"""Frames of `/sayso/letter/1`: a four-byte big-endian length, then a msgpack array.

The array's first item is the frame's type. As in sync frames any msgpack form is read, and every
field is checked for type and limit before it is used. Box names and letter ids stand one after the
other in one string of bytes, 16 each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from ..array_frames import ArrayFrames, read_int, read_list
from ..crypto.keys import KEY_SIZE, SIGNATURE_SIZE
from ..errors import BadShape, TooLarge
from ..limits import MAX_STATEMENT
from .letter_limits import (
    BOX_SIZE,
    CHALLENGE_SIZE,
    MAX_DOOR_DAYS,
    MAX_IDS,
    MAX_LETTERS_FRAME,
    MAX_PEEKED,
    MAX_PROOFS,
)
from .padding import LETTER_SIZES
from .stranger import NETWORK_TAG

MAX_LETTER_FRAME: Final = MAX_LETTERS_FRAME * (LETTER_SIZES[-1] + 64) + 64
"""Longest frame, half a MiB: `Letters`."""

VERSION: Final = 1
_NUMBERS_BELOW: Final = 2**32
_STAMPS_BELOW: Final = 2**64
_DAYS_BELOW: Final = 2**31


class LetterState(IntEnum):
    """What a carrier says of a letter."""

    CARRIED = 0
    """It lies there."""
    KNOWN = 1
    """It lies there already, or was collected."""
    FULL = 2
    """No place in that box, or at that carrier."""
    PRICE = 3
    """No free place: a stamp of so many bits as the detail says is needed."""
    SLOW = 4
    """Too many from this peer or network today."""
    NOT_HERE = 5
    """It does not lie there, and is not taken."""
    DELIVERED = 6
    """It was collected and erased."""
    DISPLACED = 7
    """It gave way to letters from other networks."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The first frame, by the carrier: the challenge that proofs are over, the least bits of a
    stamp that help at any door here, and bounds: bytes of all letters, letters in a secret box,
    letters at a door."""

    challenge: bytes
    floor: int
    room: int
    box_letters: int
    door_letters: int
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Deliver:
    """A letter for a box; `number` is above those of all before."""

    number: int
    box: bytes
    stamp: int | None
    letter: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a `Deliver`; the detail is the bits that are asked, with `PRICE`, else 0."""

    number: int
    state: LetterState
    detail: int = 0


@dataclass(frozen=True, slots=True)
class Peek:
    """Which of these boxes hold something?"""

    boxes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """Those of a `Peek` that do."""

    boxes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class BoxProof:
    """A secret box, its key, and the key's signature."""

    box: bytes
    key: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Collect:
    """Give what lies in these boxes."""

    proofs: tuple[BoxProof, ...]


@dataclass(frozen=True, slots=True)
class Doors:
    """Give what lies at an account's doors of these days, both included: the grant of one of its
    feeds as it travels, and that feed's signature."""

    grant: bytes
    first: int
    last: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class CarriedLetter:
    """A letter that is given: the Unix day on which it came, the tag of the network that it
    came from, keyed by carrier and day, and its stamp, by which the reader sees what was paid."""

    box: bytes
    day: int
    letter: bytes
    tag: bytes
    stamp: int | None = None


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters that were asked for; whether more of them follow."""

    letters: tuple[CarriedLetter, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Erase:
    """Letters that were given in this session, and are kept now by whoever has them."""

    ids: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """What became of these letters?"""

    ids: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class States:
    """The answer to an `Ask` or an `Erase`, a state each, in the same order."""

    states: tuple[LetterState, ...]


LetterFrame = (
    Hello | Deliver | Answer | Peek | Filled | Collect | Doors | Letters | Erase | Ask | States
)


def encode_letter_frame(frame: LetterFrame) -> bytes:
    """Length and frame. Raises `TooLarge` for one over `MAX_LETTER_FRAME`."""
    return _FRAMES.encode(_fields(frame))


def letter_frame_length(head: bytes) -> int:
    """The length that four bytes give. Raises `BadShape`, `TooLarge`."""
    return _FRAMES.length(head)


def decode_letter_frame(data: bytes) -> LetterFrame:
    """A frame without its length. Raises `Refused`."""
    return _FRAMES.decode(data)


def _fields(frame: LetterFrame) -> list[Any]:
    match frame:
        case Hello(challenge, floor, room, box_letters, door_letters, version):
            return [0, version, challenge, floor, [room, box_letters, door_letters]]
        case Deliver(number, box, stamp, letter):
            return [1, number, box, stamp, letter]
        case Answer(number, state, detail):
            return [2, number, int(state), detail]
        case Peek(boxes):
            return [3, b"".join(boxes)]
        case Filled(boxes):
            return [4, b"".join(boxes)]
        case Collect(proofs):
            return [5, [[one.box, one.key, one.signature] for one in proofs]]
        case Doors(grant, first, last, signature):
            return [6, grant, first, last, signature]
        case Letters(letters, more):
            return [
                7,
                [[one.box, one.day, one.letter, one.tag, one.stamp] for one in letters],
                more,
            ]
        case Erase(ids):
            return [8, b"".join(ids)]
        case Ask(ids):
            return [9, b"".join(ids)]
        case States(states):
            return [10, bytes(states)]


def _read_hello(version: Any, challenge: Any, floor: Any, limits: Any) -> Hello:
    counts = [read_int(one, 2**63) for one in read_list(limits, 16)]
    if len(counts) < 3:
        raise BadShape("too few limits")
    room, box_letters, door_letters = counts[:3]
    return Hello(
        _sized(challenge, CHALLENGE_SIZE), read_int(floor, 256), room, box_letters, door_letters,
        read_int(version, 256),
    )  # fmt: skip


def _read_deliver(number: Any, box: Any, stamp: Any, letter: Any) -> Deliver:
    return Deliver(
        read_int(number, _NUMBERS_BELOW),
        _sized(box, BOX_SIZE),
        _stamp(stamp),
        _letter(letter),
    )


def _stamp(value: Any) -> int | None:
    return None if value is None else read_int(value, _STAMPS_BELOW)


def _read_answer(number: Any, state: Any, detail: Any) -> Answer:
    return Answer(read_int(number, _NUMBERS_BELOW), _state(state), read_int(detail, 256))


def _read_collect(proofs: Any) -> Collect:
    found: list[BoxProof] = []
    for one in read_list(proofs, MAX_PROOFS):
        box, key, signature = _items(one, 3)
        found.append(
            BoxProof(
                _sized(box, BOX_SIZE), _sized(key, KEY_SIZE), _sized(signature, SIGNATURE_SIZE)
            )
        )
    return Collect(tuple(found))


def _read_doors(grant: Any, first: Any, last: Any, signature: Any) -> Doors:
    if type(grant) is not bytes or not 0 < len(grant) <= MAX_STATEMENT:
        raise BadShape("a field that must be a grant")
    begin, end = read_int(first, _DAYS_BELOW), read_int(last, _DAYS_BELOW)
    if not begin <= end < begin + MAX_DOOR_DAYS:
        raise BadShape("too many days of a door, or none")
    return Doors(grant, begin, end, _sized(signature, SIGNATURE_SIZE))


def _read_letters(letters: Any, more: Any) -> Letters:
    if type(more) is not bool:
        raise BadShape("a field that must be true or false")
    found: list[CarriedLetter] = []
    for one in read_list(letters, MAX_LETTERS_FRAME):
        box, day, letter, tag, stamp = _items(one, 5)
        found.append(
            CarriedLetter(
                _sized(box, BOX_SIZE), read_int(day, _DAYS_BELOW), _letter(letter),
                _sized(tag, NETWORK_TAG), _stamp(stamp),
            )
        )  # fmt: skip
    return Letters(tuple(found), more)


def _read_states(states: Any) -> States:
    if type(states) is not bytes or len(states) > MAX_IDS:
        raise BadShape("a field that must be states")
    return States(tuple(map(_state, states)))


_READERS: Final[dict[int, tuple[int, Callable[..., LetterFrame]]]] = {
    0: (4, _read_hello),
    1: (4, _read_deliver),
    2: (3, _read_answer),
    3: (1, lambda boxes: Peek(_names(boxes, MAX_PEEKED))),
    4: (1, lambda boxes: Filled(_names(boxes, MAX_PEEKED))),
    5: (1, _read_collect),
    6: (4, _read_doors),
    7: (2, _read_letters),
    8: (1, lambda ids: Erase(_names(ids, MAX_IDS))),
    9: (1, lambda ids: Ask(_names(ids, MAX_IDS))),
    10: (1, _read_states),
}

_FRAMES: Final = ArrayFrames("letters", MAX_LETTER_FRAME, _READERS)


def _state(value: Any) -> LetterState:
    return LetterState(read_int(value, len(LetterState)))


def _sized(value: Any, size: int) -> bytes:
    if type(value) is not bytes or len(value) != size:
        raise BadShape("a field that must be bytes of its size")
    return value


def _letter(value: Any) -> bytes:
    if type(value) is not bytes or len(value) not in LETTER_SIZES:
        raise BadShape("a letter of no size that one has")
    return value


def _names(value: Any, most: int) -> tuple[bytes, ...]:
    if type(value) is not bytes or len(value) % BOX_SIZE:
        raise BadShape("a field that must be names of boxes or letters")
    if len(value) > most * BOX_SIZE:
        raise TooLarge("more names than one frame holds")
    return tuple(value[at : at + BOX_SIZE] for at in range(0, len(value), BOX_SIZE))


def _items(value: Any, count: int) -> list[Any]:
    if len(read_list(value, count)) != count:
        raise BadShape("an array with too few items")
    return list(value)
