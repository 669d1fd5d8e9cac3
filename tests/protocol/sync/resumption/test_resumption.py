"""A peer that was here before, and wants something else by now."""

from __future__ import annotations

import pytest

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.crypto.hashing import TOKEN_SIZE, blinded
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import ProtocolViolation
from sayso_protocol.limits import MAX_UNMATCHED
from sayso_protocol.sync.effects import Answer, Disconnect, Effect, FindChanges, IssueMark
from sayso_protocol.sync.interest import Directory, day_of
from sayso_protocol.sync.peer.peer import Peer
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.resume_state import Interest, ResumeState
from sayso_protocol.sync.wire.frames import (
    Ask,
    Get,
    Have,
    Hello,
    Mark,
    Resume,
    Unwant,
    Want,
)

from ..meeting import ACCOUNT, EPOCH, GRANT, START_MS, at, of, pushed_to, run_of, sent

KEYS = [KeyPair.from_seed(bytes([n]) * 32) for n in (21, 22)]
KEPT, NEW = (sign_grant(key, key, bytes(32)) for key in KEYS)
OLD, TOKEN = bytes(15) + b"\x01", bytes(15) + b"\x02"
MARK = Mark(3, bytes(8))
DAY = day_of(START_MS)


def want(*accounts: bytes, more: bool = False) -> Want:
    return Want(DAY, [blinded(account, DAY) for account in accounts], more, TOKEN)


def returned(*unmatched: bytes, changed: bool = True) -> Replica:
    """A replica that carries three accounts, to which a peer comes back that wanted two of them
    and says whether this has changed."""
    replica = Replica(epoch=EPOCH, software="test")
    for grant in (GRANT, KEPT, NEW):
        replica.want(grant.account, at(0))
        replica.hold(grant, [(1, 9)])
    replica.settle(at(0))
    names = {DAY: b"".join(blinded(account, DAY) for account in unmatched)}
    interest = Interest(OLD, [ACCOUNT.public, KEPT.account], names if unmatched else {})
    replica.connected("ann", at(0), ResumeState(interest, None))
    hello = Hello(1, "test", bytes(16), Resume(EPOCH, MARK, OLD, changed))
    assert sent(replica.receive("ann", hello, at(0)), Have) == []
    return replica


def offered(effects: list[Effect]) -> list[bytes]:
    return [o.grant for have in sent(effects, Have, "ann") for o in have.offers]


def test_what_it_wants_no_more_is_neither_offered_nor_pushed() -> None:
    replica = returned()
    effects = replica.receive("ann", want(KEPT.account), at(0))
    assert of(effects, FindChanges) == [FindChanges("ann", MARK)]
    effects += replica.changes_found("ann", [GRANT.feed, KEPT.feed], at(0))
    assert offered(effects) == [KEPT.wire]
    assert [have.more for have in sent(effects, Have)] == [False]
    assert pushed_to(replica.published(run_of(10, feed=KEPT.feed), at(1))) == ["ann"]
    assert pushed_to(replica.published(run_of(10), at(1))) == []
    assert replica.peers["ann"].interest.saved.accounts == [KEPT.account]


def test_what_is_new_while_its_list_is_looked_up_it_may_ask_about() -> None:
    """It is told of it as anybody who wants the account, and cannot know what else is to come."""
    replica = returned(changed=False)
    assert offered(replica.published(run_of(10), at(1))) == [GRANT.wire]
    effects = replica.receive("ann", Get([Ask(1, GRANT.feed, 1, 9)]), at(1))
    assert (len(of(effects, Answer)), of(effects, Disconnect)) == (1, [])
    effects = replica.changes_found("ann", [GRANT.feed], at(2))
    assert offered(effects) == [GRANT.wire]
    effects = replica.receive("ann", Get([Ask(2, GRANT.feed, 1, 9)]), at(2))
    assert (len(of(effects, Answer)), of(effects, Disconnect)) == (1, [])


def test_control_who_names_no_earlier_list_asks_after_the_new_one() -> None:
    replica = returned(changed=True)
    [left] = of(replica.receive("ann", Get([Ask(1, GRANT.feed, 1, 9)]), at(1)), Disconnect)
    assert isinstance(left.error, ProtocolViolation)


def test_of_what_it_still_wants_only_the_news_are_offered_and_all_of_what_is_new() -> None:
    replica = returned()
    first = replica.receive("ann", want(NEW.account, more=True), at(0))
    assert (offered(first), of(first, FindChanges)) == ([NEW.wire], [])
    assert all(have.more for have in sent(first, Have))
    last = replica.receive("ann", want(KEPT.account, ACCOUNT.public), at(0))
    assert offered(last) == []
    last += replica.changes_found("ann", [GRANT.feed, NEW.feed], at(0))
    assert offered(last) == [GRANT.wire]
    assert [have.more for have in sent(last, Have)] == [False]
    assert of(last, IssueMark)


def test_a_place_that_is_none_of_this_store_costs_the_whole_list() -> None:
    replica = returned()
    replica.receive("ann", want(KEPT.account), at(0))
    effects = replica.changes_found("ann", None, at(0))
    assert offered(effects) == [KEPT.wire]
    assert [have.more for have in sent(effects, Have)] == [False]


@pytest.mark.parametrize("drops", [True, False])
def test_names_that_matched_nothing_count_only_if_they_are_named_again(drops: bool) -> None:
    other = KeyPair.from_seed(bytes([23]) * 32)
    replica = returned(other.public)
    replica.receive("ann", want(*(() if drops else (other.public,))), at(0))
    replica.changes_found("ann", [], at(0))
    replica.want(other.public, at(1))
    assert (other.public in replica.peers["ann"].interest.wants) is not drops


# --- names that match nothing yet -------------------------------------------------------------


def test_what_is_unwanted_before_it_is_carried_is_not_matched_later() -> None:
    replica = Replica(epoch=EPOCH, software="test")
    replica.connected("ann", at(0))
    replica.receive("ann", Hello(1, "test", bytes(16)), at(0))
    replica.receive("ann", want(ACCOUNT.public, KEPT.account), at(0))
    unwant = Unwant(DAY, [blinded(ACCOUNT.public, DAY)], bytes(TOKEN_SIZE))
    replica.receive("ann", unwant, at(1))
    for account in (ACCOUNT.public, KEPT.account):
        replica.want(account, at(2))
    assert replica.peers["ann"].interest.wants == {KEPT.account}


def test_names_that_were_forgotten_make_room_for_others() -> None:
    peer = Peer("ann")
    names = [number.to_bytes(8, "big") for number in range(MAX_UNMATCHED + 1)]
    for name in names:
        peer.interest.add(Directory(), DAY, [name], at(0))
    peer.interest.remove(Directory(), DAY, names[:-2], at(0))
    peer.interest.remove(Directory(), DAY + 1, names, at(0))
    peer.interest.add(Directory(), DAY, [names[-1]], at(0))
    assert peer.interest.saved.unmatched == {DAY: names[-2] + names[-1]}
