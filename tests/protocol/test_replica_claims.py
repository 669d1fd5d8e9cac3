"""Claims of peers cost little, however large they are."""

from __future__ import annotations

import pytest

import sayso_protocol.replica
from sayso_protocol.effects import Effect, HangUp, Notice, Send
from sayso_protocol.frames import Get, Have, Heights, Hello, Miss, Offer, Want
from sayso_protocol.hashing import TOKEN_SIZE
from sayso_protocol.interest import day_of
from sayso_protocol.keys import KeyPair
from sayso_protocol.limits import MAX_REFUSALS
from sayso_protocol.peer import Now
from sayso_protocol.replica import Replica
from sayso_protocol.statement import sign_grant

ACCOUNT, FEED = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2))
GRANT = sign_grant(ACCOUNT, FEED.public, bytes(32))
NOW = Now(1_700_000_000_000, 0)


def meeting() -> Replica:
    """A replica that wants the account, with a peer that has said hello."""
    replica = Replica(epoch=bytes(16), software="test")
    replica.want(ACCOUNT.public, NOW)
    replica.connected("liar", NOW)
    replica.receive("liar", Hello(1, "test", bytes(16)), NOW)
    replica.receive("liar", Want(day_of(NOW.wall_ms), [], False, bytes(TOKEN_SIZE)), NOW)
    return replica


def asks(effects: list[Effect]) -> list[int]:
    """The numbers that are asked with."""
    gets = [e.frame for e in effects if isinstance(e, Send) and isinstance(e.frame, Get)]
    return [ask.number for get in gets for ask in get.asks]


def asked_in_vain(replica: Replica, most: int) -> int:
    """How many asks a peer gets that claims a billion entries and has none."""
    open_asks = asks(replica.receive("liar", Have([Offer(GRANT.wire, [(1, 10**9)])], False), NOW))
    count = len(open_asks)
    while open_asks and count < most:
        effects = replica.receive("liar", Miss([open_asks.pop(0)]), NOW)
        if any(isinstance(effect, HangUp) for effect in effects):
            return count
        open_asks += asks(effects)
        count = max(count, *open_asks, 0)
    return count


def test_a_claim_of_a_billion_entries_costs_few_asks() -> None:
    assert asked_in_vain(meeting(), 10_000) < 2 * MAX_REFUSALS


def test_control_without_the_limit_the_asks_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sayso_protocol.replica, "MAX_REFUSALS", 10**9)
    assert asked_in_vain(meeting(), 10_000) >= 10_000


def test_heights_of_feeds_that_nobody_wants_are_passed_over() -> None:
    replica = meeting()
    done = replica.receive("liar", Have([], more=False), NOW)
    assert [e.what for e in done if isinstance(e, Notice)] == ["synced"]
    made_up = Heights([(bytes([n]) * 32, 10**9) for n in range(200)])
    assert replica.receive("liar", made_up, NOW) == []
