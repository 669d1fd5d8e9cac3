"""Letter source: what a courier delivers and collects for one owner, and whom it tells of it.

All is called in a thread, one at a time, and what it is told is on the disk when it returns. Where
it cannot be, it raises `StoreError`, and the courier comes again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.letters.letter_frames import CarriedLetter, LetterState


@dataclass(frozen=True, slots=True)
class WaitingLetter:
    """A sealed letter that no carrier is known to hold; `id` is its `letter_id`, `account` the one
    whose carriers are asked. At a door `bits` is what its stamp has to be worth, 0 for none, and
    `stamp` the one that was found before. The profile of whom an answer is for is not asked for:
    where no carrier of his is known, it lies at the owner's own ones, where he looks (`asked`)."""

    id: bytes
    account: bytes
    box: bytes
    letter: bytes = field(repr=False)
    bits: int = 0
    stamp: int | None = None
    is_answer: bool = False


class LaidLetter(NamedTuple):
    """A letter that carriers of an account hold, as far as is known; see `WaitingLetter`."""

    id: bytes
    account: bytes
    is_answer: bool = False


class LetterReport(NamedTuple):
    """What became of a letter. Several carriers may have been asked: the best answer counts. Of
    `PRICE` the detail is the bits that were asked, else it is 0."""

    id: bytes
    state: LetterState
    detail: int = 0


class OwnDoor(NamedTuple):
    """Who collects an account's doors."""

    feed: KeyPair
    grant: Grant


@dataclass(frozen=True, slots=True)
class Places:
    """Where letters for the owner may lie now: secret boxes by their keys, and doors. `accounts`
    are the owner's own ones, whose carriers have them; `asked` those that were written to and may
    not know where the owner looks: their carriers may have answers for his boxes."""

    accounts: tuple[bytes, ...] = ()
    boxes: tuple[KeyPair, ...] = ()
    doors: tuple[OwnDoor, ...] = ()
    asked: tuple[bytes, ...] = ()


class LetterSource(Protocol):
    """See the module."""

    def waiting(self, most: int) -> Sequence[WaitingLetter]:
        """Letters to be delivered, at most so many, the most urgent first."""
        ...

    def laid(self, most: int) -> Sequence[LaidLetter]:
        """Letters of which is not known yet whether they were collected, at most so many."""
        ...

    def note_stamp(self, letter: bytes, stamp: int) -> None:
        """A stamp was found for a letter that waits."""
        ...

    def report(self, reports: Sequence[LetterReport]) -> None:
        """What carriers say of letters."""
        ...

    def places(self) -> Places:
        """Where to collect."""
        ...

    def keep(self, letters: Sequence[CarriedLetter]) -> None:
        """Take letters that a carrier held, and that are erased there afterwards. The same may come
        twice, and what is no letter of anybody may come too."""
        ...

    def emptied(self) -> None:
        """All that all carriers of the owner held was taken just now."""
        ...
