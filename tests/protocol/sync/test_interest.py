"""Blinded interest: found by who carries the account, for the days around now only."""

from __future__ import annotations

import pytest

from sayso_protocol.crypto.hashing import INTEREST_SIZE, TOKEN_SIZE, blinded
from sayso_protocol.errors import WrongDay
from sayso_protocol.limits import DAYS_A_SESSION, MAX_DAYS
from sayso_protocol.sync.effects import Disconnect
from sayso_protocol.sync.interest import DAY_MS, Days, Directory, day_of
from sayso_protocol.sync.now import Now
from sayso_protocol.sync.peer.peer import Peer
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frames import Hello, Want

ANN, BEN = bytes([1]) * 32, bytes([2]) * 32
NOON = 20_000 * DAY_MS + DAY_MS // 2


def test_a_carried_account_is_found_under_the_name_of_the_day() -> None:
    directory = Directory([ANN])
    for day in (19_999, 20_000, 20_001):
        assert directory.find(day, blinded(ANN, day)) == ANN
        assert directory.find(day, blinded(BEN, day)) is None
        assert directory.find(day, blinded(ANN, day + 1)) is None


def test_an_account_that_is_carried_later_is_found_in_tables_that_exist() -> None:
    directory = Directory()
    assert directory.find(20_000, blinded(ANN, 20_000)) is None
    directory.add(ANN)
    directory.add(ANN)
    assert directory.find(20_000, blinded(ANN, 20_000)) == ANN


@pytest.mark.parametrize("day", [0, 19_998, 20_002, 2**32 - 1])
def test_a_name_of_a_day_far_away_is_found_too(day: int) -> None:
    assert Directory([ANN]).find(day, blinded(ANN, day)) == ANN


def test_tables_that_were_used_longest_ago_are_forgotten() -> None:
    directory = Directory([ANN])
    for day in range(20_000, 20_030):
        assert directory.find(day, blinded(ANN, day)) == ANN
        assert directory.find(20_000, blinded(ANN, 20_000)) == ANN
    assert len(directory._tables) == MAX_DAYS
    assert 20_000 in directory._tables


@pytest.mark.parametrize("off_days", [0, 3650, -3650])
def test_a_peer_may_name_a_day_for_each_that_passes_whatever_its_clock_says(off_days: int) -> None:
    days = Days()
    for passed in range(400):
        days.note(20_000 + off_days + passed, NOON + passed * DAY_MS, passed * DAY_MS)


def test_a_peer_may_not_name_days_without_end() -> None:
    days = Days()
    days.note(20_000, NOON, 0)
    for day in range(DAYS_A_SESSION):
        days.note(day, NOON, 0)
        days.note(day, NOON, 0)
    with pytest.raises(WrongDay):
        days.note(1000, NOON, DAY_MS - 1)


def test_a_flood_of_days_ends_the_session() -> None:
    replica = Replica(epoch=bytes(16), software="test")
    replica.connected("ben", Now(NOON, 0))
    replica.receive("ben", Hello(1, "test", bytes(16)), Now(NOON, 0))
    named = 0
    for day in range(1000):
        named += 1
        if any(isinstance(e, Disconnect) for e in replica.receive("ben", want(day), Now(NOON, 0))):
            break
    assert named == DAYS_A_SESSION + 1


def want(day: int) -> Want:
    return Want(day, [blinded(ANN, day)], False, bytes(TOKEN_SIZE))


def test_the_names_of_one_account_differ_from_day_to_day() -> None:
    names = {blinded(ANN, day) for day in range(1000)}
    assert len(names) == 1000
    assert {len(name) for name in names} == {INTEREST_SIZE}


def test_the_day_begins_at_midnight_utc() -> None:
    assert day_of(DAY_MS - 1) == 0
    assert day_of(DAY_MS) == 1


def test_a_name_that_matched_nothing_is_remembered() -> None:
    peer = Peer("peer")
    peer.interest.add(Directory(), 20_000, [blinded(ANN, 20_000)], Now(NOON, 0))
    assert not peer.interest.match_late(BEN)
    assert peer.interest.match_late(ANN)
    assert peer.interest.wants == {ANN}


def test_a_name_is_not_found_across_the_border_of_two_others() -> None:
    peer = Peer("peer")
    name = blinded(ANN, 20_000)
    halves = [bytes(4) + name[:4], name[4:] + bytes(4)]
    peer.interest.add(Directory(), 20_000, halves, Now(NOON, 0))
    assert not peer.interest.match_late(ANN)


def test_asks_are_overdue_after_the_time_out() -> None:
    peer = Peer("peer")
    ask = peer.session.ask([(ANN, 1, 2)]).asks[0]
    peer.fetch.asked_at[ask.number] = 1000
    assert peer.overdue(Now(0, 1500), 600) == []
    assert peer.overdue(Now(0, 1601), 600) == [ask]
