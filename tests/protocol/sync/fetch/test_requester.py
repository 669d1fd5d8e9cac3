"""A peer that answers too late is not asked more than it has agreed to have open."""

from __future__ import annotations

import pytest

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.crypto.hashing import TOKEN_SIZE
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.limits import (
    ASK_TIMEOUT_MS,
    MAX_FEEDS_AN_ACCOUNT,
    MAX_GIVEN_UP,
    MAX_OPEN_REQUESTS,
)
from sayso_protocol.sync.effects import Effect, Send
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.now import Now
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.session import Session
from sayso_protocol.sync.wire.frames import Ask, Get, Have, Heights, Hello, Miss, Offer, Want

from ..meeting import FEED, at, meet, push, replica_with, run_of, settle_all

AT = 1_700_000_000_000
ACCOUNTS = [KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2, 3)]
HELLO = Hello(1, "test", bytes(16))
LISTED = Want(day_of(AT), [], False, bytes(TOKEN_SIZE))


def offers() -> list[Offer]:
    """Feeds of one entry each, more of them than may be asked for at a time."""
    return [
        Offer(sign_grant(account, feed, bytes(32)).wire, [(1, 1)])
        for at, account in enumerate(ACCOUNTS)
        for n in range(MAX_FEEDS_AN_ACCOUNT)
        for feed in [KeyPair.from_seed(bytes([at, n]) * 16)]
    ]


def asks(effects: list[Effect]) -> list[Ask]:
    gets = [e.frame for e in effects if isinstance(e, Send) and isinstance(e.frame, Get)]
    return [ask for get in gets for ask in get.asks]


def silent_minutes(minutes: int) -> tuple[Replica, list[Ask], Now]:
    """A replica with a peer that offers much and answers nothing."""
    replica, now = Replica(epoch=bytes(16), software="test"), Now(AT, 0)
    for account in ACCOUNTS:
        replica.want(account.public, now)
    replica.connected("slow", now)
    asked: list[Ask] = []
    for frame in (HELLO, LISTED, Have(offers(), more=False)):
        asked += asks(replica.receive("slow", frame, now))
    for second in range(60 * minutes):
        now = Now(AT + 1000 * second, 1000 * second)
        asked += asks(replica.tick(now))
    return replica, asked, now


def test_asks_that_were_given_up_count_until_they_are_answered() -> None:
    _, asked, _ = silent_minutes(5)
    assert MAX_OPEN_REQUESTS // 2 <= len(asked) <= MAX_OPEN_REQUESTS
    there = Session()
    there.receive(HELLO)
    there.receive(LISTED)
    there.receive(Get(asked))  # as many at a time as the peer bears


def test_late_answers_make_room_again() -> None:
    replica, asked, now = silent_minutes(5)
    more = asks(replica.receive("slow", Miss([ask.number for ask in asked]), now))
    more += asks(replica.tick(Now(now.wall_ms, now.mono_ms + ASK_TIMEOUT_MS)))
    assert more
    assert len(more) <= MAX_OPEN_REQUESTS


def test_control_without_counting_them_the_peer_hangs_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "has_room", True)
    _, asked, _ = silent_minutes(5)
    assert len(asked) > MAX_OPEN_REQUESTS


def given_up_in(minutes: int) -> int:
    """How many asks are remembered of a peer that announces another entry than the one that is
    held, again and again, and never gives it."""
    replica = replica_with("ann", held=4)
    settle_all(replica, push(replica, "ann", run_of(5), at(0)), at(0))
    meet(replica, "mute")
    most = 0
    for second in range(60 * minutes):
        replica.receive("mute", Heights([(FEED.public, 5)], [bytes([1]) * 16]), at(second))
        replica.tick(at(second))
        session = replica.peers["mute"].session
        most = max(most, len(session._expired) + len(session.asked))
    return most


def test_a_mute_peer_costs_no_more_memory_however_long_it_stays() -> None:
    assert MAX_GIVEN_UP < given_up_in(120) <= MAX_OPEN_REQUESTS


def test_control_without_a_bound_its_memory_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "has_room", True)
    assert given_up_in(20) > 10 * MAX_OPEN_REQUESTS
