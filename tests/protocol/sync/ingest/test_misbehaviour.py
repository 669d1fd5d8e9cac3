"""Claims of peers cost little, however large they are."""

from __future__ import annotations

import pytest

import sayso_protocol.sync.ingest.misbehaviour
from sayso_protocol.accounts import envelope, statement
from sayso_protocol.accounts.statement import Grant, offer_grant, sign_grant
from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto import keys
from sayso_protocol.crypto.hashing import TOKEN_SIZE
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT, MAX_REFUSALS
from sayso_protocol.sync.effects import Disconnect, Effect, Event, Send, StoreGrants
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.now import Now
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frames import Get, Have, Heights, Hello, Miss, Offer, Want

ACCOUNT, FEED, STRANGER = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2, 3))
GRANT = sign_grant(ACCOUNT, FEED, bytes(32))
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
        if any(isinstance(effect, Disconnect) for effect in effects):
            return count
        open_asks += asks(effects)
        count = max(count, *open_asks, 0)
    return count


def test_a_claim_of_a_billion_entries_costs_few_asks() -> None:
    assert asked_in_vain(meeting(), 10_000) < 2 * MAX_REFUSALS


def test_control_without_the_limit_the_asks_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sayso_protocol.sync.ingest.misbehaviour, "MAX_REFUSALS", 10**9)
    assert asked_in_vain(meeting(), 10_000) >= 10_000


def offered(replica: Replica, *wires: bytes) -> list[Effect]:
    return replica.receive("liar", Have([Offer(wire, [(1, 1)]) for wire in wires], False), NOW)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The keys whose points or signatures are checked from here on."""
    found: list[bytes] = []

    def check_key(key: bytes) -> bytes:
        found.append(key)
        return key

    def verify(key: bytes, *signed: bytes) -> None:
        found.append(key)
        keys.verify(key, *signed)

    monkeypatch.setattr(statement, "check_key", check_key)
    monkeypatch.setattr(envelope, "verify", verify)
    return found


def test_a_grant_that_nobody_wants_costs_no_curve_arithmetic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replica = meeting()
    unwanted = sign_grant(STRANGER, FEED, bytes(32)).wire
    checked = counted(monkeypatch)
    forged = unwanted[:-1] + bytes([unwanted[-1] ^ 1])
    effects = offered(replica, unwanted, forged)
    assert checked == []
    assert not [e for e in effects if isinstance(e, StoreGrants)]
    assert replica.peers["liar"].conduct.refusals == 0
    effects = offered(replica, GRANT.wire)
    assert checked == [FEED.public, ACCOUNT.public, FEED.public]
    assert [e.grants for e in effects if isinstance(e, StoreGrants)] == [[GRANT]]
    offered(replica, GRANT.wire)
    assert len(checked) == 3, "the same bytes are known"


def test_a_stranger_cannot_claim_the_feed_of_somebody_else() -> None:
    """Whoever is followed too could hide the feed, or show its posts as his own."""
    replica = meeting()
    replica.want(STRANGER.public, NOW)
    said, signature = decode(offer_grant(STRANGER, FEED.public, bytes(32)).wire)
    accepted = decode(GRANT.wire)[2]
    forged = encode([said, signature, accepted])
    own = encode([said, signature, STRANGER.sign(envelope.FEED_DOMAIN, said)])
    effects = offered(replica, forged, own, encode([said, signature]))
    assert [e.what for e in effects if isinstance(e, Event)].count("refused") == 3
    assert not [e for e in effects if isinstance(e, StoreGrants)]
    effects = offered(replica, GRANT.wire)
    assert [e.grants for e in effects if isinstance(e, StoreGrants)] == [[GRANT]]


def test_a_grant_of_later_software_is_skipped_and_is_no_offence() -> None:
    replica = meeting()
    later = envelope.sign(ACCOUNT, [2, "grant", ACCOUNT.public, FEED.public, bytes(32), "more"])
    effects = offered(replica, later, GRANT.wire)
    assert [e.grants for e in effects if isinstance(e, StoreGrants)] == [[GRANT]]
    assert replica.peers["liar"].conduct.refusals == 0
    offered(replica, later[:-1])
    assert replica.peers["liar"].conduct.refusals == 1


def test_heights_of_feeds_that_nobody_wants_are_passed_over() -> None:
    replica = meeting()
    done = replica.receive("liar", Have([], more=False), NOW)
    assert [e.what for e in done if isinstance(e, Event)] == ["synced"]
    made_up = Heights([(bytes([n]) * 32, 10**9) for n in range(200)])
    assert replica.receive("liar", made_up, NOW) == []


def device(number: int, promise: bytes = bytes(32)) -> Grant:
    """The grant of a further device."""
    return sign_grant(ACCOUNT, KeyPair.from_seed(number.to_bytes(32, "big")), promise)


def asked_for(effects: list[Effect]) -> set[bytes]:
    """The feeds that are asked for."""
    gets = [e.frame for e in effects if isinstance(e, Send) and isinstance(e.frame, Get)]
    return {ask.feed for get in gets for ask in get.asks}


@pytest.mark.parametrize("from_store", [0, 10])
def test_feeds_beyond_the_limit_of_an_account_are_not_asked_for(from_store: int) -> None:
    replica = meeting()
    grants = [device(1000 + number) for number in range(MAX_FEEDS_AN_ACCOUNT + 3)]
    for grant in grants[:from_store]:
        replica.hold(grant, [(1, 1)])
    offered(replica, *(grant.wire for grant in grants[from_store:20]))
    effects = offered(replica, *(grant.wire for grant in grants[20:]))
    allowed = {grant.feed for grant in grants[:MAX_FEEDS_AN_ACCOUNT]}
    assert {g.feed for e in effects if isinstance(e, StoreGrants) for g in e.grants} <= allowed
    assert asked_for(effects) <= allowed
    beyond = grants[-1].feed
    assert replica.receive("liar", Heights([(beyond, 7)]), NOW) == []
    assert replica.peers["liar"].conduct.refusals == 0, "the grant is sound"
    known = offered(replica, grants[from_store].wire)
    assert replica.peers["liar"].conduct.refusals == 0
    assert not [e for e in known if isinstance(e, StoreGrants)]


def test_a_feed_whose_grant_promises_another_key_is_not_asked_for() -> None:
    replica = meeting()
    offered(replica, GRANT.wire)
    effects = offered(replica, *(device(n, bytes(31) + b"\x01").wire for n in range(9, 99)))
    assert not [e for e in effects if isinstance(e, StoreGrants)]
    assert asked_for(effects) == set()
    assert replica.peers["liar"].conduct.refusals == 0, "it may have met the other promise first"
    effects = offered(replica, device(100).wire)
    assert asked_for(effects) == {device(100).feed}
