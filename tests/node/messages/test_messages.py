"""Messages between people: written, sent, shown, forgotten."""

from __future__ import annotations

import pytest

from sayso_node.errors import Ambiguous, NodeError, NotFound
from sayso_node.messages.conversation import (
    find_message,
    forget_conversation,
    forget_message,
    messages,
)
from sayso_node.messages.kept_message import partners
from sayso_protocol.content.body import Prekey
from sayso_protocol.errors import Refused
from sayso_protocol.private.private_limits import DAY_MS

from .support import Writer, friends


def test_a_message_waits_goes_and_comes() -> None:
    ann, ben, carrier = friends()
    sent = ann.write(ben, "hello ben")
    assert sent.as_json()["state"] == "waiting" and ann.states() == ["waiting"]
    assert not list(ann.mailbox.deliveries()), "only the running node sends"
    carrier.exchange(ann, ben)
    assert ann.states() == ["carried"]
    assert ben.texts() == ["hello ben"]
    carrier.exchange(ben, ann)
    assert ann.states() == ["delivered"]
    [got] = messages(ben.store, ben.records, ben.now_ms)
    assert not got.is_own and got.kept.author == ann.account and got.id == sent.id
    assert got.kept.message.to == ben.account
    assert not any(carrier.boxes.values())


def test_a_conversation_over_days_and_starts() -> None:
    ann, ben, carrier = friends()
    for day in range(5):
        ann.write(ben, f"ann {day}")
        ben.write(ann, f"ben {day}")
        carrier.exchange(ann, ben, ann, ben)
        for one in (ann, ben):
            one.now_ms += DAY_MS
            one.mailbox = one.opened()
    carrier.exchange(ann, ben, ann, ben)
    for one in (ann, ben):
        assert sorted(one.texts()) == sorted(
            f"{who} {n}" for who in ("ann", "ben") for n in range(5)
        )
        assert one.states() == ["delivered"] * 5


def test_prekeys_stand_in_the_feed_and_on_no_timeline() -> None:
    from sayso_storage.interface.records import TimelineQuery

    ann = Writer("ann")
    [entry] = ann.store.of_kind(ann.account, Prekey.KIND)
    assert entry.body is not None and len(entry.body) + 64 < 292
    assert ann.store.timeline(TimelineQuery(limit=10)) == []
    ann.mailbox.update(ann.now_ms + DAY_MS)
    assert len(ann.store.of_kind(ann.account, Prekey.KIND)) == 1
    ann.mailbox.update(ann.now_ms + 7 * DAY_MS)
    assert len(ann.store.of_kind(ann.account, Prekey.KIND)) == 2


def test_what_is_forgotten_is_gone_and_goes_no_further() -> None:
    ann, ben, carrier = friends()
    ben.mailbox.accept(ann.account, ben.now_ms)
    first, second = ann.write(ben, "one"), ann.write(ben, "two")
    ann.mailbox.update(ann.now_ms)
    assert forget_message(ann.store, ann.records, bytes.fromhex(second.id))
    assert not forget_message(ann.store, ann.records, bytes.fromhex(second.id))
    carrier.exchange(ann, ben, ann, ben)
    assert ben.texts() == ["one"] == ann.texts()
    assert find_message(ann.records, first.id[:8]).message.text == "one"
    assert forget_conversation(ann.store, ann.records, ben.account) == 1
    assert ann.texts() == [] and partners(ann.records) == []


def test_messages_expire_on_both_sides() -> None:
    ann, ben, carrier = friends()
    ann.write(ben, "soon gone", DAY_MS)
    carrier.exchange(ann, ben, ann, ben)
    assert ann.texts() == ben.texts() == ["soon gone"]
    for one in (ann, ben):
        one.now_ms += DAY_MS
        assert one.texts() == [], "not shown, though still kept"
    carrier.exchange(ann, ben)
    assert partners(ann.records) == partners(ben.records) == []


def test_what_cannot_be_written() -> None:
    ann, ben, _ = friends()
    with pytest.raises(NodeError, match="somebody else"):
        ann.write(ann, "dear diary")
    for text in ("", "x" * 16_385, "a\0b"):
        with pytest.raises(Refused):
            ann.write(ben, text)
    assert ann.texts() == []
    with pytest.raises(NotFound):
        find_message(ann.records, "0" * 32)
    names = [ann.write(ben, f"{n}").id for n in range(3)]
    with pytest.raises(NotFound):
        find_message(ann.records, names[0][:7])
    with pytest.raises((Ambiguous, NotFound)):
        find_message(ann.records, "")
