"""Delivery plan: which letters go to which carriers when, and what their answers come to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Final

from sayso_protocol.letters.letter_frames import LetterState

from .letter_source import LetterReport

FIRST_PAUSE_SECONDS: Final = 5.0
"""After the first failure of a carrier; twice as long after each further one."""

LONGEST_PAUSE_SECONDS: Final = 3600.0

REFUSED_PAUSE_SECONDS: Final = 1800.0
"""Before a carrier is asked again that had no place for a letter, or to which too many came."""

PRICE_PAUSE_SECONDS: Final = 3600.0
"""Before one is asked again that asked more for it. A letter with more bits goes at once."""

Answers = dict[bytes, list[tuple[LetterState, int]]]
"""What carriers said of letters, with the detail."""

_RANK: Final = {
    LetterState.DELIVERED: 0,
    LetterState.CARRIED: 1,
    LetterState.KNOWN: 2,
    LetterState.PRICE: 3,
    LetterState.SLOW: 4,
    LetterState.FULL: 5,
    LetterState.DISPLACED: 6,
    LetterState.NOT_HERE: 7,
}
"""What counts where carriers say different things: one that has it is enough."""


@dataclass(slots=True)
class _Pause:
    failures: int = 0
    until: float = 0.0


@dataclass(slots=True)
class _Answered:
    """The last answer of a carrier for a letter: until when it is left in peace, unless the letter
    has another stamp by then."""

    stamp: int | None
    until: float


@dataclass(slots=True)
class DeliveryPlan:
    """See the module. Times are seconds of one clock that never goes back."""

    _pauses: dict[str, _Pause] = field(default_factory=dict)
    _answered: dict[tuple[bytes, str], _Answered] = field(default_factory=dict)

    def is_open(self, carrier: str, now: float) -> bool:
        """Whether a carrier is to be tried."""
        pause = self._pauses.get(carrier)
        return pause is None or now >= pause.until

    def has_failed(self, carrier: str) -> bool:
        """Whether it did the last time."""
        return carrier in self._pauses

    def failed(self, carrier: str, now: float) -> None:
        """It could not be reached, or did not keep to the protocol."""
        old = now - LONGEST_PAUSE_SECONDS  # nobody names it any more
        self._pauses = {key: one for key, one in self._pauses.items() if one.until > old}
        pause = self._pauses.setdefault(carrier, _Pause())
        seconds = FIRST_PAUSE_SECONDS * 2 ** min(pause.failures, 16)
        pause.failures += 1
        pause.until = now + min(seconds, LONGEST_PAUSE_SECONDS)

    def succeeded(self, carrier: str) -> None:
        """It answered."""
        self._pauses.pop(carrier, None)

    def is_due(self, letter: bytes, stamp: int | None, carrier: str, now: float) -> bool:
        """Whether a letter goes to a carrier now."""
        answered = self._answered.get((letter, carrier))
        return answered is None or answered.stamp != stamp or now >= answered.until

    def answered(
        self, letter: bytes, stamp: int | None, carrier: str, state: LetterState, now: float
    ) -> None:
        """Note the answer of a carrier for a letter."""
        pause = PRICE_PAUSE_SECONDS if state is LetterState.PRICE else REFUSED_PAUSE_SECONDS
        if state in (LetterState.CARRIED, LetterState.KNOWN):
            pause = LONGEST_PAUSE_SECONDS
        self._answered[letter, carrier] = _Answered(stamp, now + pause)

    def retain(self, letters: Collection[bytes]) -> None:
        """Forget answers about letters that wait no more."""
        names = set(letters)
        self._answered = {key: one for key, one in self._answered.items() if key[0] in names}

    def next_try(self, now: float) -> float:
        """Seconds until the next carrier that failed is to be tried again; infinite where none
        is."""
        return min(
            (one.until - now for one in self._pauses.values() if one.until > now), default=inf
        )


def summed_up(answers: Answers) -> list[LetterReport]:
    """One report for each letter, of all answers about it."""
    return [LetterReport(letter, *_best(said)) for letter, said in answers.items() if said]


def _best(said: Iterable[tuple[LetterState, int]]) -> tuple[LetterState, int]:
    """The best answer; of several prices the lowest."""
    return min(said, key=lambda one: (_RANK[one[0]], one[1]))
