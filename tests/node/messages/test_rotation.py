"""A conversation goes on where one of both has changed the key of the account."""

from __future__ import annotations

import pytest
from tests.node.knocks.support import copy

from sayso_node.accounts.lineage import whole_line
from sayso_node.messages.conversation import forget_conversation, messages
from sayso_node.messages.kept_message import partners
from sayso_protocol.accounts.statement import sign_rotate
from sayso_protocol.private.mailbox_state import PEER, PREKEYS

from .support import Carrier, Writer, friends


def rotated(ben: Writer) -> Writer:
    """Ben under his next key, on a new home, which is empty."""
    again = Writer("again", account=ben.next_key)
    again.now_ms = ben.now_ms + 3000
    return again


def tell(ann: Writer, ben: Writer, again: Writer) -> None:
    """Ann's store hears of it, as a follower's does."""
    state = ben.store.own_feed()
    assert state is not None
    ends = [(ben.feed, state.head, state.held[-1].top)]
    statement = sign_rotate(again.account_key, ben.account, ends)
    assert ann.store.add_statements([statement], ann.now_ms) == [True]
    if ann is not again:
        copy(again, ann, follow=False)


@pytest.fixture
def people() -> tuple[Writer, Writer, Carrier]:
    ann, ben, carrier = friends()
    ann.write(ben, "before")
    ben.now_ms += 1000
    ben.write(ann, "indeed")
    ann.now_ms += 2000
    for _ in range(3):
        carrier.exchange(ann, ben)
    assert ann.states() == ["delivered"]
    return ann, ben, carrier


def test_it_goes_on_under_the_new_key(people: tuple[Writer, Writer, Carrier]) -> None:
    ann, ben, carrier = people
    again = rotated(ben)
    copy(ann, again)
    again.mailbox.accept(ann.account, again.now_ms)
    tell(ann, ben, again)
    ann.write(ben, "to the old key, as typed")
    for _ in range(3):
        carrier.exchange(ann, again)
    assert again.texts() == ["to the old key, as typed"] and ann.states()[-1] == "delivered"
    again.write(ann, "it is me")
    for _ in range(2):
        carrier.exchange(again, ann)
    assert ann.texts()[-1] == "it is me"
    whole = sorted(ann.texts())
    for key in (ben.account, again.account):
        found = messages(ann.store, ann.records, ann.now_ms, key)
        assert sorted(one.kept.message.text for one in found) == whole
        assert whole_line(ann.store, key) == [ben.account, again.account]
    assert ann.mailbox.hears(again.account)
    assert forget_conversation(ann.store, ann.records, again.account) == 4
    assert partners(ann.records) == []


def test_what_waited_for_the_old_key_comes_to_the_new_one(
    people: tuple[Writer, Writer, Carrier],
) -> None:
    ann, ben, carrier = people
    ann.write(ben, "nobody took this")
    carrier.exchange(ann)
    assert ann.states()[-1] == "carried"
    again = rotated(ben)
    copy(ann, again)
    again.mailbox.accept(ann.account, again.now_ms)
    tell(ann, ben, again)
    for _ in range(3):
        carrier.exchange(ann, again)
    assert again.texts() == ["nobody took this"]
    assert ann.states() == ["delivered", "delivered"]
    assert "before" not in again.texts(), "what had come goes to nobody again"


def test_who_did_not_promise_the_key_is_nobody(people: tuple[Writer, Writer, Carrier]) -> None:
    ann, ben, carrier = people
    mallory = Writer("mallory")
    statement = sign_rotate(mallory.account_key, ben.account, [])
    [said] = ann.store.add_statements([statement], ann.now_ms)
    assert said is not True
    copy(mallory, ann)
    ann.write(ben, "for ben")
    for _ in range(3):
        carrier.exchange(ann, mallory, ben)
    assert mallory.texts() == [] and ben.texts()[-1] == "for ben"


def test_the_own_mailbox_begins_anew_and_keeps_what_was_said(
    people: tuple[Writer, Writer, Carrier],
) -> None:
    ann, ben, carrier = people
    ann.write(ben, "nobody took this")
    carrier.exchange(ann)
    had = {one.value for kind in (PEER, PREKEYS) for one in ann.records.scan(kind)}
    again = rotated(ann)
    copy(ann, again)
    tell(again, ann, again)  # in a real home it is one store
    copy(ben, again)
    again.records = ann.records
    again.mailbox = again.opened()
    again.mailbox.update(again.now_ms)
    kept = {one.value for kind in (PEER, PREKEYS) for one in again.records.scan(kind)}
    assert not had & kept
    tell(ben, ann, again)
    for _ in range(4):
        carrier.exchange(again, ben)
    assert ben.texts() == ["before", "indeed", "nobody took this"]
    shown = messages(again.store, again.records, again.now_ms)
    assert [one.is_own for one in shown] == [True, False, True]
    assert shown[-1].as_json()["state"] == "delivered"
    ben.now_ms = again.now_ms + 1000
    ben.write(again, "welcome back")
    for _ in range(2):
        carrier.exchange(ben, again)
    assert again.texts()[-1] == "welcome back"
