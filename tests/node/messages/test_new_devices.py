"""Who steals an account's key can add a device to it: the owner of every conversation is told."""

from __future__ import annotations

from tests.node.knocks.support import copy

from sayso_node.messages.conversation import forget_conversation
from sayso_node.messages.new_devices import MOST, NewDevice, new_devices, put_new_device
from sayso_node.timeline.new_devices import new_device_items
from sayso_protocol.private.private_limits import DAY_MS
from sayso_storage.memory.sealed_records import MemorySealedRecords

from .support import Writer, friends


def told(who: Writer) -> list[bytes]:
    return [one.feed for one in new_devices(who.records)]


def test_a_device_that_is_added_to_a_conversation_is_told_of_once() -> None:
    ann, ben, carrier = friends()
    ann.write(ben, "only for you")
    carrier.exchange(ann, ben, ann, ben)
    assert told(ann) == told(ben) == []
    thief = Writer("thief", ben)
    copy(thief, ann, follow=False)
    ann.now_ms += DAY_MS
    for _ in range(2):
        ann.mailbox.update(ann.now_ms)
        ann.mailbox = ann.opened()
    [device] = new_devices(ann.records)
    assert device == NewDevice(ben.account, thief.feed, ann.now_ms)
    assert told(ben) == []


def test_devices_that_were_there_before_the_first_word_are_not_new() -> None:
    ann, ben = Writer("ann"), Writer("ben")
    phone = Writer("phone", ben)
    copy(ben, ann)
    copy(phone, ann, follow=False)
    ann.write(ben, "hello both")
    for _ in range(2):
        ann.mailbox.update(ann.now_ms)
    assert len(ann.mailbox.devices()[ben.account]) == 2 and told(ann) == []


def test_own_devices_are_told_of_by_the_store_alone() -> None:
    ann, ben, _ = friends()
    phone = Writer("ann phone", ann)
    copy(phone, ann, follow=False)
    ann.mailbox.update(ann.now_ms)
    assert ann.account in ann.mailbox.devices() and told(ann) == []
    assert [one.about for one in ann.store.key_changes()] == [phone.feed]
    copy(ann, ben)


def test_notifications_tell_of_those_who_are_not_followed_and_of_nobody_twice() -> None:
    ann, ben, carrier = friends()
    ann.write(ben, "only for you")
    carrier.exchange(ann, ben)
    copy(Writer("thief", ben), ann, follow=False)
    ann.mailbox.update(ann.now_ms)
    assert len(ann.store.key_changes()) == 1
    assert new_device_items(ann.store, ann.records) == []
    ann.store.unfollow(ben.account)
    [item] = new_device_items(ann.store, ann.records)
    assert item.is_written_to and item.as_json()["kind"] == "device-added"
    assert new_device_items(ann.store, ann.records, ann.now_ms + 1) == []
    [item] = new_device_items(ann.store, ann.records, accounts=[ben.account])
    assert item.change.account == ben.account


def test_they_are_forgotten_with_the_conversation() -> None:
    ann, ben, carrier = friends()
    ann.write(ben, "only for you")
    carrier.exchange(ann, ben)
    copy(Writer("thief", ben), ann, follow=False)
    ann.mailbox.update(ann.now_ms)
    assert told(ann)
    forget_conversation(ann.store, ann.records, ben.account)
    assert told(ann) == []


def test_many_are_not_kept() -> None:
    records = MemorySealedRecords()
    for number in range(2 * MOST):
        put_new_device(records, NewDevice(b"a" * 32, number.to_bytes(32, "big"), number))
    found = new_devices(records)
    assert [one.since_ms for one in found] == list(range(MOST))
