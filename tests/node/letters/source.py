"""A source of letters for tests: what an owner has to send, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sayso_node.letters.letter_source import LaidLetter, LetterReport, Places, WaitingLetter
from sayso_protocol.letters.box import letter_id
from sayso_protocol.letters.letter_frames import CarriedLetter, LetterState
from sayso_storage.interface.errors import StoreError

HELD = (LetterState.CARRIED, LetterState.KNOWN)


class Desk:
    """See the module."""

    def __init__(self, places: Places | None = None) -> None:
        self._places = places or Places()
        self.out: dict[bytes, WaitingLetter] = {}
        self.lying: dict[bytes, LaidLetter] = {}
        self.reports: list[LetterReport] = []
        self.stamps: list[int] = []
        self.came: list[CarriedLetter] = []
        self.times_emptied = 0
        self.is_broken = False
        self.answers: set[bytes] = set()
        """Accounts for which what waits is an answer."""

    def write(self, account: bytes, box: bytes, letter: bytes, bits: int = 0) -> WaitingLetter:
        """Something waits."""
        name = letter_id(box, letter)
        self.out[name] = WaitingLetter(name, account, box, letter, bits)
        return self.out[name]

    def states(self, letter: WaitingLetter) -> list[LetterState]:
        """What was told of a letter, one after the other."""
        return [one.state for one in self.reports if one.id == letter.id]

    def waiting(self, most: int) -> Sequence[WaitingLetter]:
        found = list(self.out.values())[:most]
        return [replace(one, is_answer=one.account in self.answers) for one in found]

    def laid(self, most: int) -> Sequence[LaidLetter]:
        found = list(self.lying.values())[:most]
        return [one._replace(is_answer=one.account in self.answers) for one in found]

    def note_stamp(self, letter: bytes, stamp: int) -> None:
        one = self.out[letter]
        self.stamps.append(stamp)
        self.out[letter] = WaitingLetter(one.id, one.account, one.box, one.letter, one.bits, stamp)

    def report(self, reports: Sequence[LetterReport]) -> None:
        self.reports += reports
        for one in reports:
            if one.state in HELD and one.id in self.out:
                self.lying[one.id] = LaidLetter(one.id, self.out.pop(one.id).account)
            elif one.state not in HELD:
                self.lying.pop(one.id, None)

    def places(self) -> Places:
        return self._places

    def keep(self, letters: Sequence[CarriedLetter]) -> None:
        if self.is_broken:
            raise StoreError("no room on the disk")
        self.came += letters

    def emptied(self) -> None:
        self.times_emptied += 1
