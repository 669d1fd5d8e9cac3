"""Removed entries are held no more: they are not offered, and may be asked for again."""

from __future__ import annotations

from sayso_protocol.errors import TimeGoesBack
from sayso_protocol.limits import MAX_REFUSALS
from sayso_protocol.sync.effects import Disconnect, ReloadFeeds
from sayso_protocol.sync.wire.frames import Have

from ..meeting import (
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


def test_what_gave_way_is_held_no_more() -> None:
    replica = replica_with("ann", held=9)
    replica.receive("ann", offered(GRANT, 9), at(0))
    replica.hold(GRANT, [(1, 4)])
    assert replica.height(FEED.public) == 4
    assert [(ask.first, ask.last) for ask in asks(replica.settle(at(1)))] == [(5, 9)]
    offers = [o for have in sent(meet(replica, "ben"), Have) for o in have.offers]
    assert [offer.held for offer in offers] == [[(1, 4)]]


def test_what_came_while_the_store_was_looked_at_stays_and_it_is_looked_at_again() -> None:
    replica = replica_with("ann", held=9)
    as_of = replica.version
    settle_all(replica, push(replica, "ann", run_of(10), at(0)), at(0))
    replica.hold(GRANT, [(1, 4)], as_of=as_of)
    assert replica.height(FEED.public) == 10
    assert of(replica.settle(at(1)), ReloadFeeds) == [ReloadFeeds([FEED.public])]
    assert of(replica.settle(at(1)), ReloadFeeds) == []
    replica.hold(GRANT, [(1, 4), (10, 10)], as_of=replica.version)
    assert list(replica._scheduler.held(FEED.public)) == [(1, 4), (10, 10)]
    assert of(replica.settle(at(1)), ReloadFeeds) == []


def test_an_author_who_contradicts_himself_in_time_does_not_set_peers_against_each_other() -> None:
    replica = replica_with("ann", held=4)
    for last in range(5, 7 + MAX_REFUSALS):
        effects = push(replica, "ann", run_of(last), at(0))
        done = settle_all(replica, effects, at(0), TimeGoesBack("earlier than what is held"))
        assert (of(done, Disconnect), notices(done), asks(done)) == ([], [], [])
    assert replica.peers["ann"].conduct.refusals == 0
