"""A feed and a peer while entries are asked for: how far each has come."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field

from ...limits import MAX_SEQ, SECOND_SOURCE_MS
from ...ranges import Range, Ranges

Window = tuple[bytes, int, int]
"""Feed, first and last sequence number."""


@dataclass(slots=True)
class FeedProgress:
    """The parts of one feed that are held, offered and on their way."""

    held: Ranges
    wanted: bool = True
    asked: Ranges = field(default_factory=Ranges)
    offers: dict[str, Ranges] = field(default_factory=dict)
    guesses: dict[str, Ranges] = field(default_factory=dict)
    doubled: dict[int, int] = field(default_factory=dict)
    """Entries that are on their way more than once, and how often beside the first."""
    doubled_at: dict[int, int] = field(default_factory=dict)
    """When a further peer was asked for them last."""
    ceiling: int = MAX_SEQ
    """Highest number that is asked for: what lies above does not count, or is past a fork."""
    tried: dict[str, Ranges] | None = None
    """Of a feed that has ended: what each peer has answered since anything was taken of it. It
    may have been another branch, of which the peer does not know yet that it does not count."""
    withheld: Ranges | None = None
    """The entries that are held and not passed on, where there are any."""
    blank: Ranges | None = None
    """The entries whose bodies were taken back, where there are any: passed on without them, and
    not at all to a peer that takes no proofs."""
    version: int = 0
    """That of the scheduler when it was told last of something that is held now."""

    def gap(self, peer: str, known: Ranges) -> Range | None:
        """The highest stretch of what a peer has (or is guessed to have) to ask it for."""
        if self.ceiling < MAX_SEQ:
            known = known.within(1, self.ceiling)
        tried = (self.tried or {}).get(peer)
        others = (self.held, self.asked) if tried is None else (self.held, self.asked, tried)
        return known.highest_outside(*others)

    def expect(self, first: int, last: int, now_ms: int | None = None) -> None:
        """first..last is on its way, perhaps once more, then since `now_ms`."""
        for start, end in self.asked.within(first, last):
            again = range(start, end + 1)
            for seq in again:
                self.doubled[seq] = self.doubled.get(seq, 0) + 1
            if now_ms is not None:
                self.doubled_at |= dict.fromkeys(again, now_ms)
        self.asked.add(first, last)

    def release(self, first: int, last: int) -> None:
        """first..last is on its way once less."""
        self.asked.remove(first, last)
        for seq in self._doubled_within(first, last) if self.doubled else ():
            self.asked.add(seq, seq)
            self.doubled[seq] -= 1
            if not self.doubled[seq]:
                self._forget(seq)

    def hold(self, first: int, last: int) -> None:
        """first..last is held: whatever is still on its way is not waited for."""
        self.held.add(first, last)
        self.asked.remove(first, last)
        for seq in self._doubled_within(first, last) if self.doubled else ():
            self._forget(seq)

    def lately_doubled(self, now_ms: int) -> Ranges:
        """The entries that a further peer was asked for so lately that it may still answer in
        time."""
        recent = [seq for seq, at in self.doubled_at.items() if now_ms - at <= SECOND_SOURCE_MS]
        return Ranges((seq, seq) for seq in recent)

    def _doubled_within(self, first: int, last: int) -> list[int]:
        """The doubled entries of a range, by the shorter way."""
        if last - first < len(self.doubled):
            return [seq for seq in range(first, last + 1) if seq in self.doubled]
        return [seq for seq in self.doubled if first <= seq <= last]

    def _forget(self, seq: int) -> None:
        del self.doubled[seq]
        self.doubled_at.pop(seq, None)


@dataclass(slots=True)
class PeerProgress:
    """Windows of one peer that are open, and feeds of which it may be asked more."""

    queue: OrderedDict[bytes, None] = field(default_factory=OrderedDict)
    retries: deque[Window] = field(default_factory=deque)
    open: Counter[bytes] = field(default_factory=Counter)
    """Windows that are asked for, by feed."""
    windows: int = 0
    entries: int = 0
    feeds: set[bytes] = field(default_factory=set)
    """Those of which something that it has, or gave, is noted."""
