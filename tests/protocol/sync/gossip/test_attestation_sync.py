"""Attestations and fork proofs, with peers who are played by hand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.budget import long

import sayso_protocol.sync.gossip.attestation_sync
from sayso_protocol.accounts.attestation import (
    Attestation,
    Claim,
    StatementOutcome,
    claim_of,
    read_attestation,
)
from sayso_protocol.accounts.envelope import sign
from sayso_protocol.accounts.statement import End, Revoke, sign_grant, sign_revoke, sign_rotate
from sayso_protocol.crypto.hashing import blinded, next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import Forked, NotGranted, Refused, Revoked
from sayso_protocol.feed.fork import ForkProof, fork_of
from sayso_protocol.feed.run import sign_run
from sayso_protocol.limits import (
    MAX_IDLE_STATEMENTS,
    MAX_REFUSALS,
    MAX_STATEMENTS_A_FRAME,
    STATEMENT_BYTES,
    STATEMENT_BYTES_A_SECOND,
)
from sayso_protocol.sync.effects import (
    Disconnect,
    Effect,
    ReloadFeeds,
    StoreGrants,
    StoreRun,
    StoreStatements,
)
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.resume_state import Interest, ResumeState
from sayso_protocol.sync.wire.frames import (
    Entries,
    Have,
    Heights,
    Hello,
    Mark,
    Miss,
    Resume,
    Say,
    Want,
    height_check,
)
from sayso_protocol.token_bucket import TokenBucket

from ..meeting import (
    ACCOUNT,
    EPOCH,
    FEED,
    GRANT,
    START_MS,
    asks,
    at,
    meet,
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

OTHER, SUCCESSOR = (KeyPair.from_seed(bytes([n]) * 32) for n in (8, 9))
NAME = bytes(31) + b"\x05"


def revoke(seq: int = 5, account: KeyPair = ACCOUNT, feed: bytes = FEED.public) -> Revoke:
    return sign_revoke(account, feed, seq, NAME if seq else None)


def proof(feed: KeyPair = FEED) -> ForkProof:
    one, other = (sign_run(feed, 1, None, [1], [body]) for body in (b"\x80", b"\x81\x00\x00"))
    made = fork_of(one, other)
    assert made is not None
    return made


def say(replica: Replica, peer: str, *said: Attestation | bytes) -> list[Effect]:
    wires = [one if isinstance(one, bytes) else one.wire for one in said]
    return replica.receive(peer, Say(wires), at(1))


def ingest(replica: Replica, effects: list[Effect], outcome: Any = True) -> list[Effect]:
    """It is verified, and the store has taken in all that is sound, or answers something else."""
    done: list[Effect] = []
    for job in of(effects, StoreStatements):
        results = [
            StatementOutcome(None, said)
            if isinstance(said, Refused)
            else StatementOutcome(said, outcome)
            for said in map(verified, job.statements)
        ]
        done += replica.statements_ingested(job, results, at(1))
    return done


def verified(claim: Attestation | Claim) -> Attestation | Refused:
    try:
        return read_attestation(claim.wire)
    except Refused as error:
        return error


def to_store(name: str, *said: Attestation) -> StoreStatements:
    return StoreStatements(name, [claim_of(one.wire) for one in said])


def ended(replica: Replica, *held: tuple[int, int], last: int = 5, **known: Any) -> list[Effect]:
    """The store has a feed that ends with this entry."""
    replica.hold(GRANT, held, end=End(last, NAME), **known)
    return replica.settle(at(2))


# --- what comes ---------------------------------------------------------------------------


@pytest.mark.parametrize("said", [revoke(), revoke(0), proof()])
def test_what_is_sound_and_wanted_goes_to_the_store_then_to_others_once(said: Attestation) -> None:
    replica = replica_with("ann", "ben", "cid", held=9)
    effects = say(replica, "ann", said)
    assert of(effects, StoreStatements) == [to_store("ann", said)]
    assert sent(effects, Say) == []
    done = ingest(replica, effects)
    assert of(done, ReloadFeeds) == [ReloadFeeds([FEED.public])]
    assert sent(done, Say, "ann") == []
    assert sent(done, Say, "ben") == sent(done, Say, "cid") == [Say([said.wire])]
    assert notices(done) == ["forked" if isinstance(said, ForkProof) else "revoked"]
    assert say(replica, "ben", said) == []


def test_one_that_two_peers_send_goes_to_the_store_once_and_to_neither_of_them() -> None:
    replica = replica_with("ann", "ben", "cid", held=9)
    effects = say(replica, "ann", revoke())
    assert say(replica, "ben", revoke()) == []
    done = ingest(replica, effects)
    assert [name for name in ("ann", "ben", "cid") if sent(done, Say, name)] == ["cid"]


def test_what_is_known_costs_no_signature_check() -> None:
    replica = replica_with("ann", "ben", held=9)
    ingest(replica, say(replica, "ann", revoke(), revoke(7, feed=OTHER.public)), outcome=False)
    ingest(replica, say(replica, "ann", revoke(4), proof()))
    for known in (revoke(), revoke(4), proof()):
        assert say(replica, "ben", known) == []
    assert of(say(replica, "ben", revoke(3)), StoreStatements) == [to_store("ben", revoke(3))]


def test_what_changed_nothing_is_remembered_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sayso_protocol.sync.gossip.attestation_sync, "MAX_IDLE_STATEMENTS", 3)
    assert MAX_IDLE_STATEMENTS > 3
    replica = replica_with("ann", held=9)
    for seq in range(1, 10):
        ingest(replica, say(replica, "ann", revoke(seq)), outcome=False)
    assert len(replica._attestation_sync._idle) == 3
    assert say(replica, "ann", revoke(9)) == []
    assert of(say(replica, "ann", revoke(1)), StoreStatements)


@pytest.mark.parametrize("said", [revoke(account=OTHER), proof(OTHER)])
def test_what_nobody_here_wants_is_dropped_unread(said: Attestation) -> None:
    replica = replica_with("ann", held=9)
    assert say(replica, "ann", said) == []
    assert replica.peers["ann"].conduct.refusals == 0
    replica.want(OTHER.public, at(1))
    replica.hold(sign_grant(OTHER, OTHER, bytes(32)), [])
    assert of(say(replica, "ann", said), StoreStatements)


def test_an_account_that_is_wanted_no_more_is_not_listened_to() -> None:
    replica = replica_with("ann", held=9)
    replica.unwant(ACCOUNT.public, at(1))
    assert say(replica, "ann", revoke()) == []
    assert say(replica, "ann", proof()) == []


def spoilt(said: Attestation) -> bytes:
    return said.wire[:-1] + bytes([said.wire[-1] ^ 1])


@pytest.mark.parametrize(
    "wire", [spoilt(revoke()), spoilt(proof()), GRANT.wire, b"", b"\x95", b"\x92\xc4\x00\xc4\x00"]
)
def test_a_forged_one_is_a_refusal_and_the_sound_beside_it_count(wire: bytes) -> None:
    replica = replica_with("ann", held=9)
    effects = say(replica, "ann", wire, revoke(3))
    effects += ingest(replica, effects)
    assert replica.peers["ann"].conduct.refusals == 1
    assert notices(effects) == ["refused", "revoked"] or notices(effects) == ["revoked", "refused"]
    assert of(effects, Disconnect) == []


@pytest.mark.parametrize("fields", [[2, "revoke"], [1, "later", b"x"], [None, 7]])
def test_what_later_software_may_say_is_skipped_and_is_no_offence(fields: Any) -> None:
    replica = replica_with("ann", held=9)
    effects = say(replica, "ann", sign(ACCOUNT, fields), revoke(3))
    assert replica.peers["ann"].conduct.refusals == 0
    assert effects == [to_store("ann", revoke(3))]


def test_a_flood_of_forged_ones_ends_the_session_after_bounded_work() -> None:
    replica = replica_with("ann", held=9)
    forged = [sign_revoke(OTHER, FEED.public, n, NAME).wire for n in range(1, MAX_REFUSALS + 2)]
    forged = [wire.replace(OTHER.public, ACCOUNT.public) for wire in forged]
    first = say(replica, "ann", *forged[:MAX_STATEMENTS_A_FRAME])
    assert of(ingest(replica, first), Disconnect) == []
    last = say(replica, "ann", *forged[MAX_STATEMENTS_A_FRAME:])
    assert len(of(ingest(replica, last), Disconnect)) == 1


def test_what_the_store_does_not_take_is_no_fault_of_the_peer_and_may_come_again() -> None:
    replica = replica_with("ann", "ben", held=9)
    done = ingest(replica, say(replica, "ann", revoke()), NotGranted("no grant"))
    assert (sent(done, Say), of(done, ReloadFeeds), notices(done)) == ([], [], [])
    assert replica.peers["ann"].conduct.refusals == 0
    assert of(say(replica, "ben", revoke()), StoreStatements)


# --- who is told, and when ----------------------------------------------------------------


def rotation() -> Attestation:
    return sign_rotate(SUCCESSOR, ACCOUNT.public, [(FEED.public, 5, NAME)])


def kinds(effects: list[Effect], to: str) -> list[type]:
    return [type(frame) for frame in sent(effects, (Say, Have), to)]


def test_who_comes_is_told_revokes_before_the_offers_and_proofs_after_them() -> None:
    replica = replica_with(held=9)
    replica.hold_attestations([proof(), revoke()], at(0))
    effects = meet(replica, "ann")
    assert sent(effects, Say) == [Say([revoke().wire]), Say([proof().wire])]
    assert kinds(effects, "ann") == [Say, Have, Say]


def test_a_rotation_takes_the_place_of_revokes_and_comes_after_the_offers() -> None:
    replica = replica_with(held=5)
    replica.hold_attestations([revoke(), rotation()], at(0))
    effects = meet(replica, "ann")
    assert sent(effects, Say) == [Say([rotation().wire])]
    assert kinds(effects, "ann") == [Have, Say]


def test_what_is_seen_in_the_store_before_its_outcome_comes_is_passed_on_once() -> None:
    replica = replica_with("ann", "ben", held=9)
    effects = say(replica, "ann", revoke())
    assert len(sent(replica.hold_attestations([revoke()], at(1)), Say, "ben")) == 1
    done = ingest(replica, effects)
    assert (sent(done, Say), notices(done)) == ([], ["revoked"])
    assert of(done, ReloadFeeds) == [ReloadFeeds([FEED.public])]


def test_who_does_not_want_the_account_is_told_nothing() -> None:
    replica = replica_with(held=9)
    replica.connected("ann", at(0))
    replica.receive("ann", Hello(1, "test", bytes(16)), at(0))
    replica.receive("ann", Want(day_of(START_MS), [], False, bytes(16)), at(0))
    assert sent(replica.hold_attestations([revoke()], at(0)), Say) == []


def test_attestations_of_this_owner_go_to_all_who_want_it_once() -> None:
    replica = replica_with("ann", "ben", held=9)
    effects = replica.hold_attestations([revoke()], at(1))
    assert sent(effects, Say, "ann") == sent(effects, Say, "ben") == [Say([revoke().wire])]
    assert sent(replica.hold_attestations([revoke()], at(1)), Say) == []


@pytest.mark.parametrize(("late", "newer"), [(revoke(7), revoke(5)), (revoke(5), rotation())])
def test_what_is_told_late_does_not_take_the_place_of_what_outranks_it(
    late: Attestation, newer: Attestation
) -> None:
    replica = replica_with(held=9)
    replica.hold_attestations([newer], at(0))
    assert replica.hold_attestations([late, newer], at(1)) == []
    said = [wire for frame in sent(meet(replica, "ann"), Say) for wire in frame.statements]
    assert said == [newer.wire]


def test_who_resumes_is_told_attestations_since() -> None:
    replica = replica_with(held=9)
    replica.hold_attestations([proof(), revoke()], at(0))
    token = bytes(15) + b"\x01"
    memory = ResumeState(Interest(token, [ACCOUNT.public], {}), None)
    replica.connected("ann", at(0), memory)
    resume = Resume(EPOCH, Mark(3, bytes(8)), token, changed=False)
    replica.receive("ann", Hello(1, "test", bytes(16), resume), at(0))
    elsewhere = sign_revoke(OTHER, OTHER.public, 1, NAME)
    effects = replica.changes_found("ann", [], at(0), [revoke(), elsewhere])
    assert sent(effects, Say) == [Say([revoke().wire])]


def test_who_wanted_it_before_it_was_carried_is_told_when_it_is() -> None:
    replica = Replica(epoch=EPOCH, software="test")
    meet(replica, "ann")
    replica.want(ACCOUNT.public, at(1))
    assert sent(replica.hold_attestations([revoke()], at(1)), Say, "ann") == [Say([revoke().wire])]


def test_a_proof_comes_with_the_grant_that_it_is_verified_by() -> None:
    replica = replica_with("ann")
    feed = KeyPair.from_seed(bytes([20]) * 32)
    grant = sign_grant(ACCOUNT, feed, bytes(32))
    replica.hold(grant, [])
    effects = replica.hold_attestations([proof(feed)], at(1))
    assert kinds(effects, "ann") == [Have, Say]
    assert sent(effects, Have)[0].offers[0].grant == grant.wire


def test_a_successor_is_looked_for_in_the_store_where_it_is_not_wanted_yet() -> None:
    granted = sign_grant(ACCOUNT, FEED, next_key_hash(SUCCESSOR.public))
    replica = Replica(epoch=EPOCH, software="test")
    replica.want(ACCOUNT.public, at(0))
    replica.hold(granted, [(1, 9)])
    meet(replica, "ann")
    done = ingest(replica, say(replica, "ann", rotation()))
    assert of(done, ReloadFeeds) == [ReloadFeeds([FEED.public], accounts=True)]
    assert notices(done) == ["moved"]
    replica.want(SUCCESSOR.public, at(1))
    day = day_of(START_MS)
    assert blinded(SUCCESSOR.public, day) in replica._catalog.directory._build(day)
    assert of(say(replica, "ann", sign_revoke(SUCCESSOR, OTHER.public, 1, NAME)), StoreStatements)


# --- what an end does ---------------------------------------------------------------------


def test_what_lies_past_an_end_is_neither_held_nor_asked_for_nor_offered() -> None:
    replica = replica_with("ann", "ben", held=9)
    effects = ended(replica, (1, 5))
    assert [o.held for have in sent(effects, Have, "ben") for o in have.offers] == [[(1, 5)]]
    assert asks(replica.receive("ann", offered(GRANT, 30), at(3))) == []
    assert asks(replica.receive("ann", Heights([(FEED.public, 31)]), at(3))) == []
    assert of(push(replica, "ann", run_of(10), at(3)), StoreRun) == []
    assert replica.height(FEED.public) == 5


def test_what_lies_below_an_end_is_wanted_even_where_the_feed_had_forked() -> None:
    replica = replica_with("ann", held=9)
    replica.receive("ann", offered(GRANT, 9), at(1))
    done = settle_all(replica, push(replica, "ann", run_of(9, branch=1), at(1)), at(1), Forked("x"))
    assert notices(done) == ["forked"]
    assert of(done, ReloadFeeds) == [ReloadFeeds([FEED.public])]
    replica.hold(GRANT, [(1, 9)], forked_at=9)
    assert asks(replica.receive("ann", offered(GRANT, 20), at(2))) == []
    assert [(a.first, a.last) for a in asks(ended(replica, (1, 4), forked_at=9))] == [(5, 5)]


def test_of_a_forked_feed_what_lies_below_the_fork_is_still_asked_for() -> None:
    replica = replica_with("ann")
    replica.hold(GRANT, [], forked_at=9)
    found = asks(replica.receive("ann", offered(GRANT, 20), at(2)))
    assert [(a.first, a.last) for a in found] == [(1, 8)]


def test_what_is_not_known_to_be_of_the_branch_is_asked_for_again_and_not_offered() -> None:
    replica = replica_with("ann", held=200)
    replica.receive("ann", offered(GRANT, 210), at(1))
    effects = ended(replica, (1, 199), last=200, forked_at=190)
    assert [(a.first, a.last) for a in asks(effects)] == [(126, 200)]
    assert list(replica._scheduler.held(FEED.public)) == [(1, 125)]
    assert asks(ended(replica, (1, 200), last=200, forked_at=190)) == []


def test_another_branch_is_no_offence_and_another_peer_is_asked() -> None:
    replica = replica_with("ann", "ben")
    replica.hold(GRANT, [])
    ended(replica)
    first = replica.receive("ann", offered(GRANT, 5), at(2))
    assert len(asks(first, "ann")) == 1
    assert asks(replica.receive("ben", offered(GRANT, 5), at(2))) == []
    answer = replica.receive("ann", Entries(asks(first)[0].number, run_of(1, 5)), at(2))
    done = settle_all(replica, answer, at(2), Revoked("another branch"))
    assert len(asks(done, "ben")) == 1
    assert asks(done, "ann") == []
    assert replica.peers["ann"].conduct.refusals == 0
    again = replica.receive("ben", Miss([asks(done)[0].number]), at(2))
    assert replica.peers["ben"].conduct.refusals == 0
    assert asks(again) == []
    # It has another branch by now.
    assert len(asks(replica.receive("ann", offered(GRANT, 5), at(3)), "ann")) == 1


def test_a_grant_that_comes_after_its_revoke_finds_the_end() -> None:
    replica = Replica(epoch=EPOCH, software="test")
    replica.want(ACCOUNT.public, at(0))
    meet(replica, "ann")
    ingest(replica, say(replica, "ann", revoke()))
    effects = replica.receive("ann", offered(GRANT, 5), at(2))
    assert of(effects, StoreGrants) == [StoreGrants([GRANT])]
    answer = replica.receive("ann", Entries(asks(effects)[0].number, run_of(1, 5)), at(2))
    assert of(settle_all(replica, answer, at(2)), ReloadFeeds) == [ReloadFeeds([FEED.public])]


# --- forks that heights show --------------------------------------------------------------


def test_two_heights_with_different_checks_are_looked_into() -> None:
    replica = replica_with("ann", "ben", held=4)
    settle_all(replica, push(replica, "ann", run_of(5), at(1)), at(1))
    same = Heights([(FEED.public, 5)], [height_check(run_of(5).signatures[0])])
    assert asks(replica.receive("ben", same, at(2))) == []
    other = Heights([(FEED.public, 5)], [bytes([1]) * 16])
    found = asks(replica.receive("ben", other, at(2)), "ben")
    assert [(a.first, a.last) for a in found] == [(5, 5)]
    # Who makes checks up is not asked without end.
    assert asks(replica.receive("ben", other, at(2.5))) == []
    answer = replica.receive("ben", Entries(found[0].number, run_of(5, branch=1)), at(3))
    done = settle_all(replica, answer, at(3), Forked("two"))
    assert "forked" in notices(done)
    assert pushed_to(done) == []


# --- a flood ------------------------------------------------------------------------------


def verified_bytes(replica: Replica, seconds: int, outcome: Any) -> int:
    """How much of what a peer says in this time is judged: a frame each tenth of a second."""
    sound = [revoke(n) for n in range(1, MAX_STATEMENTS_A_FRAME + 1)]
    judged = 0
    for tenth in range(10 * seconds):
        # Another signature each time: what is known is not judged again.
        said = [one.wire[:-4] + tenth.to_bytes(4, "big") for one in sound]
        effects = replica.receive("ann", Say(said), at(tenth / 10))
        for job in of(effects, StoreStatements):
            judged += sum(len(one.wire) for one in job.statements)
            results = [StatementOutcome(one, outcome) for one in sound[: len(job.statements)]]
            replica.statements_ingested(job, results, at(tenth / 10))
    return judged


def test_what_counts_nowhere_is_verified_up_to_a_limit() -> None:
    replica = replica_with("ann", "ben", held=9)
    judged = verified_bytes(replica, 60, NotGranted("no grant"))
    assert STATEMENT_BYTES - 512 < judged <= STATEMENT_BYTES + 60 * STATEMENT_BYTES_A_SECOND
    assert replica.peers["ann"].conduct.lacking, "it is said again when the peer comes back"
    assert replica.peers["ann"].conduct.refusals == 0
    assert of(say(replica, "ben", revoke(100)), StoreStatements), "others are heard"


@long
def test_what_counts_is_not_reckoned() -> None:
    replica = replica_with("ann", held=9)
    assert verified_bytes(replica, 60, True) > 10 * STATEMENT_BYTES
    assert not replica.peers["ann"].conduct.lacking


@long
def test_control_without_a_limit_all_of_it_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TokenBucket, "spend", lambda *_: True)
    replica = replica_with("ann", held=9)
    assert verified_bytes(replica, 60, NotGranted("no grant")) > 10 * STATEMENT_BYTES
