"""The carrier's side of one connection of `/sayso/letter/1`.

Frames in, effects out: what is to be sent, and what the store is to be asked for. Whoever collects
asks first which boxes are filled, and proves only those; he erases only what was given to him here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..errors import ProtocolViolation, TooLarge
from .box import letter_id
from .box_proof import check_box, check_doors
from .letter_frames import (
    Answer,
    Ask,
    CarriedLetter,
    Collect,
    Deliver,
    Doors,
    Erase,
    Filled,
    Hello,
    LetterFrame,
    Letters,
    LetterState,
    Peek,
    States,
)
from .letter_limits import (
    MAX_ASKED,
    MAX_HANDED_OUT,
    MAX_PEEKED,
    MAX_SESSION_PROOFS,
)


@dataclass(frozen=True, slots=True)
class TakeLetter:
    """Take a letter, or refuse it; then `answered`."""

    deliver: Deliver


@dataclass(frozen=True, slots=True)
class FindFilled:
    """See which of these boxes hold something; then `found`."""

    boxes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class GiveBoxes:
    """Give what lies in these secret boxes, by `give`, and say where the last of it is."""

    boxes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class GiveDoors:
    """As `GiveBoxes`, of the doors of an account; `feed` asks, which must not be revoked."""

    account: bytes
    feed: bytes
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class EraseLetters:
    """Erase these, which were given here; then `states`. `doors` has for each by which question
    at doors it was given, None where it lay in a secret box."""

    ids: tuple[bytes, ...]
    doors: tuple[GiveDoors | None, ...]


@dataclass(frozen=True, slots=True)
class FindStates:
    """See what became of these; then `states`."""

    ids: tuple[bytes, ...]


CarrierEffect = TakeLetter | FindFilled | GiveBoxes | GiveDoors | EraseLetters | FindStates

MAX_PEEKS: Final = 64
"""Questions which boxes are filled, in one session: a quarter of a million boxes."""


class CarrierSession:
    """See the module. `carrier` is the own peer id in text form; the challenge is 32 random bytes,
    of this connection alone."""

    def __init__(self, carrier: str, challenge: bytes) -> None:
        self._carrier = carrier
        self._challenge = challenge
        self._last_number = -1
        self._filled: set[bytes] = set()
        self._given: dict[bytes, GiveDoors | None] = {}
        self._proofs = 0
        self._asked = 0
        self._peeks = 0

    def hello(self, floor: int, room: int, box_letters: int, door_letters: int) -> Hello:
        """The first frame."""
        return Hello(self._challenge, floor, room, box_letters, door_letters)

    def receive(self, frame: LetterFrame) -> CarrierEffect:
        """What a frame asks for. Raises `Refused` where the peer may not ask it; the connection
        ends then."""
        match frame:
            case Deliver():
                if frame.number <= self._last_number:
                    raise ProtocolViolation("letters with numbers that do not rise")
                self._last_number = frame.number
                return TakeLetter(frame)
            case Peek(boxes):
                self._peeks += 1
                if self._peeks > MAX_PEEKS:
                    raise TooLarge("too many questions in one session")
                return FindFilled(boxes)
            case Collect(proofs):
                self._count_proofs(len(proofs))
                for one in proofs:
                    if one.box not in self._filled:
                        raise ProtocolViolation("a box that was not found filled before")
                    check_box(one, self._challenge, self._carrier)
                return GiveBoxes(tuple(one.box for one in proofs))
            case Doors(first=first, last=last):
                self._count_proofs(3)  # the grant has two signatures
                grant = check_doors(frame, self._challenge, self._carrier)
                return GiveDoors(grant.account, grant.feed, first, last)
            case Erase(ids):
                if not self._given.keys() >= set(ids):
                    raise ProtocolViolation("letters that were not given in this session")
                return EraseLetters(ids, tuple(self._given[one] for one in ids))
            case Ask(ids):
                self._asked += len(ids)
                if self._asked > MAX_ASKED:
                    raise TooLarge("too many letters asked for in one session")
                return FindStates(ids)
            case _:
                raise ProtocolViolation("a frame that only carriers send")

    def answered(self, number: int, state: LetterState, detail: int = 0) -> Answer:
        """The answer to `TakeLetter`."""
        return Answer(number, state, detail)

    def found(self, boxes: tuple[bytes, ...]) -> Filled:
        """The answer to `FindFilled`; these boxes may be collected."""
        self._filled |= set(boxes)
        if len(self._filled) > MAX_PEEKED:
            raise TooLarge("too many filled boxes in one session")
        return Filled(boxes)

    @property
    def may_give(self) -> int:
        """How many letters may still be given here; the rest comes in another session."""
        return MAX_HANDED_OUT - len(self._given)

    def give(
        self, letters: tuple[CarriedLetter, ...], *, more: bool, door: GiveDoors | None = None
    ) -> Letters:
        """A part of the answer to `GiveBoxes`, or to `door`, the last one unless `more`."""
        self._given |= dict.fromkeys((letter_id(one.box, one.letter) for one in letters), door)
        return Letters(letters, more)

    def states(self, states: tuple[LetterState, ...]) -> States:
        """The answer to `EraseLetters` or `FindStates`."""
        return States(states)

    def _count_proofs(self, count: int) -> None:
        self._proofs += count
        if self._proofs > MAX_SESSION_PROOFS:
            raise TooLarge("too many proofs in one session")
