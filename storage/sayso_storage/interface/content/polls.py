"""Polls: which votes count, and the role that counts them.

A vote counts if its choices are options of the poll, more than one only where the poll takes many,
and its signed time is not after the poll's end. Of one account, under any of the keys that it was
rotated to and from, the last of such votes counts, by (`time_ms`, `seq`, id); one without choices
takes back what was there. So every node that holds the same votes has the same tally.

Votes are counted behind the writers: `count_votes` takes those that have come since, a batch at a
time, and may lose all that it made; it is counted anew then.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple


class Ballot(NamedTuple):
    """The vote of an account that counts; `account` is the key under which it was given."""

    account: bytes
    choices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcome so far, from what is held: `counts` has the accounts for each option."""

    counts: tuple[int, ...]
    votes: int
    """Accounts with a vote that counts."""
    held: int
    """Votes that are held, whether they count or not."""
    late: int = 0
    """Votes signed after the end."""
    malformed: int = 0
    """Votes for options that the poll has not, or for more than it takes."""
    withdrawn: int = 0
    """Accounts that took theirs back."""
    belated: int = 0
    """Votes signed in time that came here more than a day after the end: a silent feed may have
    dated them back."""
    uncounted: int = 0
    """Votes that are held and not counted yet."""

    @property
    def replaced(self) -> int:
        """Votes in place of which a later one of the same account counts."""
        odd = self.late + self.malformed + self.withdrawn + self.uncounted
        return max(self.held - self.votes - odd, 0)


@lru_cache(maxsize=1024)
def choices_of(mask: int) -> tuple[int, ...]:
    """The choices that a number stands for, bit n for option n."""
    return tuple(n for n in range(mask.bit_length()) if mask >> n & 1)


class Polls(ABC):
    """See the module."""

    @abstractmethod
    def count_votes(self, poll_id: bytes | None = None) -> int:
        """Count a batch of votes that are not counted yet, in the background: others wait for some
        20 ms at the most. Those of one poll come first where it is named. Gives how many were
        looked at, 0 where none is left."""

    @abstractmethod
    def tally(self, poll_id: bytes) -> Tally | None:
        """The outcome of a poll as far as its votes are counted; None where it is not held."""

    @abstractmethod
    def ballots(self, poll_id: bytes, accounts: Iterable[bytes]) -> dict[bytes, Ballot]:
        """The votes of these accounts that count, by account; those that have none, or took theirs
        back, are left out. Only what is counted yet."""

    @abstractmethod
    def held_accounts(self, accounts: Iterable[bytes]) -> set[bytes]:
        """Those of these accounts of which any entries are held, so that their votes would be
        seen."""
