"""A mark, when it is issued, tells peers what they do not know, and nothing twice."""

from __future__ import annotations

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.crypto.hashing import TOKEN_SIZE, blinded
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import RawRun
from sayso_protocol.sync.effects import Effect, Send
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.now import Now
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frames import Frame, Have, Heights, Hello, Mark, Prune, Want

ACCOUNT, FEED = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2))
GRANT = sign_grant(ACCOUNT, FEED, bytes(32))
NOW = Now(1_700_000_000_000, 0)
MARK = Mark(6, bytes(8))


def meeting() -> Replica:
    """A replica that holds five entries, with a peer that wants new ones announced."""
    replica = Replica(epoch=bytes(16), software="test")
    replica.want(ACCOUNT.public, NOW)
    replica.hold(GRANT, [(1, 5)], own=True)
    replica.settle(NOW)
    replica.connected("ben", NOW)
    day = day_of(NOW.wall_ms)
    want = Want(day, [blinded(ACCOUNT.public, day)], False, bytes(TOKEN_SIZE))
    for frame in (Hello(1, "test", bytes(16)), want, Prune([FEED.public])):
        replica.receive("ben", frame, NOW)
    return replica


def sent(effects: list[Effect], kind: type) -> list[Frame]:
    return [e.frame for e in effects if isinstance(e, Send) and isinstance(e.frame, kind)]


def test_what_was_announced_is_not_offered_as_well() -> None:
    replica = meeting()
    replica.published(RawRun(FEED.public, 6, bytes(32), [1], [b""], [bytes(64)]), NOW)
    replica.hold(GRANT, [(1, 6)], own=True)
    effects = replica.mark_issued(MARK, NOW)
    assert sent(effects, Heights) == [Heights([(FEED.public, 6)], [bytes(16)])]
    assert sent(effects, Have) == []


def test_what_came_into_the_store_by_another_way_is_offered() -> None:
    replica = meeting()
    replica.hold(GRANT, [(1, 6)], own=True)
    assert len(sent(replica.mark_issued(MARK, NOW), Have)) == 1


def test_what_is_offered_before_the_end_of_a_list_does_not_end_it() -> None:
    replica = Replica(epoch=bytes(16), software="test")
    replica.want(ACCOUNT.public, NOW)
    replica.connected("ben", NOW)
    day, token = day_of(NOW.wall_ms), bytes(TOKEN_SIZE)
    replica.receive("ben", Hello(1, "test", bytes(16)), NOW)
    replica.receive("ben", Want(day, [blinded(ACCOUNT.public, day)], True, token), NOW)
    replica.hold(GRANT, [(1, 5)])
    (unasked,) = sent(replica.settle(NOW), Have)
    assert isinstance(unasked, Have)
    assert (len(unasked.offers), unasked.more) == (1, True)
    assert sent(replica.receive("ben", Want(day, [], False, token), NOW), Have) == [Have([], False)]
