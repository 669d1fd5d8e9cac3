"""Seats: who gets one, who gives way. The rules, then whatever peers come and go."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.budget import examples, long

from sayso_protocol.seats import (
    CROWDING,
    TRIAL_MS,
    TURN_AGAIN_MS,
    TURN_MS,
    UNUSED_MS,
    NoSeatError,
    Seat,
    SeatLimits,
    Seats,
    Standing,
)

LIMITS = SeatLimits(seats=200, a_network=8, a_peer=4)
LATER = 10 * TRIAL_MS
FRIEND = ("friend", "friend-", "friend--")


def nested(address: int) -> tuple[str, str, str]:
    """The networks of a made-up address: four bits each."""
    return f"{address:03x}", f"{address >> 4:02x}-", f"{address >> 8:x}--"


@dataclass
class Door:
    """Seats, and what is known of the peers that come."""

    limits: SeatLimits = LIMITS
    standing: dict[str, Standing] = field(default_factory=dict)
    now_ms: int = 0

    def __post_init__(self) -> None:
        self.seats = Seats(self.limits)
        self.gone: list[str] = []

    def come(self, peer: str, networks: tuple[str, ...], standing: Standing | None = None) -> bool:
        """Whether a peer gets a seat."""
        self.standing.setdefault(peer, Standing.IDLE)
        if standing is not None:
            self.standing[peer] = standing
        newcomer = Seat(peer, networks, self.now_ms)
        try:
            gone = self.seats.take(newcomer, lambda seat: self.standing[seat.peer], self.now_ms)
        except NoSeatError:
            return False
        self.gone += [seat.peer for seat in gone]
        return True

    def seated(self) -> list[str]:
        return [seat.peer for seat in self.seats.taken]


def crowd(door: Door, addresses: int, each: int, standing: Standing = Standing.IDLE) -> None:
    """Strangers from so many addresses, as far apart as can be, until all is full."""
    for number in range(addresses * each):
        door.come(f"x{number}", nested(number % addresses << 4), standing)


def slash_56(door: Door, seats: int) -> None:
    for number in range(seats):
        door.come(f"x{number}", ("2001:db8:1:200::/56", "2001:db8:1::/48", "2001:db8::/32"))


# --- what was seen, and what must hold ------------------------------------------------------


@long
@pytest.mark.parametrize("standing", [Standing.IDLE, Standing.READER, Standing.SOURCE])
@pytest.mark.parametrize("wait", [0, LATER])
@pytest.mark.parametrize("addresses", [1, 2, 30, 133, 256])
def test_idle_strangers_keep_no_friend_out(addresses: int, wait: int, standing: Standing) -> None:
    door = Door()
    crowd(door, addresses, 512 // addresses)
    door.now_ms += wait
    assert door.come("friend", FRIEND, standing)


@pytest.mark.parametrize(("wait", "comes"), [(0, False), (TRIAL_MS, True)])
def test_strangers_who_are_no_crowd_make_room_when_they_had_their_time(
    wait: int, comes: bool
) -> None:
    door = Door()
    for number in range(200):
        door.come(f"x{number}", (f"{number}", f"{number}-", f"{number}--"))
    door.now_ms += wait
    assert door.come("stranger", FRIEND) == comes
    assert door.come("friend", FRIEND, Standing.SOURCE)


def test_neither_does_one_household() -> None:
    door = Door()
    slash_56(door, 200)
    assert len(door.seats) == door.limits.a_network
    assert door.come("friend", FRIEND)


def test_a_friend_among_a_crowd_of_his_own_network_has_a_kept_seat() -> None:
    door = Door()
    slash_56(door, 200)
    assert door.come("friend", door.seats.taken.__iter__().__next__().networks, Standing.SOURCE)
    slash_56(door, 200)
    assert "friend" in door.seated()


@long
def test_a_kept_seat_is_not_lost_to_any_number_of_strangers() -> None:
    door = Door()
    for number in range(door.limits.kept):
        assert door.come(f"friend{number}", nested(number << 4), Standing.SOURCE)
    for _ in range(3):
        door.now_ms += LATER
        crowd(door, 250, 4, Standing.READER)
    assert not [peer for peer in door.gone if peer.startswith("friend")]
    assert len(door.seats) == door.limits.seats


@long
def test_who_only_says_that_it_carries_does_not_push_out_who_brought_something() -> None:
    door = Door()
    assert door.come("friend", nested(0), Standing.SOURCE)
    for _ in range(3):
        door.now_ms += LATER
        crowd(door, 256, 1, Standing.CARRIER)
    assert "friend" in door.seated()


def test_seats_are_kept_for_as_many_networks_as_there_are() -> None:
    """Two hundred from thirty addresses that each brought something once: a friend who brought
    something too is one of the thirty-one firsts."""
    door = Door()
    crowd(door, 30, 8, Standing.SOURCE)
    assert door.come("friend", FRIEND, Standing.SOURCE)
    crowd(door, 30, 8, Standing.SOURCE)
    assert "friend" in door.seated()


def alone(number: int) -> tuple[str, str, str]:
    """Networks that nobody else is in."""
    return f"{number}", f"{number}-", f"{number}--"


@pytest.mark.parametrize("standing", [Standing.READER, Standing.CARRIER, Standing.SOURCE])
@pytest.mark.parametrize(("wait", "comes"), [(TURN_MS - 1, False), (TURN_MS, True)])
def test_who_sat_for_a_turn_makes_room_for_who_had_none(
    wait: int, comes: bool, standing: Standing
) -> None:
    """However useful: those who refuse an author can be, in what others write."""
    door = Door()
    for number in range(200):
        door.come(f"x{number}", alone(number), standing)
    door.now_ms += wait
    assert door.come("follower", FRIEND) == comes


def test_who_had_a_turn_takes_no_other_for_a_while() -> None:
    door = Door()
    for number in range(200):
        door.come(f"x{number}", alone(number), Standing.READER)
    door.now_ms += TURN_MS
    assert door.come("follower", FRIEND)
    [gone] = door.gone
    door.standing[gone] = Standing.IDLE
    assert not door.come(gone, alone(1000))
    door.now_ms += TURN_AGAIN_MS
    assert door.come(gone, alone(1000))


@long
@pytest.mark.parametrize("others", [Standing.CARRIER, Standing.SOURCE])
def test_half_of_the_kept_seats_are_for_who_takes_what_is_written_here(others: Standing) -> None:
    door = Door()
    half = door.limits.kept // 2
    for number in range(1000):
        door.come(f"refuser{number}", alone(number), others)
    for number in range(half):
        assert door.come(f"follower{number}", alone(2000 + number), Standing.FOLLOWER)
    for number in range(3000, 4000):
        door.now_ms += TURN_MS
        door.come(f"refuser{number}", alone(number), others)
    assert len([peer for peer in door.seated() if peer.startswith("follower")]) == half


def test_the_least_useful_of_the_most_crowded_network_gives_way() -> None:
    door = Door(SeatLimits(seats=6, a_network=8, a_peer=4))
    for peer, networks, standing in [
        ("reader", nested(0x111), Standing.READER),
        ("idle", nested(0x111), Standing.IDLE),
        ("alone", nested(0x222), Standing.IDLE),
        ("elsewhere", nested(0x333), Standing.IDLE),
    ]:
        assert door.come(peer, networks, standing)
    assert door.come("newcomer", nested(0x444))
    assert door.gone == ["idle"]


def test_a_new_one_is_left_alone_by_those_who_are_no_better() -> None:
    door = Door(SeatLimits(seats=3, a_network=8, a_peer=4))
    assert door.come("one", ()) and door.come("two", ())
    door.now_ms = TRIAL_MS - 1
    assert not door.come("three", ())
    door.now_ms = TRIAL_MS
    assert door.come("three", ())
    assert door.gone == ["one"]
    assert (door.seats.counts.refused, door.seats.counts.gave_way) == (1, 1)


def test_a_connection_on_which_nothing_runs_goes_soon() -> None:
    door = Door(SeatLimits(seats=3, a_network=8, a_peer=4))
    assert door.come("session", ()) and door.come("unused", (), Standing.UNUSED)
    door.now_ms = UNUSED_MS
    assert door.come("three", ())
    assert door.gone == ["unused"]


def test_a_peer_replaces_its_own_oldest() -> None:
    door = Door(SeatLimits(seats=9, a_network=8, a_peer=2))
    assert all(door.come("same", (f"n{number}",)) for number in range(5))
    assert door.seated() == ["same"] * 2
    assert [seat.networks for seat in door.seats.taken] == [("n3",), ("n4",)]


# --- whatever comes -------------------------------------------------------------------------

ADDRESSES = st.one_of(
    st.integers(0, 0xFFF).map(nested),
    st.just(()),
    st.sampled_from([0x111, 0x112, 0x12]).map(nested),
)


@given(
    st.lists(st.tuples(ADDRESSES, st.sampled_from(Standing)), max_size=60), ADDRESSES,
    st.integers(2, 30), st.integers(0, 2 * TRIAL_MS),
)  # fmt: skip
def test_a_useful_peer_is_refused_only_for_others_as_useful(
    crowd: list[tuple[tuple[str, ...], Standing]], networks: tuple[str, ...], size: int, wait: int
) -> None:
    door = Door(SeatLimits(seats=size, a_network=3, a_peer=1))
    for number, (of, standing) in enumerate(crowd):
        door.come(f"x{number}", of, standing)
    useful = sum(door.standing[peer] >= Standing.CARRIER for peer in door.seated())
    door.now_ms += wait
    if useful < door.limits.kept:
        assert door.come("friend", networks, Standing.CARRIER)
        assert door.come("other", networks, Standing.IDLE) or True
        assert "friend" in door.seated()


class Crowds(RuleBasedStateMachine):
    """Peers come, go and come to be useful, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.door = Door(SeatLimits(seats=12, a_network=3, a_peer=2))
        self.number = 0

    @rule(networks=ADDRESSES, standing=st.sampled_from(Standing))
    def comes(self, networks: tuple[str, ...], standing: Standing) -> None:
        door, before = self.door, list(self.door.seats.taken)
        kept = self.kept()
        open_seats = [seat for seat in before if seat not in kept]
        *around, here = self.crowding([*open_seats, Seat("", networks, 0)])
        self.number += 1
        came = door.come(f"p{self.number}", networks, standing)
        left = [seat for seat in before if seat not in door.seats.taken]
        assert len(left) <= 1
        if standing < Standing.CARRIER:
            assert not set(left) & set(kept), "a stranger takes no kept seat"
        if not came:
            assert left == []
        if not came and kept == list(filter(self.is_useful, before)):
            alone = here == sum(CROWDING)
            assert not (alone and max(around) > here), "there is always room beside a crowd"

    @rule(networks=ADDRESSES, peer=st.integers(1, 40))
    def comes_again(self, networks: tuple[str, ...], peer: int) -> None:
        self.door.come(f"again{peer}", networks)

    @precondition(lambda self: len(self.door.seats))
    @rule(data=st.data())
    def goes(self, data: st.DataObject) -> None:
        self.door.seats.leave(data.draw(st.sampled_from(list(self.door.seats.taken))))

    @precondition(lambda self: len(self.door.seats))
    @rule(data=st.data())
    def comes_to_be_useful(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(list(self.door.seats.taken)))
        self.door.standing[seat.peer] = max(Standing.SOURCE, self.door.standing[seat.peer])

    @rule(seconds=st.integers(0, 30))
    def time_passes(self, seconds: int) -> None:
        self.door.now_ms += seconds * 1000

    @invariant()
    def there_are_so_many_and_no_more(self) -> None:
        door = self.door
        peers = Counter(door.seated())
        strangers = [seat for seat in door.seats.taken if not self.is_useful(seat)]
        near = Counter(seat.networks[0] for seat in strangers if seat.networks)
        assert len(door.seats) <= door.limits.seats
        assert len(strangers) <= door.limits.open
        assert all(count <= door.limits.a_peer for count in peers.values())
        assert all(count <= door.limits.a_network for count in near.values())

    def is_useful(self, seat: Seat) -> bool:
        return self.door.standing[seat.peer] >= Standing.CARRIER

    def kept(self) -> list[Seat]:
        """The useful, where there is a kept seat for each of them."""
        useful = [seat for seat in self.door.seats.taken if self.is_useful(seat)]
        return useful if len(useful) <= self.door.limits.kept else []

    @staticmethod
    def crowding(seats: list[Seat]) -> list[int]:
        counts = Counter(network for seat in seats for network in seat.networks)
        return [
            sum(w * counts[n] for w, n in zip(CROWDING, seat.networks, strict=False)) or 7
            for seat in seats
        ]


TestCrowds = Crowds.TestCase
TestCrowds.settings = examples(60, stateful_step_count=40, deadline=None)
