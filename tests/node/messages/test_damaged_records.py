"""Any one damaged record of letters stops neither lists nor the node, and is told of."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.budget import long
from tests.node.daemon.letters.test_owner_letters import Carrier, Owner
from tests.node.knocks.support import copy
from tests.protocol.private.groups.support import NOW

from sayso_node.clock import now_ms
from sayso_node.daemon.letters.owner_letters import OwnerLetters
from sayso_node.home.directory import Home
from sayso_node.home.letter_keys import open_letters
from sayso_node.knocks.strangers import strangers
from sayso_node.messages.conversation import compose_message, messages
from sayso_node.messages.group_book import GroupBook
from sayso_node.messages.history_transfer import begin_transfer
from sayso_node.messages.new_devices import NewDevice, new_devices, put_new_device
from sayso_protocol.filters.rules import NO_RULES
from sayso_storage.interface.sealed_records import SealedRecords


class Kept(Owner):
    """Somebody whose letters lie in a file."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name, folder)
        self.home = Home(folder / f"{name} on disk")
        self.home.prepare()
        self.open()

    def open(self) -> None:
        """As after a start of the node."""
        self.records: SealedRecords = open_letters(self.home, self.feed_key.seed)  # type: ignore[assignment]
        door = self.feed_key, self.grant
        self.letters = OwnerLetters(self.home, self.store, self.records, door, self.publish)
        self.letters.waiting(0)


@pytest.fixture
def ann(tmp_path: Path) -> Kept:
    return Kept("ann", tmp_path)


@pytest.fixture
def ben(tmp_path: Path) -> Owner:
    return Owner("ben", tmp_path)


def use(ann: Kept, ben: Owner, carrier: Carrier) -> None:
    """All that is done with letters."""
    for one, other in ((ann, ben), (ben, ann)):
        copy(other, one)
    for number in range(3):
        ann.write(ben, f"ann {number}")
        ben.write(ann, f"ben {number}")
        carrier.exchange(ann, ben, ann, ben)
    book = GroupBook(ann.records, ann.feed_key, ann.grant)
    group = book.create(NOW, "chess").id
    book.invite(group, NOW, ben.account)
    book.write(group, NOW, b"e4")
    carrier.exchange(ann, ben, ann, ben)
    begin_transfer(ann.records, b"f" * 32, now_ms())
    put_new_device(ann.records, NewDevice(ben.account, b"d" * 32, now_ms()))
    compose_message(ann.store, ann.records, ben.account, "waits", now_ms())


def look(ann: Kept) -> tuple[int, int]:
    """All lists, and a round of the node; how many messages and groups there are."""
    strangers(ann.store, ann.records, NO_RULES, now_ms())
    new_devices(ann.records)
    book = GroupBook(ann.records, ann.feed_key, ann.grant)
    groups = book.groups()
    for one in groups:
        book.posts(one.id)
        _ = one.members, one.is_in, one.charter
    ann.letters.waiting(100)
    ann.letters.laid(100)
    ann.letters.places()
    ann.letters.emptied()
    return len(messages(ann.store, ann.records, now_ms())), len(groups)


@long
def test_no_damaged_record_stops_anything(ann: Kept, ben: Owner) -> None:
    carrier = Carrier()
    use(ann, ben, carrier)
    whole = look(ann)
    assert whole == (7, 1)
    ann.records.close()
    files = {one: one.read_bytes() for one in ann.home.path.iterdir() if one.is_file()}
    db = sqlite3.connect(ann.home.letters)
    places = [row[0] for row in db.execute("SELECT place FROM records")]
    db.close()
    assert len(places) > 30
    lost = [0, 0]
    for place in places:
        for file, data in files.items():
            file.write_bytes(data)
        db = sqlite3.connect(ann.home.letters, isolation_level=None)
        db.execute("UPDATE records SET sealed = zeroblob(90) WHERE place = ?", (place,))
        db.close()
        ann.open()
        found = look(ann)
        lost = [had + all_of - left for had, all_of, left in zip(lost, whole, found, strict=True)]
        assert ann.records.passed_over <= 1
        ann.write(ben, "still here")
        assert "still here" in ann.texts()
        ann.letters.waiting(100)
        ann.records.close()
    assert lost == [7 + 7, 2], "each message, and that there is a conversation; that of the group"


def test_what_is_lost_of_a_session_comes_again(ann: Kept, ben: Owner) -> None:
    """Neither side loses a message where the other lost what opens its letters."""
    carrier = Carrier()
    use(ann, ben, carrier)
    ann.records.close()
    db = sqlite3.connect(ann.home.letters, isolation_level=None)
    db.execute("UPDATE records SET sealed = zeroblob(90)")  # all of it
    db.close()
    ann.open()
    copy(ann, ben)
    assert look(ann) == (0, 0) and ann.records.passed_over > 10
    assert ann.records.damaged() > 0
    ann.write(ben, "a new beginning")
    for _ in range(3):
        carrier.exchange(ann, ben)
    assert "a new beginning" in ben.texts()
    ann.records.delete_damaged()
    assert ann.records.damaged() == 0 and "a new beginning" in ann.texts()
    ann.records.close()
