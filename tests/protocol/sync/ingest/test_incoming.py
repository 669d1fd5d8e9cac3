"""Pushed runs: copies cost nothing, another branch is seen, and nobody is charged for a guess."""

from __future__ import annotations

from dataclasses import replace

from tests.protocol.sync.meeting import (
    FEED,
    GRANT,
    asks,
    at,
    notices,
    of,
    offered,
    push,
    pushed_to,
    replica_with,
    run_of,
    sent,
    settle_all,
)

from sayso_protocol.errors import BadSignature, Forked
from sayso_protocol.feed.run import RawRun
from sayso_protocol.limits import LIVE_ENTRIES, MAX_REFUSALS, PRUNE_EVERY_MS, TIPS
from sayso_protocol.sync.effects import Disconnect, StoreRun
from sayso_protocol.sync.feeds.tips import Tips
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frames import Graft, Heights, Miss, Prune


def live(*names: str, entries: int = 6) -> Replica:
    """A replica to which the first peer has pushed an entry."""
    replica = replica_with(*names, held=entries - 1)
    settle_all(replica, push(replica, names[0], run_of(entries), at(0)), at(0))
    return replica


def test_a_copy_is_not_stored_again() -> None:
    replica = live("ann", "ben")
    effects = push(replica, "ben", run_of(6), at(0.1))
    assert of(effects, StoreRun) == []
    assert sent(effects, Prune) == [Prune([FEED.public])]


def test_nor_while_the_first_is_being_stored() -> None:
    replica = replica_with("ann", "ben", held=5)
    assert len(of(push(replica, "ann", run_of(6), at(0)), StoreRun)) == 1
    assert of(push(replica, "ben", run_of(6), at(0)), StoreRun) == []


def test_a_copy_of_what_was_refused_is_stored() -> None:
    replica = replica_with("ann", "ben", held=5)
    settle_all(replica, push(replica, "ann", run_of(6), at(0)), at(0), BadSignature("spoilt"))
    assert len(of(push(replica, "ben", run_of(6), at(0)), StoreRun)) == 1


def test_another_branch_is_stored_although_its_numbers_are_held() -> None:
    replica = live("ann", "ben")
    effects = push(replica, "ben", run_of(6, branch=1), at(0.1))
    assert len(of(effects, StoreRun)) == 1
    done = settle_all(replica, effects, at(0.1), Forked("two entries"))
    assert notices(done) == ["forked"]
    assert of(push(replica, "ann", run_of(7), at(0.2)), StoreRun) == []  # it is not extended


def test_control_by_numbers_alone_the_fork_is_not_seen(monkeypatch) -> None:
    known = lambda self, run: True  # noqa: E731
    monkeypatch.setattr(Tips, "knows", known)
    replica = live("ann", "ben")
    assert of(push(replica, "ben", run_of(6, branch=1), at(0.1)), StoreRun) == []


def test_what_is_only_compared_is_not_passed_on() -> None:
    replica = live("ann", "ben", "cid")
    replica.receive("cid", offered(GRANT, 3), at(0))
    effects = push(replica, "ben", run_of(3, branch=1), at(0.1))
    assert len(of(effects, StoreRun)) == 1
    assert pushed_to(settle_all(replica, effects, at(0.1))) == []


def test_a_flood_of_old_entries_is_compared_once_a_second() -> None:
    replica = live("ann", "ben", entries=600)
    judged = 0
    for n in range(5000):
        effects = push(replica, "ben", run_of(1 + n % 500, branch=n % 7), at(1 + n / 1000))
        judged += len(of(effects, StoreRun))
        settle_all(replica, effects, at(1 + n / 1000))
    assert judged <= 6


def test_few_tips_are_kept() -> None:
    tips = Tips()
    for seq in range(1, 100):
        tips.note(run_of(seq))
    assert [seq for seq in range(1, 100) if tips.knows(run_of(seq))] == list(range(100 - TIPS, 100))


# --- prune -------------------------------------------------------------------------------


def prunes(seconds: float) -> int:
    replica = live("ann", "ben")
    effects = []
    for n in range(round(seconds * 100)):
        effects += push(replica, "ben", run_of(6), at(n / 100))
    return len(sent(effects, Prune))


def test_a_feed_is_pruned_once_in_a_while() -> None:
    assert prunes(PRUNE_EVERY_MS / 1000) == 1
    assert prunes(3 * PRUNE_EVERY_MS / 1000) == 3


def test_control_without_the_pause_each_copy_is_answered(monkeypatch) -> None:
    monkeypatch.setattr("sayso_protocol.sync.peer.peer_gossip.PRUNE_EVERY_MS", 0)
    assert prunes(2) == 200


def test_who_was_grafted_since_can_be_pruned_again() -> None:
    replica = live("ann", "ben")
    assert sent(push(replica, "ben", run_of(6), at(0)), Prune)
    assert sent(replica.receive("ben", Heights([(FEED.public, 8)]), at(1)), Graft)
    assert sent(push(replica, "ben", run_of(6), at(1)), Prune)


# --- guesses -----------------------------------------------------------------------------


def test_what_comes_before_a_push_is_asked_for() -> None:
    replica = replica_with("ann", held=5)
    done = settle_all(replica, push(replica, "ann", run_of(9), at(0)), at(0))
    assert [(ask.first, ask.last) for ask in asks(done)] == [(6, 8)]


def honest_with_gaps(replica: Replica, times: int) -> int:
    """A peer that lacks every other entry pushes what it gets, and misses what it is asked.
    Returns how many times it was asked in vain."""
    misses = 0
    for n in range(times):
        effects = push(replica, "ann", run_of(7 + 2 * n), at(n))
        pending = asks(settle_all(replica, effects, at(n)))
        while pending:
            misses += len(pending)
            effects = replica.receive("ann", Miss([ask.number for ask in pending]), at(n))
            assert of(effects, Disconnect) == []
            pending = asks(effects)
    return misses


def test_an_honest_peer_with_gaps_is_not_left() -> None:
    replica = replica_with("ann", held=5)
    assert honest_with_gaps(replica, 3 * MAX_REFUSALS) > 2 * MAX_REFUSALS
    assert (replica.peers["ann"].conduct.refusals, replica.peers["ann"].conduct.lacking) == (
        0,
        False,
    )


def test_control_taken_for_a_claim_it_is(monkeypatch) -> None:
    monkeypatch.setattr("sayso_protocol.sync.feeds.scheduler.Scheduler.is_guess", lambda *_: False)
    replica = replica_with("ann", held=5)
    try:
        honest_with_gaps(replica, 3 * MAX_REFUSALS)
    except AssertionError:
        return
    raise AssertionError("it should have been left")


def test_a_wrong_guess_is_dropped_as_a_whole() -> None:
    replica = replica_with("ann", held=5)
    pending = asks(replica.receive("ann", Heights([(FEED.public, 10**9)]), at(0)))
    count = 0
    while pending:
        count += len(pending)
        effects = replica.receive("ann", Miss([ask.number for ask in pending]), at(0))
        pending = asks(effects)
    assert count <= 40
    assert replica.peers["ann"].conduct.refusals == 1  # the height itself was a claim


def test_who_pushes_is_not_thought_to_have_what_it_may_lack() -> None:
    """It is still offered what comes before."""
    replica = replica_with("ann", held=5)
    settle_all(replica, push(replica, "ann", run_of(9), at(0)), at(0))
    assert not replica._scheduler.offered("ann", FEED.public).covers(6, 6)


def test_the_height_of_a_longer_run_shows_another_branch_too() -> None:
    last = 6 + LIVE_ENTRIES
    there = live("here", entries=last)
    assert asks(there.receive("here", announced(run_of(6, last)), at(1))) == []
    asked = asks(there.receive("here", announced(other_tip(run_of(6, last))), at(3)))
    assert [(ask.first, ask.last) for ask in asked] == [(last, last)]


def announced(run: RawRun) -> Heights:
    """What is said of a run that is too long to be pushed."""
    (told,) = sent(replica_with("there", held=5).published(run, at(0)), Heights)
    assert told.heights == [(FEED.public, run.last)]
    return told


def other_tip(run: RawRun) -> RawRun:
    return replace(run, signatures=[*run.signatures[:-1], bytes([1]) * 64])
