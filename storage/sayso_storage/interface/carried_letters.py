"""Letters that a carrier keeps for others, until they are collected, give way or expire.

A letter at a door is for all devices of an account: it stays until each that collects there has
erased it, for a week at most. What was erased is in no file, nor is the name of its box; a keyed
mark of it stays for a while, so that it is not taken again and its sender hears that it was
delivered.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from sayso_protocol.letters.admission import CarrierLimits, Lane
from sayso_protocol.letters.letter_frames import CarriedLetter, LetterState


@dataclass(frozen=True, slots=True)
class Offer:
    """A letter that a peer brings; `network` as `Link.network` has it, empty where peers are not
    told apart by it: they are one network at doors."""

    peer: str
    network: str
    box: bytes
    lane: Lane
    letter: bytes
    stamp: int | None = None


@dataclass(frozen=True, slots=True)
class Collector:
    """A device that has proven its feed at an account's doors. `ended` are feeds of the account
    for which nothing waits any more."""

    account: bytes
    feed: bytes
    ended: frozenset[bytes] = frozenset()


class PlacedLetter(NamedTuple):
    """A letter and its place, which is above those of all that came before."""

    place: int
    letter: CarriedLetter


class Held(NamedTuple):
    """What lies there."""

    letters: int
    size: int
    """Bytes."""
    secret_size: int
    """Bytes of those in secret boxes."""


class CarriedLetters(Protocol):
    """See the module. Days are Unix days. Any thread may use it. All raise `StoreError`."""

    def writing(self) -> AbstractContextManager[None]:
        """A transaction: all that is changed inside is on the disk when it ends, or nothing is.
        Taking many letters in one costs far less than one by one."""
        ...

    def take(self, offer: Offer, today: int, limits: CarrierLimits) -> LetterState:
        """Take a letter where the bounds allow it; durable once the transaction has ended."""
        ...

    def filled(self, boxes: Sequence[bytes]) -> tuple[bytes, ...]:
        """Those of the boxes in which something lies, in the same order."""
        ...

    def note_collector(self, collector: Collector, today: int) -> None:
        """A device collects at its account's doors: what lies there waits for it from now on, until
        it has not come for `COLLECTOR_DAYS`."""
        ...

    def read(
        self,
        boxes: Collection[bytes],
        after: int,
        most: int,
        collector: Collector | None = None,
    ) -> list[PlacedLetter]:
        """What lies in these boxes beyond a place, in order of places; 0 for the beginning. A
        collector is not given what it has erased."""
        ...

    def erase(
        self, ids: Sequence[bytes], today: int, collector: Collector | None = None
    ) -> tuple[LetterState, ...]:
        """Erase letters, and give the state of each as `states` does from then on: delivered, also
        where other devices than the collector are to have a letter before it goes."""
        ...

    def states(self, ids: Sequence[bytes]) -> tuple[LetterState, ...]:
        """What became of these."""
        ...

    def expire(self, today: int) -> int:
        """Let go of letters, marks and counts whose time is over; gives the number of letters."""
        ...

    def clear_log(self) -> bool:
        """Make what was erased leave the files; False where another process reads what was there
        before: try again then."""
        ...

    def held(self) -> Held:
        """How much lies there."""
        ...

    def close(self) -> None:
        """Close the file; idempotent."""
        ...
