"""Closed groups in the sealed records of three homes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.protocol.private.groups.support import NOW, person

from sayso_node.messages.group_book import GroupBook, NoSuchGroup
from sayso_node.messages.group_records import (
    forget_waiting,
    waiting_contents,
    waiting_letters,
)
from sayso_protocol.errors import Refused
from sayso_protocol.private.groups.group import NotAllowed
from sayso_protocol.private.groups.group_limits import ASK_MS, DAY_MS, ERASE_MS
from sayso_storage.interface.sealed_records import RecordKeys, SealedRecords
from sayso_storage.memory.sealed_records import MemorySealedRecords
from sayso_storage.sqlite.sealed.sealed_records import SqliteSealedRecords


class Ring:
    """Keys in memory."""

    def __init__(self) -> None:
        self.keys = [RecordKeys(1, bytes(32), bytes([1]) * 32)]

    def load(self) -> list[RecordKeys]:
        return self.keys

    def save(self, keys: list[RecordKeys]) -> None:
        self.keys = keys


class Homes:
    """Three people with a home each; `carry` is the post office."""

    def __init__(self, records: dict[str, SealedRecords]) -> None:
        self.records = records
        self.books = {name: self.opened(name) for name in records}

    def opened(self, name: str) -> GroupBook:
        return GroupBook(self.records[name], person(name).device, person(name).grant)

    def carry(self, now_ms: int = NOW) -> None:
        """Until nothing waits any more."""
        while any(map(self._carry_one, self.records, [now_ms] * len(self.records))):
            pass

    def _carry_one(self, source: str, now_ms: int) -> bool:
        records = self.records[source]
        contents, letters = waiting_contents(records), waiting_letters(records)
        for one in contents:
            for name, book in self.books.items():
                if name != source and person(name).key in one.accounts:
                    book.take(person(source).key, one.content, now_ms)
            forget_waiting(records, one)
        for letter in letters:
            for name, book in self.books.items():
                boxes = {seed: (group, epoch) for group, epoch, seed in book.boxes(letter.day)}
                if name != source and letter.box_seed in boxes:
                    book.take_letter(*boxes[letter.box_seed], letter.letter, now_ms)
            forget_waiting(records, letter)
        return bool(contents or letters)

    def read(self, name: str, group: bytes) -> list[bytes]:
        return [one.post.body for one in self.books[name].posts(group)]


@pytest.fixture(params=["memory", "sqlite"])
def homes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Homes]:
    with ExitStack() as opened:
        records: dict[str, SealedRecords] = {}
        for name in "oxz":
            if request.param == "memory":
                records[name] = MemorySealedRecords()
            else:
                records[name] = SqliteSealedRecords(tmp_path / f"{name}.db", Ring())
            opened.callback(records[name].close)
        yield Homes(records)


@pytest.fixture
def group(homes: Homes) -> bytes:
    """A group of all three, which o created."""
    made = homes.books["o"].create(NOW, "chess")
    for name in "xz":
        homes.books["o"].invite(made.id, NOW, person(name).key)
    homes.carry()
    for name in "xz":
        homes.books[name].join(made.id, NOW)
    homes.carry()
    return made.id


def test_what_one_writes_the_others_read(homes: Homes, group: bytes) -> None:
    homes.books["x"].write(group, NOW, b"e4")
    homes.carry()
    homes.books["o"].write(group, NOW + 1, b"e5")
    homes.carry()
    for name in "oxz":
        assert homes.read(name, group) == [b"e4", b"e5"]
    assert [one.post.body for one in homes.books["z"].posts(group, limit=1)] == [b"e5"]


def test_another_process_goes_on_where_the_first_stood(homes: Homes, group: bytes) -> None:
    homes.books["o"].write(group, NOW, b"e4")
    homes.carry()
    again = homes.opened("x")
    was = homes.books["x"].get(group)
    assert again.get(group).members == was.members
    assert again.get(group).epochs.all() == was.epochs.all()
    again.write(group, NOW + 1, b"e5")
    (post,) = (one.post for one in homes.books["x"].posts(group, limit=1))
    assert homes.books["x"].get(group).posts.heads() == (post.id,)
    homes.carry()
    assert homes.read("o", group) == homes.read("z", group) == [b"e4", b"e5"]


def test_who_is_removed_reads_no_further(homes: Homes, group: bytes) -> None:
    homes.books["o"].write(group, NOW, b"for all")
    homes.carry()
    homes.books["o"].remove(group, NOW, person("z").key)
    homes.books["o"].write(group, NOW, b"without z")
    homes.carry()
    assert homes.read("x", group) == [b"for all", b"without z"]
    assert homes.read("z", group) == [b"for all"]
    with pytest.raises(NotAllowed):
        homes.books["z"].write(group, NOW, b"but")


def test_who_leaves_is_out(homes: Homes, group: bytes) -> None:
    homes.books["z"].leave(group, NOW)
    homes.carry()
    assert person("z").key not in homes.books["x"].get(group).members


def test_what_is_not_allowed_changes_nothing(homes: Homes, group: bytes) -> None:
    book, records = homes.books["x"], homes.records["x"]
    before = book.get(group).membership.heads()
    with pytest.raises(NotAllowed):
        book.invite(group, NOW, person("s").key)
    with pytest.raises(NoSuchGroup):
        book.write(bytes(16), NOW, b"where?")
    with pytest.raises(Refused):
        book.take(person("o").key, b"\x93\x01\xa1x\xc0", NOW)
    assert book.get(group).membership.heads() == before
    assert waiting_contents(records) == waiting_letters(records) == []


def test_what_fails_in_the_middle_is_not_kept(
    homes: Homes, group: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = homes.books["o"]

    def full(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patched:
        patched.setattr("sayso_node.messages.group_effects.put_letter", full)
        with pytest.raises(OSError, match="no space"):
            book.write(group, NOW, b"lost")
    assert homes.read("o", group) == []
    assert len(book.get(group).epochs) == 0
    book.write(group, NOW, b"kept")
    homes.carry()
    assert homes.read("x", group) == [b"kept"]


def test_a_missed_letter_comes_from_somebody_else(homes: Homes, group: bytes) -> None:
    homes.books["o"].write(group, NOW, b"first")
    homes.carry()
    homes.books["o"].write(group, NOW + 1, b"missed")
    (letter,) = waiting_letters(homes.records["o"])
    boxes = {seed: (g, epoch) for g, epoch, seed in homes.books["x"].boxes(letter.day)}
    homes.books["x"].take_letter(*boxes[letter.box_seed], letter.letter, NOW)
    forget_waiting(homes.records["o"], letter)
    homes.books["z"].tick(NOW + ASK_MS)
    homes.carry(NOW + ASK_MS)
    assert homes.read("z", group) == [b"first", b"missed"]


def test_a_forgetting_group_keeps_no_old_key(homes: Homes) -> None:
    book, records = homes.books["o"], homes.records["o"]
    made = book.create(NOW, "brief", forgetting=True)
    book.write(made.id, NOW, b"gone soon")
    assert len(book.boxes(NOW // DAY_MS)) == 1
    assert not book.tick(NOW + ERASE_MS - 1)
    assert book.tick(NOW + ERASE_MS)
    assert book.boxes(NOW // DAY_MS) == []
    assert homes.opened("o").boxes(NOW // DAY_MS) == []
    assert records.count("group epoch", made.id) == 0
