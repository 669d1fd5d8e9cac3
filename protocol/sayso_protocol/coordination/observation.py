"""Observations: what the detector is told of an entry, and what it remembers of it.

Tuples, since several are made of each entry: a frozen dataclass takes three times as long.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from ..limits import WITNESSED_MS


class Channel(StrEnum):
    """A kind of act that two accounts can share."""

    COPY = "near-copies"
    LINK = "links"
    REPOST = "reposts"
    TAG = "tags"


class Act(NamedTuple):
    """An entry without its content. Times are Unix milliseconds."""

    account: bytes
    entry: bytes
    time_ms: int
    """As its author says."""
    seen_ms: int
    """When this node first held it."""

    def follows(self, other: Act) -> bool:
        """Whether this came after the other one, or at the same time.

        A date is only a claim: an entry that was here in time is not made a follower by one
        that came in later under an earlier date. Otherwise anybody could make another look
        like a copyist, by copying him and dating the copy back."""
        if self.time_ms == other.time_ms:
            return True
        first, second = (self, other) if self.time_ms < other.time_ms else (other, self)
        if first.seen_ms > second.seen_ms and second.witnessed:
            return self is first
        return self is second

    @property
    def witnessed(self) -> bool:
        """Whether this node saw it soon enough after its date to vouch for that."""
        return self.seen_ms - self.time_ms <= WITNESSED_MS


class Observation(NamedTuple):
    """One entry as this node holds it."""

    act: Act
    text: str = ""
    tags: tuple[str, ...] = ()
    """Without the sign, in any case."""
    links: tuple[str, ...] = ()
    passed_on: tuple[bytes, ...] = ()
    """Ids of the entries that this one reposts or quotes."""
    began_ms: int | None = None
    """When the account began, as far as its entries say; None where that is not known."""


class Coincidence(NamedTuple):
    """`own` did what `other` had done, at the same time or before; `millibits` says how far
    that is from chance. Below 0 it says that both did it, but not in step."""

    channel: Channel
    item: bytes
    own: Act
    other: Act
    millibits: int

    def turned(self) -> Coincidence:
        """The same, from the other's side."""
        return Coincidence(self.channel, self.item, self.other, self.own, self.millibits)

    @property
    def lag_ms(self) -> int:
        """Time between the two, never negative."""
        return abs(self.own.time_ms - self.other.time_ms)
