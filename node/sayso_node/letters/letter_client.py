"""Letter client: one stream to one carrier, on which letters are delivered or collected."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, NamedTuple

from nacl.utils import random

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import ProtocolViolation, TooLarge, UnknownVersion
from sayso_protocol.letters.box import door_box, letter_id, secret_box
from sayso_protocol.letters.box_proof import prove_box, prove_doors
from sayso_protocol.letters.letter_frames import (
    VERSION,
    Answer,
    Ask,
    CarriedLetter,
    Collect,
    Deliver,
    Erase,
    Filled,
    Hello,
    LetterFrame,
    Letters,
    LetterState,
    Peek,
    States,
)
from sayso_protocol.letters.letter_limits import (
    BOX_SIZE,
    MAX_HANDED_OUT,
    MAX_IDS,
    MAX_PEEKED,
    MAX_PROOFS,
)

from ..network.link import Link
from .letter_stream import LetterStream

UNDER_WAY: Final = 16
"""Letters that are sent before the first of them is answered."""

Keep = Callable[[Sequence[CarriedLetter]], Awaitable[None]]
"""Keeps letters, on the disk when it returns: they are erased at the carrier then."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A sealed letter for a box."""

    box: bytes
    letter: bytes
    stamp: int | None = None


class DoorKey(NamedTuple):
    """Who collects an account's doors of these Unix days, both included."""

    feed: KeyPair
    grant: Grant
    first: int
    last: int


class LetterClient:
    """See the module. All raise `Refused` where the carrier does not keep to the protocol, and
    `trio.BrokenResourceError` where it is lost. The caller closes the link."""

    def __init__(self, link: Link) -> None:
        self._carrier = link.peer_id
        self._stream = LetterStream(link.stream)
        self._numbers = count()
        self._hello: Hello | None = None

    async def hello(self) -> Hello:
        """What the carrier says of itself."""
        if self._hello is None:
            frame = await self._receive()
            if not isinstance(frame, Hello):
                raise ProtocolViolation("a carrier that does not begin with its hello")
            if frame.version != VERSION:
                raise UnknownVersion("a carrier of another version")
            self._hello = frame
        return self._hello

    async def deliver(self, letters: Sequence[Delivery]) -> list[Answer]:
        """Lay letters into their boxes; an answer for each, in the same order."""
        await self.hello()
        answers: list[Answer] = []
        for at in range(0, len(letters), UNDER_WAY):
            numbers: list[int] = []
            for one in letters[at : at + UNDER_WAY]:
                numbers.append(next(self._numbers))
                await self._stream.send(Deliver(numbers[-1], one.box, one.stamp, one.letter))
            for number in numbers:
                frame = await self._receive()
                if not isinstance(frame, Answer) or frame.number != number:
                    raise ProtocolViolation("not the answer to a letter")
                answers.append(frame)
        return answers

    async def states(self, ids: Sequence[bytes]) -> list[LetterState]:
        """What became of letters."""
        await self.hello()
        states: list[LetterState] = []
        for at in range(0, len(ids), MAX_IDS):
            some = tuple(ids[at : at + MAX_IDS])
            await self._stream.send(Ask(some))
            states += await self._receive_states(len(some))
        return states

    async def collect_boxes(self, keys: Sequence[KeyPair], keep: Keep) -> int:
        """Take what lies in the secret boxes of these keys; gives the number of letters."""
        taken = 0
        by_box = {secret_box(key.public): key for key in keys}
        boxes = list(by_box)
        for at in range(0, len(boxes), MAX_PEEKED):
            filled = await self._peek(boxes[at : at + MAX_PEEKED])
            for begin in range(0, len(filled), MAX_PROOFS):
                some = filled[begin : begin + MAX_PROOFS]
                challenge = (await self.hello()).challenge
                proofs = (prove_box(by_box[box], challenge, self._carrier) for box in some)
                await self._stream.send(Collect(tuple(proofs)))
                taken += await self._take(frozenset(some), keep)
        return taken

    async def collect_doors(self, door: DoorKey, keep: Keep) -> int:
        """Take what lies at an account's doors; gives the number of letters."""
        hello = await self.hello()
        frame = prove_doors(*door, hello.challenge, self._carrier)
        await self._stream.send(frame)
        days = range(door.first, door.last + 1)
        return await self._take(frozenset(door_box(door.grant.account, d) for d in days), keep)

    async def _peek(self, boxes: Sequence[bytes]) -> list[bytes]:
        """Those that hold something. The question is filled up to a power of two, so that it does
        not say how many pairs there are."""
        await self.hello()
        size = 1 << max(len(boxes) - 1, 0).bit_length()
        asked = sorted([*boxes, *(random(BOX_SIZE) for _ in range(size - len(boxes)))])
        await self._stream.send(Peek(tuple(asked)))
        frame = await self._receive()
        if not isinstance(frame, Filled):
            raise ProtocolViolation("not the answer to a question for boxes")
        return list(dict.fromkeys(box for box in frame.boxes if box in set(boxes)))

    async def _take(self, boxes: frozenset[bytes], keep: Keep) -> int:
        """Take all that is given: kept first, then erased there; gives the number."""
        ids: list[bytes] = []
        given, more = 0, True
        while more:
            frame = await self._receive()
            if not isinstance(frame, Letters) or not {one.box for one in frame.letters} <= boxes:
                raise ProtocolViolation("not the letters that were asked for")
            if frame.more and not frame.letters:
                raise ProtocolViolation("more letters after none")
            given += len(frame.letters)
            if given > MAX_HANDED_OUT:
                raise TooLarge("more letters than one session gives")
            await keep(frame.letters)
            ids += [letter_id(one.box, one.letter) for one in frame.letters]
            more = frame.more
        for at in range(0, len(ids), MAX_IDS):
            some = tuple(ids[at : at + MAX_IDS])
            await self._stream.send(Erase(some))
            await self._receive_states(len(some))
        return len(ids)

    async def _receive_states(self, number: int) -> tuple[LetterState, ...]:
        frame = await self._receive()
        if not isinstance(frame, States) or len(frame.states) != number:
            raise ProtocolViolation("not the states that were asked for")
        return frame.states

    async def _receive(self) -> LetterFrame:
        frame = await self._stream.receive()
        if frame is None:
            raise ProtocolViolation("a carrier that left before it answered")
        return frame
