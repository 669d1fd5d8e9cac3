"""The uplink that peers may use up: everything once, and again for a price.

Whoever asks for what it has not had yet is answered as fast as it reads: a first sync is not slowed
down by this. Who asks for the same again and again would have a small question answered with
megabytes each time. So what a peer has had is counted by stretches of feeds, for it and for all
peers at its address together, and what goes beyond comes out of a budget of bytes: a stranger waits
for it, while own feeds and peers that give something in return cost a quarter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ...limits import (
    COPIES_A_NETWORK,
    COPIES_A_PEER,
    COPIES_FORGOTTEN_MS,
    MAX_RUN_ENTRIES,
    MAX_STRETCHES,
    PAUSE_MS,
    REPEATED_BYTES,
    REPEATED_BYTES_A_SECOND,
)
from ...token_bucket import TokenBucket
from .processor import Recent

STRETCH: Final = MAX_RUN_ENTRIES
"""Entries that are counted together."""

NETWORK_SHARE: Final = 4
"""How many peers' bytes all at one address share."""

FAVOURED: Final = 4
"""How many bytes of an own feed, or to a useful peer, cost as much as one of others."""


@dataclass(slots=True)
class _Given:
    """Entries that somebody has had, and the bytes of which he may have more."""

    copies: int
    spare: TokenBucket
    since_ms: float
    counts: dict[tuple[bytes, int], int] = field(default_factory=dict)
    """By feed and stretch."""

    def repeats(self, answer: Given, mono_ms: float) -> bool:
        """Count an answer. Whether some stretch in it was had before, as often as it may be."""
        if mono_ms - self.since_ms > COPIES_FORGOTTEN_MS:
            self.counts.clear()
            self.since_ms = mono_ms
        repeated = False
        for stretch in range(answer.first // STRETCH, answer.last // STRETCH + 1):
            begin = stretch * STRETCH
            last = min(answer.last, begin + STRETCH - 1)
            count = last - max(answer.first, begin) + 1
            had = self.counts[answer.feed, stretch] = (
                self.counts.get((answer.feed, stretch), 0) + count
            )
            there = min(max(answer.height, last) - begin + 1, STRETCH)
            repeated = repeated or had > self.copies * there
        return repeated


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to an ask: `size` bytes with first..last of a feed of which `height` is the newest
    that is held. `favoured` where the feed is the own one or the peer gives something too."""

    feed: bytes
    first: int
    last: int
    height: int
    size: int
    favoured: bool

    @property
    def price(self) -> float:
        """The bytes that it costs."""
        return self.size / FAVOURED if self.favoured else self.size


class EgressBudget:
    """What peers and addresses have had of this node, also those that have gone."""

    def __init__(self) -> None:
        self._peers = _Counted(COPIES_A_PEER, 1)
        self._networks = _Counted(COPIES_A_NETWORK, NETWORK_SHARE)

    def give(self, peer: str, network: str, answer: Given, mono_ms: float) -> float | None:
        """A peer, at an address that belongs to `network`, is given an answer. None where that is
        for nothing; else the milliseconds until it may have the next."""
        counted = (self._peers, peer), (self._networks, network)
        payers = [paid for by, name in counted if (paid := by.count(name, answer, mono_ms))]
        if not payers:
            return None
        pause_ms = max(payer.reserve(mono_ms, answer.price) for payer in payers)
        return pause_ms if pause_ms >= PAUSE_MS else 0.0


class _Counted:
    """What each of many has had. Of too many stretches those are forgotten of whom was away for
    longest: where there are many names, it is not by asking again that they make this node send."""

    def __init__(self, copies: int, shares: int) -> None:
        self._copies = copies
        self._shares = shares
        self._given: Recent[_Given] = Recent()
        self._stretches = 0

    def count(self, name: str, answer: Given, mono_ms: float) -> TokenBucket | None:
        """Count an answer; gives what pays for it where it was had before."""
        given = self._given.of(name) or self._put(name, mono_ms)
        before = len(given.counts)
        repeats = given.repeats(answer, mono_ms)
        self._stretches += len(given.counts) - before
        while self._stretches > MAX_STRETCHES:
            self._forget(self._given.pop_oldest())
        return given.spare if repeats else None

    def _put(self, name: str, mono_ms: float) -> _Given:
        rate = self._shares * REPEATED_BYTES, self._shares * REPEATED_BYTES_A_SECOND
        given = _Given(self._copies, TokenBucket(*rate), mono_ms)
        if self._given.is_full:
            self._forget(self._given.pop_oldest())
        return self._given.put(name, given)

    def _forget(self, given: _Given) -> None:
        self._stretches -= len(given.counts)
