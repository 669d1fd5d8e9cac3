"""Knocks that come: each is verified and judged, and lies on the shelf until it is decided on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest import MonkeyPatch
from tests.node.support import Person

from sayso_node.accounts.names import Names
from sayso_node.accounts.recognition import VOUCH
from sayso_node.clock import now_ms
from sayso_node.errors import NotFound
from sayso_node.knocks import shelved
from sayso_node.knocks.incoming import TakenKnock, current_prices, opened_shelf, take_knocks
from sayso_node.knocks.shelved import accepted_messages, note_said, remove_message, was_said
from sayso_node.knocks.strangers import (
    Stranger,
    accept,
    decline,
    refused_counts,
    strangers,
    strangers_in,
)
from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.content.body import Follow, Post, Profile
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import Refused
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_protocol.letters.prices import Reach
from sayso_protocol.letters.shelf import MAX_OF_SENDER
from sayso_protocol.letters.stranger import KnockRule
from sayso_protocol.private.contents.first_word import (
    FirstWord,
    FollowsWay,
    InviteWay,
    LabelWay,
    Reason,
    write_first_word,
)

from .support import Door, Knocker, copy, day, follow, reply


@pytest.fixture
def ann() -> Door:
    return Door()


@pytest.fixture
def sam(ann: Door) -> Knocker:
    """Reads Ann, who does not know him."""
    sam = Knocker("sam")
    sam.publish([Profile("Sam")])
    copy(ann, sam)
    return sam


def listed(ann: Door) -> list[Stranger]:
    return strangers(ann.store, ann.records, ann.rules, now_ms())[0]


def test_an_answer_of_a_stranger_arrives(ann: Door, sam: Knocker) -> None:
    word = sam.word_to(ann, reply(ann, "welcome, all"))
    assert sam.price(ann, word) == 24
    assert ann.take(word) is None
    [one] = listed(ann)
    assert (one.text, one.word.name, one.on) == ("welcome, all", "Sam", ann.entry.id.hex())
    assert one.shelved.knock.reach is Reach.FARTHER
    record = one.as_json()
    assert record["kind"] == "reply"
    assert record["by"] == key_text(sam.account)
    assert record["first_page"] is True
    # It is nowhere else: not in the conversation, not stored, not passed on.
    assert ann.store.replies(ann.entry.id) == []
    assert ann.store.feed(sam.feed) is None


def test_the_same_letter_of_three_carriers_is_one(ann: Door, sam: Knocker) -> None:
    word = sam.word_to(ann, reply(ann))
    for network in (b"net1", b"net2", b"net3"):
        assert ann.take(word, letter=b"l" * 16, network=network) is None
    [one] = listed(ann)
    assert one.shelved.knock.carriers == 3
    assert refused_counts(ann.records) == {}


def test_many_are_taken_at_once(ann: Door) -> None:
    words = [Knocker(f"k{number}").word_to(ann, Follow(ann.account)) for number in range(50)]
    taken = [
        TakenKnock(
            number.to_bytes(16, "big"), day(), 24, number.to_bytes(4, "big"),
            word.grant.account, write_first_word(word),
        )
        for number, word in enumerate(words)
    ]  # fmt: skip
    rules = take_knocks(ann.store, ann.records, ann.rules, [*taken, *taken], now_ms())
    shelved = listed(ann)
    assert len(shelved) == ann.records.count("knock") == ann.records.count("knock word") == 40
    assert {one.shelved.knock.carriers for one in shelved} == {2}
    assert rules.count(KnockRule.TURN) + rules.count(KnockRule.KNOWN) <= 20
    with opened_shelf(ann.records) as shelf:
        assert {one.id for one in shelf} == {one.shelved.knock.id for one in shelved}


def test_what_comes_at_once_of_one_sender_keeps_its_order(ann: Door, sam: Knocker) -> None:
    words = [sam.word_to(ann, reply(ann, f"word {number}")) for number in range(4)]
    taken = [  # ids that would say another order
        TakenKnock(bytes([9 - number]) * 16, day(), 24, b"net1", sam.account, write_first_word(one))
        for number, one in enumerate(words)
    ]
    assert take_knocks(ann.store, ann.records, ann.rules, taken, now_ms()) == [None] * 4
    shown, *others = [one.text for one in listed(ann)]
    assert others == [f"word {n}" for n in range(4) if f"word {n}" != shown]


def test_who_pays_too_little_is_refused_and_counted(ann: Door, sam: Knocker) -> None:
    word = sam.word_to(ann, reply(ann))
    assert ann.take(word, 23) is KnockRule.PRICE
    assert ann.take(word, 0) is KnockRule.PRICE
    assert listed(ann) == []
    assert refused_counts(ann.records) == {KnockRule.PRICE: 2}


def test_who_is_followed_by_whom_i_follow_pays_nothing(ann: Door, sam: Knocker) -> None:
    bea = Person("bea")
    follow(bea, sam)
    copy(bea, ann)
    copy(bea, sam)
    word = sam.word_to(ann, reply(ann))
    assert ann.take(word, 0) is None
    [one] = listed(ann)
    assert (one.shelved.knock.reach, one.shelved.knock.introducer) == (Reach.NEAR, bea.account)
    assert one.introducer is not None


def test_a_way_of_three_follows_is_proven_in_the_letter(ann: Door, sam: Knocker) -> None:
    """Ann knows that Bea follows Cy, and not that Cy follows Sam."""
    bea, cy = Person("bea"), Person("cy")
    follow(ann, bea)
    copy(ann, sam)
    follow(bea, cy)
    follow(cy, sam)
    copy(bea, ann)
    for one in (bea, cy):
        copy(one, sam)
    word = sam.word_to(ann, reply(ann))
    assert sam.price(ann, word) == 18
    assert ann.take(replace(word, way=None), 18) is KnockRule.PRICE
    assert ann.take(word, 17) is KnockRule.PRICE
    assert ann.take(word, 18) is None
    [one] = listed(ann)
    assert one.shelved.knock.route == (bea.account, cy.account)
    with opened_shelf(ann.records) as shelf:
        shelf.state.lanes[cy.account] = now_ms() + 10**9
    assert ann.take(word, 18) is KnockRule.PRICE


def test_whom_somebody_follows_is_read_once_for_many_knocks(
    ann: Door, sam: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was paid yet, and the sender names whose follows are read."""
    bea, cy = Person("bea"), Person("cy")
    copy(bea, ann)
    asked: list[bytes] = []
    followees = ann.store.followees
    monkeypatch.setattr(ann.store, "followees", lambda one: asked.append(one) or followees(one))
    way = FollowsWay((bea.account, cy.account))
    content = write_first_word(replace(sam.word_to(ann, reply(ann)), way=way))
    taken = [
        TakenKnock(number.to_bytes(16, "big"), day(), 0, b"net1", sam.account, content)
        for number in range(9)
    ]
    rules = take_knocks(ann.store, ann.records, ann.rules, taken, now_ms())
    assert rules == [KnockRule.PRICE] * 9
    assert asked == [bea.account]


def test_a_labeller_of_mine_vouches_and_does_not_by_a_warning(ann: Door, sam: Knocker) -> None:
    from sayso_protocol.content.body import Label

    lea = Person("lea")
    lea.publish([Label("spam", accounts=(sam.account,))])
    word = replace(sam.word_to(ann, reply(ann)), way=LabelWay(lea.account))
    assert ann.take(word, 0) is KnockRule.PRICE
    ann.store.set_labellers([lea.account], now_ms())
    copy(lea, ann, follow=False)
    assert ann.take(word, 0) is KnockRule.PRICE
    lea.publish([Label(VOUCH, accounts=(sam.account,))])
    copy(lea, ann, follow=False)
    assert ann.take(word, 0) is None


def test_an_invite_of_mine_opens(ann: Door, sam: Knocker) -> None:
    from sayso_storage.interface.network.invite_records import OwnInvite

    word = replace(sam.word_to(ann, reply(ann)), way=InviteWay(b"t" * 16))
    assert ann.take(word, 0) is KnockRule.PRICE
    ann.store.add_invite(OwnInvite(b"t" * 16, now_ms()))
    assert ann.take(word, 0) is None
    ann.store.revoke_invite(b"t" * 16, now_ms())
    assert ann.take(word, 0) is KnockRule.PRICE


def test_who_sealed_another_ones_word_is_refused(ann: Door, sam: Knocker) -> None:
    word = sam.word_to(ann, reply(ann))
    taken = TakenKnock(b"l" * 16, day(), 24, b"net1", Person("eve").account, write_first_word(word))
    spoilt = replace(taken, content=taken.content[:-1], letter=b"m" * 16)
    rules = take_knocks(ann.store, ann.records, ann.rules, [taken, spoilt], now_ms())
    assert rules == [KnockRule.FORGED, KnockRule.FORGED]


def test_what_does_not_concern_me_is_refused(ann: Door, sam: Knocker) -> None:
    word = sam.word_to(ann, reply(ann))
    assert ann.take(replace(word, reason=Reason.QUOTE)) is KnockRule.FORGED
    to_bob = Knocker("sam").word_to(Person("bob"), Follow(Person("bob").account))
    assert ann.take(to_bob) is KnockRule.FORGED


def test_blocked_and_filtered(ann: Door, sam: Knocker) -> None:
    word = sam.word_to(ann, reply(ann, "join our casino"))
    key = key_text(sam.account)
    ann.rules = read_rules(b"[[rule]]\naction='hide'\nwords='casino'\n")
    assert ann.take(word) is KnockRule.FILTERED
    ann.rules = read_rules(f"[[rule]]\naction='drop'\naccount='{key}'\nthrough=false".encode())
    assert ann.take(word) is KnockRule.BLOCKED


def test_a_block_takes_what_lies_there(ann: Door, sam: Knocker) -> None:
    bea = Person("bea")
    follow(bea, sam)
    copy(bea, ann)
    assert ann.take(sam.word_to(ann, reply(ann)), 0) is None
    key = key_text(sam.account)
    ann.rules = read_rules(f"[[rule]]\naction='drop'\naccount='{key}'\nthrough=false".encode())
    assert listed(ann) == []
    with opened_shelf(ann.records) as shelf:
        assert shelf.without_lane(now_ms()) == {bea.account}
    assert refused_counts(ann.records) == {KnockRule.BLOCKED: 1}


def test_what_is_accepted_lies_in_its_conversation(ann: Door, sam: Knocker) -> None:
    word = sam.word_to(ann, reply(ann, "kind words"))
    ann.take(word)
    [one] = listed(ann)
    again = accept(ann.store, ann.records, one.id[:8], now_ms())
    assert again.text == "kind words"
    assert listed(ann) == []
    [entry] = ann.store.replies(ann.entry.id)
    assert entry.account == sam.account
    assert sam.account in [state.account for state in ann.store.feeds_carried()]
    assert sam.account not in ann.store.shown_accounts()
    # Nothing more of him is asked for; what he writes to Ann comes free.
    assert sam.account not in ann.store.carried_accounts()
    more = sam.word_to(ann, reply(ann, "and more"))
    assert ann.take(more, 0) is None
    assert len(ann.store.replies(ann.entry.id)) == 2
    assert listed(ann) == []
    with pytest.raises(NotFound, match="--strangers"):
        accept(ann.store, ann.records, one.id, now_ms())


def test_nothing_more_is_asked_for_of_who_comes_free(ann: Door, sam: Knocker) -> None:
    """Nor where three carriers bring the same letter, or the entry in it is held already."""
    word = sam.word_to(ann, reply(ann, "kind words"))
    ann.take(word)
    accept(ann.store, ann.records, listed(ann)[0].id, now_ms())
    for letter in (b"l" * 16, b"l" * 16, b"m" * 16):
        assert ann.take(word, 0, letter=letter) is None
        assert sam.account not in ann.store.carried_accounts()


def test_what_is_refused_is_not_carried(ann: Door, sam: Knocker) -> None:
    """Its feed was ended while the knock lay there."""
    word = sam.word_to(ann, reply(ann))
    ann.take(word)
    ann.store.follow(sam.account, None, now_ms())
    ann.store.add_grant(sam.grant, now_ms())
    ann.store.add_statements([sign_revoke(sam.account_key, sam.feed, 0, None)], now_ms())
    ann.store.unfollow(sam.account)
    with pytest.raises(Refused):
        accept(ann.store, ann.records, listed(ann)[0].id, now_ms())
    assert ann.store.carried_for_others() == []


def test_who_is_carried_for_others_stays_so(ann: Door, sam: Knocker) -> None:
    """A hub goes on with an account that it carries when its owner accepts a word of it."""
    ann.store.carry(sam.account, "word", "asker", "net", now_ms())
    ann.take(sam.word_to(ann, reply(ann)))
    accept(ann.store, ann.records, listed(ann)[0].id, now_ms())
    assert sam.account in ann.store.carried_accounts()
    [carried] = ann.store.carried_for_others()
    assert carried.word == "word"


def test_of_who_was_held_before_nothing_more_is_asked_for(ann: Door, sam: Knocker) -> None:
    """His entry is here already: Ann followed him once."""
    word = sam.word_to(ann, reply(ann, "kind words"))
    copy(sam, ann)
    ann.store.unfollow(sam.account)
    ann.take(word)
    accept(ann.store, ann.records, listed(ann)[0].id, now_ms())
    assert sam.account not in ann.store.carried_accounts()
    assert sam.feed in [state.feed for state in ann.store.feeds_carried()]


def test_a_word_lies_on_the_shelf_once_in_whichever_letters_it_comes(
    ann: Door, sam: Knocker
) -> None:
    word = sam.word_to(ann, reply(ann))
    assert ann.take(word, letter=b"l" * 16) is None
    for letter in (b"m" * 16, b"n" * 16):
        assert ann.take(word, letter=letter) is KnockRule.KNOWN
    [one] = listed(ann)
    decline(ann.store, ann.records, one.id, now_ms())
    assert ann.take(word, letter=b"o" * 16) is KnockRule.KNOWN
    assert listed(ann) == []


def test_a_word_that_found_no_place_is_taken_in_once_its_sender_is_accepted(
    ann: Door, sam: Knocker
) -> None:
    words = [sam.word_to(ann, reply(ann, f"word {n}")) for n in range(MAX_OF_SENDER + 1)]
    rules = [ann.take(one) for one in words]
    assert rules == [*[None] * MAX_OF_SENDER, KnockRule.SENDER]
    accept(ann.store, ann.records, listed(ann)[0].id, now_ms())
    for one in words:  # as they come by secret boxes then
        assert ann.take(one, 0) is None
    texts = {one.text for one in listed(ann)}
    assert len(texts) == MAX_OF_SENDER - 1, "the owner decides on what lies there"
    assert len(ann.store.replies(ann.entry.id)) == 2


def test_the_words_that_are_remembered_are_bounded(ann: Door, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(shelved, "MAX_SAID", 3)
    for number in range(9):
        note_said(ann.records, number.to_bytes(16, "big"), b"l" * 16)
    assert ann.records.count(shelved.SAID) == 3
    assert was_said(ann.records, (8).to_bytes(16, "big"))


def test_what_is_declined_is_gone(ann: Door, sam: Knocker) -> None:
    word = sam.word_to(ann, reply(ann))
    ann.take(word, letter=b"l" * 16)
    [one] = listed(ann)
    assert one.entry is not None
    decline(ann.store, ann.records, one.entry, now_ms())
    assert listed(ann) == []
    assert ann.take(word, letter=b"l" * 16) is KnockRule.KNOWN
    assert ann.store.replies(ann.entry.id) == []


def test_answers_from_strangers_are_found_by_conversation(ann: Door, sam: Knocker) -> None:
    ann.take(sam.word_to(ann, reply(ann)))
    ann.take(Knocker("tom").word_to(ann, Follow(ann.account)))
    names = Names(ann.store)
    [one] = strangers_in(ann.records, frozenset({ann.entry.id}), names)
    assert one.word.reason is Reason.REPLY
    assert strangers_in(ann.records, frozenset({bytes(32)}), names) == []
    assert len(listed(ann)) == 2


def test_prices_are_those_of_the_profile(ann: Door, sam: Knocker) -> None:
    ann.publish([Profile("Ann", knock=(0, 3, 4, 5))])
    copy(ann, sam)
    word = sam.word_to(ann, reply(ann))
    assert sam.price(ann, word) == 5
    assert ann.take(word, 4) is KnockRule.PRICE
    assert ann.take(word, 5) is None
    ann.publish([Profile("Ann", knock=(0, None, None, None))])
    history = current_prices(ann.store, ann.records, now_ms())
    assert history.due(Reach.FARTHER, day()) == 5
    assert history.due(Reach.FARTHER, day() + 3) is None
    assert ann.take(sam.word_to(ann, reply(ann)), 5) is None


def test_a_knock_of_many_accounts_is_bounded(ann: Door) -> None:
    for number in range(60):
        word = Knocker(f"k{number}").word_to(ann, Follow(ann.account))
        ann.take(word, network=number.to_bytes(4, "big"))
    assert len(listed(ann)) == 40
    assert ann.records.count("knock") == ann.records.count("knock word") == 40
    assert refused_counts(ann.records) == {KnockRule.TURN: 20}


def test_a_mention_in_a_post_to_nobody_else(ann: Door, sam: Knocker) -> None:
    assert ann.take(sam.word_to(ann, Post("hi @ann", mentions=(ann.account,)))) is None
    [one] = listed(ann)
    assert (one.word.reason, one.on, one.root) == (Reason.MENTION, None, None)


def test_a_message_waits_for_whoever_shows_messages(ann: Door, sam: Knocker) -> None:
    word = FirstWord(Reason.MESSAGE, sam.grant, None, "hello Ann", "Sam")
    assert ann.take(word, 24, letter=b"l" * 16) is None
    [one] = listed(ann)
    assert (one.text, one.entry, one.word.reason) == ("hello Ann", None, Reason.MESSAGE)
    accept(ann.store, ann.records, one.id, now_ms())
    [(letter, kept)] = accepted_messages(ann.records)
    assert (letter, kept.text) == (b"l" * 16, "hello Ann")
    # The next one comes as a message, and does not ask again.
    assert ann.take(replace(word, text="and more"), 0, letter=b"m" * 16) is None
    assert listed(ann) == []
    remove_message(ann.records, letter)
    assert accepted_messages(ann.records) == []


def test_an_invite_that_is_over_opens_nothing(ann: Door, sam: Knocker) -> None:
    from sayso_storage.interface.network.invite_records import OwnInvite

    ann.store.add_invite(OwnInvite(b"t" * 16, now_ms() - 1000, expires_ms=now_ms() - 1))
    word = replace(sam.word_to(ann, reply(ann)), way=InviteWay(b"t" * 16))
    assert ann.take(word, 0) is KnockRule.PRICE


def test_a_long_answer_comes_without_its_words(ann: Door, sam: Knocker) -> None:
    word = sam.word_to(ann, reply(ann, "x" * 9000))
    assert ann.take(word) is None
    [one] = listed(ann)
    assert (one.text, one.on, one.word.reason) == (None, None, Reason.REPLY)
    accept(ann.store, ann.records, one.id, now_ms())
    state = ann.store.feed(sam.feed)
    assert state is not None
    assert state.count == 1


def test_a_fork_is_not_taken_in(ann: Door, sam: Knocker) -> None:
    """Somebody signs two entries of one number: the second contradicts what is held."""
    ann.take(sam.word_to(ann, reply(ann, "one")))
    accept(ann.store, ann.records, listed(ann)[0].id, now_ms())
    again = Knocker("sam")
    again.publish([Profile("Sam")])
    assert ann.take(again.word_to(ann, reply(ann, "two")), 0) is KnockRule.FORGED
    [entry] = ann.store.replies(ann.entry.id)
    assert b"one" in (entry.body or b"")
    state = ann.store.feed(sam.feed)
    assert state is not None
    assert state.forked_at is not None
