"""The seats of a node: who gets one, and who gives way for it.

A seat is an inbound connection whose peer has proved an identity, which costs a stranger nothing.
So a part of the seats is kept for peers of whom something has come, and the rest, the open seats,
is shared out by network: where one more is needed, the least useful of the most crowded network
gives way. After Bitcoin Core's eviction of inbound peers (`src/node/eviction.cpp`), which protects
by several things that an attacker cannot have all at once.

Pure: the caller says what is known of each peer, and the time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

KEPT_PART: Final = 3
"""One seat in so many is kept for useful peers: enough for all whom a person follows and meets,
and two thirds are left to strangers, one of whom may be tomorrow's friend."""

TRIAL_MS: Final = 15_000
"""How long a new peer is left alone by others who are no better: time to say hello, to name what
it wants and to bring something over a slow line."""

TURN_MS: Final = 60_000
"""How long an open seat is safe from everybody who has had none: time to take what is new over a
slow line. Then the next one has his turn, so that nobody fills a house by sitting in it."""

TURN_AGAIN_MS: Final = 10 * TURN_MS
"""Who had a turn takes no other's before this has passed."""

MAX_TURNS: Final = 4096
"""Peers whose turns are remembered."""

UNUSED_MS: Final = 1_000
"""The same of a connection on which nothing runs yet: a round trip or two of the worst line."""

CROWDING: Final = (4, 2, 1)
"""What each neighbour in a seat's networks counts, the narrowest first: eight in one address are
more of a crowd than eight of one provider."""


def crowding_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """How crowded it is around each of those that are in these networks, itself counted."""
    counts = Counter(network for networks in rows for network in networks)
    return [
        sum(weight * counts[one] for weight, one in zip(CROWDING, networks, strict=False))
        or sum(CROWDING)
        for networks in rows
    ]


class Standing(IntEnum):
    """What is known of a peer, from little to much."""

    UNUSED = 0
    """Nothing runs on its connection."""
    IDLE = 1
    """Nothing has come of it."""
    READER = 2
    """It took what it asked for."""
    CARRIER = 3
    """It says that it carries accounts that are wanted here. From here on a peer is useful."""
    FOLLOWER = 4
    """It took what is written here, and so can pass it on. Who refuses it does not ask for it."""
    SOURCE = 5
    """It brought entries of wanted accounts that were lacking here, now or earlier: the peers of
    those who are followed are among these, and come to be so by their first post."""
    CHOSEN = 6
    """The owner named it."""


@dataclass(frozen=True, slots=True)
class SeatLimits:
    """How many there are, and how many of them one network or peer may have."""

    seats: int
    a_network: int
    """Open seats of one narrowest network."""
    a_peer: int
    """Seats of one identity; one more replaces the oldest of them."""
    trial_ms: int = TRIAL_MS
    unused_ms: int = UNUSED_MS
    turn_ms: int = TURN_MS

    @property
    def kept(self) -> int:
        """Seats that only useful peers get."""
        return self.seats // KEPT_PART

    @property
    def open(self) -> int:
        """Seats that anybody gets."""
        return self.seats - self.kept


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """One connection. `networks` are those of its address, the narrowest first; an address without
    any is nobody's neighbour. `since_ms` is when it came, by a clock that never jumps."""

    peer: str
    networks: Sequence[str]
    since_ms: int


class NoSeatError(Exception):
    """There is no seat for a peer now; the text says why, for a person."""


@dataclass(slots=True)
class SeatCounts:
    """The seats, and counts since the start."""

    seats: int = 0
    """How many there are, and how many of them are `taken` now."""
    taken: int = 0
    admitted: int = 0
    """Peers that got a seat."""
    refused: int = 0
    """Peers that got no seat."""
    gave_way: int = 0
    """Peers that lost theirs to another."""


StandingOf = Callable[[Seat], Standing]


class Seats:
    """The seats that are taken."""

    def __init__(self, limits: SeatLimits) -> None:
        self._limits = limits
        self._taken: dict[Seat, None] = {}
        self._turns: dict[str, int] = {}
        """Peers that gave way to others, and when."""
        self.counts = SeatCounts(limits.seats)

    def __len__(self) -> int:
        return len(self._taken)

    @property
    def taken(self) -> Collection[Seat]:
        """Those that are taken, the oldest first."""
        return self._taken.keys()

    def take(self, newcomer: Seat, standing_of: StandingOf, now_ms: int) -> list[Seat]:
        """Give a seat; gives those that have lost theirs by it. Raises `NoSeatError`."""
        gone = self._own_oldest(newcomer)
        others = [seat for seat in self._taken if seat not in gone]
        try:
            gone += self._who_gives_way(_Row([*others, newcomer], standing_of), newcomer, now_ms)
        except NoSeatError:
            self.counts.refused += 1
            raise
        self.counts.gave_way += len(gone)
        for seat in gone:
            self.leave(seat)
            if seat.peer != newcomer.peer:
                self._note_turn(seat.peer, now_ms)
        self._taken[newcomer] = None
        self.counts.admitted += 1
        self.counts.taken = len(self._taken)
        return gone

    def leave(self, seat: Seat) -> None:
        """A seat is free again."""
        self._taken.pop(seat, None)
        self.counts.taken = len(self._taken)

    def _note_turn(self, peer: str, now_ms: int) -> None:
        self._turns.pop(peer, None)
        self._turns[peer] = now_ms
        if len(self._turns) > MAX_TURNS:
            del self._turns[next(iter(self._turns))]

    def _had_turn(self, peer: str, now_ms: int) -> bool:
        at = self._turns.get(peer)
        return at is not None and now_ms - at < TURN_AGAIN_MS

    def _own_oldest(self, newcomer: Seat) -> list[Seat]:
        """A peer whose links died unnoticed can always come back."""
        own = [seat for seat in self._taken if seat.peer == newcomer.peer]
        return own[: max(0, len(own) - self._limits.a_peer + 1)]

    def _who_gives_way(self, row: _Row, newcomer: Seat, now_ms: int) -> list[Seat]:
        kept = row.kept(self._limits.kept)
        open_seats = [seat for seat in row.seats if seat not in kept]
        if newcomer not in kept and newcomer.networks:
            near = newcomer.networks[0]
            neighbours = [seat for seat in open_seats if near in seat.networks[:1]]
            if len(neighbours) > self._limits.a_network:
                return [self._least(row, neighbours, newcomer, now_ms, f"from {near}")]
        if len(open_seats) > self._limits.open:
            return [self._least(row, open_seats, newcomer, now_ms, "for strangers")]
        return []

    def _least(
        self, row: _Row, seats: Sequence[Seat], newcomer: Seat, now_ms: int, what: str
    ) -> Seat:
        """The seat that gives way, of those that hold too many. Raises `NoSeatError`."""
        others = [seat for seat in seats if seat is not newcomer]
        crowding = row.crowding(seats)
        most = max((crowding[seat] for seat in others), default=0)
        # Only who shares a network has a crowd around him: others there have one as well.
        if newcomer not in crowding or most > crowding[newcomer]:
            return min((seat for seat in others if crowding[seat] == most), key=row.worth)
        waited = not self._had_turn(newcomer.peer, now_ms)
        for seat in sorted((one for one in others if crowding[one] == most), key=row.worth):
            is_better = row.standing[seat] > row.standing[newcomer]
            if is_better and not waited:
                break
            safe_ms = self._limits.turn_ms if is_better else self._trial_ms(row.standing[seat])
            if now_ms - seat.since_ms >= safe_ms:
                return seat
        raise NoSeatError(f"no seat is free {what}")

    def _trial_ms(self, standing: Standing) -> int:
        return self._limits.unused_ms if standing is Standing.UNUSED else self._limits.trial_ms


class _Row:
    """All that have a seat and the one that comes, looked at once."""

    def __init__(self, seats: Sequence[Seat], standing_of: StandingOf) -> None:
        self.seats = seats
        self.standing = {seat: standing_of(seat) for seat in seats}

    def kept(self, most: int) -> set[Seat]:
        """Those in the seats that are kept: the most useful, of as many networks as there are."""
        useful = [seat for seat in self.seats if self.standing[seat] >= Standing.CARRIER]
        useful.sort(key=lambda seat: (-self.standing[seat], seat.since_ms))
        place: Counter[str] = Counter()
        ranked: list[tuple[int, int, Seat]] = []
        for seat in useful:
            near = seat.networks[0] if seat.networks else ""
            ranked.append((-self.standing[seat], place[near] if near else 0, seat))
            place[near] += 1
        ranked.sort(key=lambda one: one[:2])
        in_order = [seat for _, _, seat in ranked]
        chosen = [seat for seat in in_order if self.standing[seat] is Standing.CHOSEN][:most]
        # Half for who passes on what is written here: else those who bring things, and refuse
        # this author, would be all that are left.
        followers = [seat for seat in in_order if self.standing[seat] is Standing.FOLLOWER]
        kept = dict.fromkeys(chosen + followers[: (most - len(chosen) + 1) // 2])
        for seat in in_order:
            if len(kept) < most:
                kept[seat] = None
        return set(kept)

    def crowding(self, seats: Sequence[Seat]) -> dict[Seat, int]:
        """How crowded it is around each, itself counted."""
        found = crowding_of([seat.networks for seat in seats])
        return dict(zip(seats, found, strict=True))

    def worth(self, seat: Seat) -> tuple[int, int]:
        """What speaks for a seat beside another as crowded: its use; of two useless ones the
        newer, which may still bring something, of two useful ones the older."""
        standing = self.standing[seat]
        age = -seat.since_ms if standing >= Standing.CARRIER else seat.since_ms
        return standing, age
