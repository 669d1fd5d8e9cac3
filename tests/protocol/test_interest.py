"""Blinded interest: found by who carries the account, for the days around now only."""

from __future__ import annotations

import pytest

from sayso_protocol.errors import ProtocolViolation, WrongDay
from sayso_protocol.hashing import INTEREST_SIZE, blinded
from sayso_protocol.interest import DAY_MS, Directory, day_of
from sayso_protocol.limits import MAX_UNMATCHED
from sayso_protocol.peer import Now, Peer

ANN, BEN = bytes([1]) * 32, bytes([2]) * 32
NOON = 20_000 * DAY_MS + DAY_MS // 2


def test_a_carried_account_is_found_under_the_name_of_the_day() -> None:
    directory = Directory([ANN])
    for day in (19_999, 20_000, 20_001):
        assert directory.find(day, blinded(ANN, day), NOON) == ANN
        assert directory.find(day, blinded(BEN, day), NOON) is None
        assert directory.find(day, blinded(ANN, day + 1), NOON) is None


def test_an_account_that_is_carried_later_is_found_in_tables_that_exist() -> None:
    directory = Directory()
    assert directory.find(20_000, blinded(ANN, 20_000), NOON) is None
    directory.add(ANN)
    directory.add(ANN)
    assert directory.find(20_000, blinded(ANN, 20_000), NOON) == ANN


@pytest.mark.parametrize("day", [0, 19_998, 20_002, 2**32 - 1])
def test_a_day_far_away_is_refused(day: int) -> None:
    with pytest.raises(WrongDay):
        Directory([ANN]).find(day, blinded(ANN, day), NOON)


def test_a_day_that_has_passed_is_refused_although_its_table_is_there() -> None:
    directory = Directory([ANN])
    name = blinded(ANN, 20_000)
    assert directory.find(20_000, name, NOON) == ANN
    assert directory.find(20_000, name, NOON + DAY_MS) == ANN
    with pytest.raises(WrongDay):
        directory.find(20_000, name, NOON + 2 * DAY_MS)
    assert issubclass(WrongDay, ProtocolViolation)


def test_tables_of_past_days_are_forgotten() -> None:
    directory = Directory([ANN])
    for day in range(20_000, 20_030):
        assert directory.find(day, blinded(ANN, day), day * DAY_MS) == ANN
    assert len(directory._tables) <= 3


def test_the_names_of_one_account_differ_from_day_to_day() -> None:
    names = {blinded(ANN, day) for day in range(1000)}
    assert len(names) == 1000
    assert {len(name) for name in names} == {INTEREST_SIZE}


def test_the_day_begins_at_midnight_utc() -> None:
    assert day_of(DAY_MS - 1) == 0
    assert day_of(DAY_MS) == 1


def test_a_name_that_matched_nothing_is_remembered() -> None:
    peer = Peer("peer")
    peer.remember(20_000, blinded(ANN, 20_000))
    assert not peer.match_late(BEN)
    assert peer.match_late(ANN)
    assert peer.wants == {ANN}


def test_a_name_is_not_found_across_the_border_of_two_others() -> None:
    peer = Peer("peer")
    name = blinded(ANN, 20_000)
    peer.remember(20_000, bytes(4) + name[:4])
    peer.remember(20_000, name[4:] + bytes(4))
    assert not peer.match_late(ANN)


def test_remembered_names_are_bounded() -> None:
    peer = Peer("peer")
    for n in range(MAX_UNMATCHED + 10):
        peer.remember(20_000, n.to_bytes(8, "big"))
    assert sum(map(len, peer._unmatched.values())) == MAX_UNMATCHED * INTEREST_SIZE


def test_asks_are_overdue_after_the_time_out() -> None:
    peer = Peer("peer")
    ask = peer.session.ask([(ANN, 1, 2)]).asks[0]
    peer.asked_at[ask.number] = 1000
    assert peer.overdue(Now(0, 1500), 600) == []
    assert peer.overdue(Now(0, 1601), 600) == [ask]
