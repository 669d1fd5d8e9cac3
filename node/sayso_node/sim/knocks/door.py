"""The door of one owner at one carrier on one day. What is taken and who gives way, `admission`
decides, as at a carrier; here is what its file holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from sayso_protocol.letters.admission import Lane, Usage, admit, lane_of
from sayso_protocol.letters.carrier_marks import Marks
from sayso_protocol.letters.letter_frames import LetterState
from sayso_protocol.letters.prices import Reach

KNOCK_SIZE: Final = 2_048
"""Bytes of a sealed first word, of the smallest size that one has."""


class Letter(NamedTuple):
    """A sealed first word. `bits` are those of its stamp, 0 for none; a carrier sees these and the
    network that it comes from. All else is for the owner."""

    id: bytes
    bits: int
    network: str
    sender: bytes
    reach: Reach
    route: tuple[bytes, ...]
    is_spam: bool


class _Held:
    """What lies in a lane, the latest last, and what was brought there."""

    def __init__(self) -> None:
        self.letters: dict[bytes, tuple[Letter, bytes]] = {}
        self.tags = Counter[bytes]()
        self.brought = Counter[str]()

    def put(self, letter: Letter, tag: bytes) -> None:
        self.letters[letter.id] = letter, tag
        self.tags[tag] += 1
        self.brought[letter.network] += 1

    def displace(self) -> None:
        """Let go of the latest of the network of which most lie here."""
        _, tag = min((-number, tag) for tag, number in self.tags.items())
        latest = next(name for name, one in reversed(self.letters.items()) if one[1] == tag)
        del self.letters[latest]
        self.tags[tag] -= 1


class Door:
    """A door on a Unix day, whose lowest price is `least`. Each network has one peer, and so each
    letter counts for both; a carrier has no other door, so nobody is slowed down elsewhere."""

    def __init__(self, secret: bytes, day: int, least: int | None) -> None:
        self._marks, self._day, self._least = Marks(secret), day, least
        self._lanes = {Lane.FREE: _Held(), Lane.PAID: _Held()}

    def __len__(self) -> int:
        return sum(len(one.letters) for one in self._lanes.values())

    def offer(self, letter: Letter) -> LetterState:
        """Bring a letter: what the carrier answers."""
        if any(letter.id in one.letters for one in self._lanes.values()):
            return LetterState.KNOWN
        lane = lane_of(letter.bits, self._least)
        held, tag = self._lanes[lane], self._marks.network(letter.network, self._day)
        today = sum(one.brought[letter.network] for one in self._lanes.values())
        usage = Usage(
            room=KNOCK_SIZE * len(self),
            secret_room=0,
            of_peer=today,
            of_network=today,
            in_lane=len(held.letters),
            brought_to_lane=held.brought[letter.network],
            lies_of_network=held.tags[tag],
            most_of_one=max(held.tags.values(), default=0),
        )
        said = admit(lane, KNOCK_SIZE, usage)
        if said.displaces:
            held.displace()
        if said.state is LetterState.CARRIED:
            held.put(letter, tag)
        return said.state

    def collect(self) -> Iterator[tuple[Letter, bytes]]:
        """All letters, each with the tag of the network that it came from."""
        for held in self._lanes.values():
            yield from held.letters.values()
