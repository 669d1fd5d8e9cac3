"""Own knocks: what concerns people who may not carry me waits, once, and is told of no further."""

from __future__ import annotations

import pytest
from tests.node.support import Person

from sayso_node.clock import now_ms
from sayso_node.knocks.outgoing import (
    FIRST_LOOK_MS,
    KEPT_MS,
    KnockState,
    first_word_of,
    note_state,
    own_knocks,
    queue_new,
)
from sayso_protocol.codec import decode, encode
from sayso_protocol.content.body import Follow, Post, Profile, write_body
from sayso_protocol.feed.run import sign_run
from sayso_protocol.private.contents.first_word import Reason

from .support import Door, Knocker, copy, follow, reply


def queue(sam: Knocker, later_ms: int = 0) -> int:
    return queue_new(sam.store, sam.records, now_ms() + later_ms)


def test_what_concerns_strangers_is_queued_once() -> None:
    ann, sam = Door(), Knocker("sam")
    assert queue(sam) == 0
    sam.publish([Post("to nobody"), reply(ann), Post("hi", mentions=(ann.account, sam.account))])
    sam.publish([Follow(ann.account), Post("see", quote=ann.entry)])
    assert queue(sam) == 4
    assert queue(sam) == 0
    reasons = [one.reason for one in own_knocks(sam.records)]
    assert reasons == [Reason.REPLY, Reason.MENTION, Reason.FOLLOW, Reason.QUOTE]
    assert {one.state for one in own_knocks(sam.records)} == {KnockState.WAITING}


def test_whoever_follows_me_carries_me() -> None:
    ann, sam = Door(), Knocker("sam")
    follow(ann, sam)
    copy(ann, sam)
    sam.publish([reply(ann)])
    assert queue(sam) == 0


def test_old_entries_are_not_brought_up_again() -> None:
    ann, sam = Door(), Knocker("sam")
    sam.publish([reply(ann)])
    assert queue(sam, FIRST_LOOK_MS + 1000) == 0
    sam.publish([reply(ann)])
    assert queue(sam, FIRST_LOOK_MS + 1000) == 1


def test_its_state_goes_forward_only() -> None:
    ann, sam = Door(), Knocker("sam")
    sam.publish([reply(ann)])
    queue(sam)
    [one] = own_knocks(sam.records)
    assert note_state(sam.records, one.key, KnockState.CARRIED, now_ms(), b"l" * 16)
    assert not note_state(sam.records, one.key, KnockState.CARRIED, now_ms())
    assert note_state(sam.records, one.key, KnockState.DELIVERED, now_ms())
    assert not note_state(sam.records, one.key, KnockState.CARRIED, now_ms())
    assert not note_state(sam.records, b"another", KnockState.CARRIED, now_ms())
    [after] = own_knocks(sam.records, KnockState.DELIVERED)
    assert after.letter == b"l" * 16
    assert own_knocks(sam.records, KnockState.WAITING) == []
    assert queue(sam, KEPT_MS - 10_000) == 0
    assert own_knocks(sam.records) == [after]
    queue(sam, KEPT_MS + 10_000)
    assert own_knocks(sam.records) == []


def test_long_feeds_are_read_in_parts() -> None:
    ann, sam = Door(), Knocker("sam")
    queue(sam)
    sam.post_many(700, "x" * 900)
    sam.publish([reply(ann)])
    sam.post_many(600)
    sam.publish([reply(ann)])
    assert queue(sam) == 2


def test_what_was_taken_back_is_not_sent() -> None:
    ann, sam = Door(), Knocker("sam")
    sam.publish([reply(ann)])
    queue(sam)
    [one] = own_knocks(sam.records)
    assert first_word_of(sam.store, one) is not None
    from sayso_protocol.content.body import Reference, Retract

    state = sam.store.own_feed()
    assert state is not None
    entry = Reference(sam.account, sam.feed, one.seq, state.held[-1].top)
    sam.publish([Retract((entry,))])
    assert first_word_of(sam.store, one) is None


def test_who_took_his_name_back_knocks_without_one() -> None:
    ann, sam = Door(), Knocker("sam")
    sam.publish([Profile("Sam")])
    sam.publish([Profile("")])
    copy(ann, sam)
    assert ann.take(sam.word_to(ann, reply(ann))) is None


def test_followers_are_read_only_where_somebody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    ann, sam = Door(), Knocker("sam")
    asked: list[bytes] = []
    followers = sam.store.followers
    monkeypatch.setattr(sam.store, "followers", lambda one: asked.append(one) or followers(one))
    sam.publish([Post("to nobody")])
    assert queue(sam) == queue(sam) == 0
    assert asked == []
    sam.publish([reply(ann), reply(ann)])
    assert queue(sam) == 2
    assert asked == [sam.account]


def test_a_way_with_long_follows_is_left_out() -> None:
    """They are written by others, who could keep anybody from knocking."""
    ann, bea, cy, sam = Door(), Person("bea"), Person("cy"), Knocker("sam")
    for one, other in ((ann, bea), (bea, cy)):
        follow(one, other)
    body = decode(write_body(Follow(sam.account)))
    assert isinstance(body, dict)
    long = encode(body | {"more": "x" * 4000})
    cy.store.publish(
        lambda state: sign_run(
            cy.feed_key, state.held[-1].last + 1, state.held[-1].top, [now_ms()], [long]
        ),
        now_ms(),
    )
    copy(bea, ann)
    for one in (ann, bea, cy):
        copy(one, sam)
    word = sam.word_to(ann, reply(ann))
    assert word.way is None
    assert ann.take(word, sam.price(ann, word)) is None
