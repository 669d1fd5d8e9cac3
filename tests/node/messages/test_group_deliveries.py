"""Posts of groups on their way to devices, and the boxes in which these look for them."""

from __future__ import annotations

import pytest
from tests.protocol.private.groups.support import NOW, person

from sayso_node.messages import group_boxes, group_deliveries
from sayso_node.messages.group_book import GroupBook
from sayso_node.messages.group_boxes import GroupBoxes
from sayso_node.messages.group_deliveries import TARGET, GroupDeliveries
from sayso_node.messages.group_records import waiting_letters
from sayso_protocol.private.groups.group_limits import DAY_MS
from sayso_storage.memory.sealed_records import MemorySealedRecords

PHONE, TABLET = b"p" * 32, b"t" * 32


class Sender:
    """Somebody with a group of three, and what is known of the devices of the others."""

    def __init__(self) -> None:
        self.records = MemorySealedRecords()
        self.now_ms = NOW
        self.device = person("o").device
        self.book = GroupBook(self.records, self.device, person("o").grant)
        self.group = self.book.create(NOW, "chess").id
        for name in "xz":
            self.book.invite(self.group, NOW, person(name).key)
        self.devices: dict[bytes, list[bytes]] = {person("x").key: [person("x").device.public]}
        self.deliveries = self.started()

    def started(self) -> GroupDeliveries:
        return GroupDeliveries(self.records, self.device.public)

    def update(self) -> dict[bytes, bytes]:
        """The boxes of what waits then, by the ids of the letters."""
        groups = {one.id: one for one in self.book.joined()}
        self.deliveries.update(groups, self.devices, self.now_ms)
        return {one.letter_id: one.box for one in self.deliveries.waiting(99)}

    def write(self, text: bytes) -> None:
        self.book.write(self.group, self.now_ms, text)


@pytest.fixture
def sender() -> Sender:
    return Sender()


def test_each_device_has_its_box_in_which_it_alone_looks(sender: Sender) -> None:
    sender.devices = {person("x").key: [PHONE, TABLET], person("o").key: [sender.device.public]}
    sender.write(b"hello")
    boxes = set(sender.update().values())
    groups = sender.book.joined()
    phone, tablet = (set(GroupBoxes(one).to_read(groups, NOW)) for one in (PHONE, TABLET))
    assert len(boxes) == 2
    assert len(boxes & phone) == len(boxes & tablet) == 1
    assert not phone & tablet


def test_what_a_carrier_has_waits_no_more_also_after_a_start(sender: Sender) -> None:
    sender.devices[person("z").key] = [PHONE, TABLET]
    sender.write(b"hello")
    first, *others = sender.update()
    assert len(others) == 2
    assert sender.deliveries.note_taken(first)
    assert not sender.deliveries.note_taken(first)
    sender.deliveries = sender.started()
    assert set(sender.update()) == set(others)
    for one in others:
        sender.deliveries.note_taken(one)
    assert sender.update() == {}
    assert waiting_letters(sender.records) == []
    assert not sender.records.count(TARGET)


def test_it_waits_for_devices_that_are_not_known_yet_and_not_for_those_that_went(
    sender: Sender,
) -> None:
    sender.write(b"hello")
    assert len(sender.update()) == 1  # of z no device is known
    sender.devices[person("z").key] = [PHONE]
    sender.deliveries = sender.started()
    assert len(sender.update()) == 2
    del sender.devices[person("z").key]
    assert len(sender.update()) == 1
    sender.book.remove(sender.group, NOW, person("x").key)
    assert sender.update() == {}


def test_what_is_forgotten_is_not_delivered(sender: Sender) -> None:
    sender.write(b"hello")
    assert sender.update()
    [post] = sender.book.posts(sender.group)
    sender.book.forget_post(post.post.id)
    assert sender.update() == {}
    assert not sender.records.count(TARGET)


def test_of_too_many_the_oldest_posts_are_given_up(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_deliveries, "MAX_TARGETS", 5)
    for number in range(4):
        sender.now_ms += 1
        sender.write(b"%d" % number)
        sender.update()
    assert len(waiting_letters(sender.records)) == 2  # each waits for x and for the devices of z
    assert sender.records.count(TARGET) == 4


def test_no_more_boxes_are_looked_into_than_one_question_holds(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_boxes, "MAX_BOXES", 70)
    newest = []
    for _ in range(20):
        made = sender.book.create(sender.now_ms, "many").id
        sender.book.write(made, sender.now_ms, b"first")
        newest.append(made)
    sender.now_ms += 40 * DAY_MS  # each key has a month of days
    found = GroupBoxes(PHONE).to_read(sender.book.joined(), sender.now_ms)
    assert len(found) == 2 * 33
    assert len({group for _, group, _ in found.values()}) == 2


def test_letters_with_the_same_in_them_have_nothing_in_common(sender: Sender) -> None:
    sender.devices[person("z").key] = [PHONE, TABLET]
    sender.write(b"hello")
    sender.update()
    letters = [one.letter for one in sender.deliveries.waiting(99)]
    [kept] = waiting_letters(sender.records)
    parts = {one[at : at + 16] for one in [kept.letter, *letters] for at in range(0, 512, 16)}
    assert len(parts) == 4 * 512 // 16
    sender.deliveries = sender.started()
    sender.update()
    assert [one.letter for one in sender.deliveries.waiting(99)] == letters


def test_where_more_waits_than_is_taken_others_come_each_time(sender: Sender) -> None:
    sender.devices[person("z").key] = [PHONE, TABLET]
    sender.write(b"hello")
    everything = set(sender.update())
    assert len(everything) == 3
    rounds = [{one.letter_id for one in sender.deliveries.waiting(2)} for _ in range(3)]
    assert set().union(*rounds) == everything
    assert all(len(one) == 2 for one in rounds)
    assert list(sender.deliveries.waiting(0)) == []
