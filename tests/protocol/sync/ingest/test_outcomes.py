"""The own feed elsewhere: a claim alarms nobody, an authentic entry does."""

from __future__ import annotations

from tests.protocol.sync.meeting import (
    FEED,
    asks,
    at,
    meet,
    notices,
    of,
    push,
    replica_with,
    run_of,
    settle_all,
)

from sayso_protocol.errors import BadSignature, Forked
from sayso_protocol.sync.effects import Disconnect
from sayso_protocol.sync.wire.frames import Entries, Heights, Miss


def test_a_claim_is_asked_for_and_alarms_nobody() -> None:
    replica = replica_with(held=5, own=True)
    effects = meet(replica, "liar", offer=9)
    assert "own-feed-ahead" not in notices(effects)
    (ask,) = asks(effects)
    assert (ask.first, ask.last) == (6, 9)
    assert notices(replica.receive("liar", Miss([ask.number]), at(1))) == ["synced"]
    assert replica.peers["liar"].conduct.refusals == 1


def test_a_liar_who_goes_on_is_left() -> None:
    replica = replica_with("liar", held=5, own=True)
    seen: list[str] = []
    for height in range(10, 100):
        effects = replica.receive("liar", Heights([(FEED.public, height)]), at(1))
        while pending := asks(effects):
            seen += notices(effects)
            effects = replica.receive("liar", Miss([ask.number for ask in pending]), at(1))
        if of(effects, Disconnect):
            break
    else:
        raise AssertionError("it was not left")
    assert "own-feed-ahead" not in seen


def test_entries_that_are_not_authentic_alarm_nobody() -> None:
    replica = replica_with("liar", held=5, own=True)
    effects = push(replica, "liar", run_of(6), at(1))
    done = settle_all(replica, effects, at(1), BadSignature("made up"))
    assert notices(done) == ["refused"]
    assert replica.peers["liar"].conduct.refusals == 1


def test_an_authentic_entry_that_is_not_held_is_kept_and_noticed() -> None:
    replica = replica_with(held=5, own=True)
    (ask,) = asks(meet(replica, "ben", offer=9))
    effects = replica.receive("ben", Entries(ask.number, run_of(6, 9)), at(1))
    assert "own-feed-ahead" in notices(settle_all(replica, effects, at(1)))
    assert replica.height(FEED.public) == 9


def test_what_comes_back_alarms_nobody() -> None:
    replica = replica_with("ben", "cid", held=5, own=True)
    replica.published(run_of(6), at(1))
    effects = push(replica, "ben", run_of(6), at(1))
    assert notices(effects + settle_all(replica, effects, at(1), is_known=True)) == []


def test_what_was_seen_in_the_store_before_its_outcome_is_noticed_all_the_same() -> None:
    """Whoever looks into the store just then takes it for the owner's."""
    replica = replica_with("ben", held=5, own=True)
    effects = push(replica, "ben", run_of(6), at(1))
    replica.published(run_of(6), at(1))
    assert "own-feed-ahead" in notices(settle_all(replica, effects, at(1)))


def test_another_branch_of_the_own_feed_is_told_to_the_owner() -> None:
    replica = replica_with("ben", held=5, own=True)
    effects = push(replica, "ben", run_of(5, branch=1), at(1))
    assert notices(settle_all(replica, effects, at(1), Forked("two"))) == ["forked"]
