"""A peer that does not give what it announced is not waited for: another one is asked too."""

from __future__ import annotations

import pytest
from tests.protocol.sync.meeting import (
    FEED,
    GRANT,
    asks,
    at,
    meet,
    notices,
    of,
    offered,
    push,
    replica_with,
    run_of,
    sent,
    settle_all,
)

import sayso_protocol.sync.fetch.hedging
from sayso_protocol.limits import ASK_TIMEOUT_MS, LIVE_ENTRIES
from sayso_protocol.sync.effects import Disconnect, StoreRun
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frames import Entries, Graft, Heights, Miss

BOAST = 400


def announced(*names: str, height: int = 6, held: int = 5) -> Replica:
    """A replica to which peers announce an entry, in this order; the first was asked for it."""
    replica = replica_with(*names, held=held)
    for name in names:
        effects = replica.receive(name, Heights([(FEED.public, height)]), at(0))
        assert bool(asks(effects)) == (name == names[0])
    return replica


def seconds_until_asked(replica: Replica, name: str) -> float:
    for tenth in range(10, 400, 10):
        if asks(replica.tick(at(tenth / 10)), name):
            return tenth / 10
    raise AssertionError("never asked")


def test_a_second_peer_is_asked_soon_and_made_a_branch() -> None:
    replica = announced("mute", "ben")
    assert asks(replica.tick(at(1))) == []
    effects = replica.tick(at(2))
    assert [(ask.first, ask.last) for ask in asks(effects, "ben")] == [(6, 6)]
    assert sent(effects, Graft, "ben") == [Graft([FEED.public])]
    assert notices(effects) == ["slow"]


def test_control_without_a_second_source_the_entry_waits_for_the_time_out(monkeypatch) -> None:
    monkeypatch.setattr(sayso_protocol.sync.fetch.hedging, "SECOND_SOURCE_MS", 10**9)
    assert seconds_until_asked(announced("mute", "ben"), "ben") > ASK_TIMEOUT_MS / 1000
    monkeypatch.undo()
    assert seconds_until_asked(announced("mute", "ben"), "ben") <= 2


def test_a_slow_peer_is_waited_for_once() -> None:
    replica = announced("mute", "ben")
    (ask,) = asks(replica.tick(at(2)), "ben")
    settle_all(replica, replica.receive("ben", Entries(ask.number, run_of(6)), at(2.1)), at(2.1))
    for name in ("mute", "ben"):
        replica.receive(name, Heights([(FEED.public, 7)]), at(10))
    assert asks(replica.tick(at(10.2)), "ben")


def test_the_next_is_asked_where_the_second_is_mute_too() -> None:
    replica = announced("mute", "dumb", "ben")
    assert asks(replica.tick(at(2)), "dumb")
    assert asks(replica.tick(at(3)), "ben") == []
    assert asks(replica.tick(at(4)), "ben")


def test_a_boast_does_not_hide_what_others_announce() -> None:
    """The first claims far more than there is and is asked for all of it; the others' entry lies
    somewhere in that, and so does the one after it."""
    replica = replica_with("liar", "ben", held=5)
    replica.receive("liar", offered(GRANT, BOAST), at(0))
    replica.receive("ben", Heights([(FEED.public, 6)]), at(0))
    (ask,) = asks(replica.tick(at(2)), "ben")
    assert (ask.first, ask.last) == (6, 6)
    settle_all(replica, replica.receive("ben", Entries(ask.number, run_of(6)), at(2.1)), at(2.1))
    replica.receive("ben", Heights([(FEED.public, 7)]), at(3))
    assert [(a.first, a.last) for a in asks(replica.tick(at(4)), "ben")] == [(7, 7)]


def test_a_push_is_taken_at_once_whoever_was_asked_for_it() -> None:
    replica = announced("mute", "ben")
    effects = push(replica, "ben", run_of(6), at(0.1))
    assert len(of(effects, StoreRun)) == 1
    settle_all(replica, effects, at(0.1))
    assert replica.height(FEED.public) == 6
    assert asks(replica.tick(at(2))) == []


@pytest.mark.parametrize("late", [10.0, 59.0])
def test_the_late_answer_is_no_offence_and_passed_on_to_nobody(late: float) -> None:
    replica = announced("tardy", "ben")
    first = next(iter(replica.peers["tardy"].session.asked))
    (ask,) = asks(replica.tick(at(2)), "ben")
    settle_all(replica, replica.receive("ben", Entries(ask.number, run_of(6)), at(2.1)), at(2.1))
    for second in range(3, int(late)):
        replica.tick(at(second))
    effects = replica.receive("tardy", Entries(first, run_of(6)), at(late))
    effects += settle_all(replica, effects, at(late))
    assert of(effects, Disconnect) == []
    assert asks(effects) == []
    assert replica.peers["tardy"].conduct.refusals == 0


def test_what_the_second_lacks_is_still_on_its_way_from_the_first() -> None:
    replica = announced("slow", "ben")
    first = next(iter(replica.peers["slow"].session.asked))
    (ask,) = asks(replica.tick(at(2)), "ben")
    effects = replica.receive("ben", Miss([ask.number]), at(2.1))
    assert asks(effects) == []  # above all not of the slow one for a second time
    settle_all(replica, replica.receive("slow", Entries(first, run_of(6)), at(3)), at(3))
    assert replica.height(FEED.public) == 6


def test_the_past_is_not_fetched_twice_because_a_line_is_slow() -> None:
    replica = replica_with(held=0)
    for name in ("ben", "cid"):
        meet(replica, name, offer=4000)
    doubled = 0
    for second in range(1, 20):
        replica.tick(at(second))
        state = replica._scheduler._feeds[FEED.public]
        doubled = max(doubled, sum(state.doubled.values()))
    assert doubled <= LIVE_ENTRIES


def test_nothing_is_left_over_when_all_has_come() -> None:
    replica = announced("mute", "dumb", "ben")
    for second in range(1, 5):
        effects = replica.tick(at(second))
        for ask in asks(effects, "ben"):
            answer = replica.receive("ben", Entries(ask.number, run_of(6)), at(second))
            settle_all(replica, answer, at(second))
    for name in ("mute", "dumb"):
        replica.lost(name, at(5))
    state = replica._scheduler._feeds[FEED.public]
    assert (state.doubled, state.doubled_at, list(state.asked)) == ({}, {}, [])
