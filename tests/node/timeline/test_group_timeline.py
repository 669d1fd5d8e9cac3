"""The order of a closed group's posts, and what their authors had not read, against slow
definitions."""

from __future__ import annotations

import random

import pytest
from tests.protocol.private.groups.support import NOW, person

from sayso_node.entries.item import Item
from sayso_node.messages.group_book import GroupBook
from sayso_node.messages.group_records import KeptPost, forget_waiting, waiting_contents
from sayso_node.timeline import group_timeline as module
from sayso_node.timeline.group_timeline import group_timeline, with_folds
from sayso_protocol.private.groups.contents import Post, write_content
from sayso_protocol.private.groups.text_post import TextPost, write_text
from sayso_storage.memory.sealed_records import MemorySealedRecords
from sayso_storage.memory.store import MemoryStore

OTHERS = "xyz"


class Room:
    """A group of o's, in which all write, and o reads."""

    def __init__(self) -> None:
        self.records = {name: MemorySealedRecords() for name in "o" + OTHERS}
        self.books = {
            name: GroupBook(records, person(name).device, person(name).grant)
            for name, records in self.records.items()
        }
        self.store = MemoryStore(bytes(16))
        self.group = self.books["o"].create(NOW, "chess").id
        for name in OTHERS:
            self.books["o"].invite(self.group, NOW, person(name).key)
        self.write("o", "welcome")  # makes the key
        self.carry("o")
        for name in OTHERS:
            self.books[name].join(self.group, NOW)

    def carry(self, source: str) -> None:
        for one in waiting_contents(self.records[source]):
            for name, book in self.books.items():
                if name != source and person(name).key in one.accounts:
                    book.take(person(source).key, one.content, NOW)
            forget_waiting(self.records[source], one)

    def write(self, name: str, text: str, time_ms: int = NOW) -> KeptPost:
        return self.books[name].write(self.group, time_ms, write_text(TextPost(text)))

    def give(self, kept: KeptPost, to: str, now_ms: int = NOW) -> None:
        content = write_content(Post(self.group, kept.post.wire))
        self.books[to].take(kept.post.author, content, now_ms)

    def read(self, limit: int = 50, since_ms: int | None = None) -> list[Item]:
        book = self.books["o"]
        found = group_timeline(self.store, book, book.get(self.group), limit, since_ms)
        return list(with_folds(found))

    def texts(self) -> list[str | None]:
        return [one.text for one in self.read()]


@pytest.fixture
def room() -> Room:
    return Room()


def test_an_answer_stands_above_what_it_answers_whatever_the_clocks_say(room: Room) -> None:
    ahead = room.write("x", "from a fast clock", NOW + 50)
    room.give(ahead, "y", NOW)
    behind = room.write("y", "an answer", NOW - 50)
    for kept in (behind, ahead):  # the answer comes first
        room.give(kept, "o", NOW + 100)
    assert room.texts() == ["an answer", "from a fast clock", "welcome"]


def test_what_is_dated_ahead_stands_where_it_came(room: Room) -> None:
    room.give(room.write("x", "of next year", NOW + 10**10), "o", NOW + 1)
    room.give(room.write("y", "of now", NOW + 2), "o", NOW + 2)
    assert room.texts() == ["of now", "of next year", "welcome"]
    assert [one.text for one in room.read(since_ms=NOW + 2)] == ["of now"]


def test_only_the_last_that_came_are_looked_at(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        room.write("o", str(number), NOW + number)
    monkeypatch.setattr(module, "LOOKED_AT", 3)
    assert [one.text for one in room.read(2)] == ["5", "4", "3"]
    monkeypatch.setattr(module, "MOST_LOOKED_AT", 2)
    assert [one.text for one in room.read(10)] == ["5", "4"]


@pytest.mark.parametrize("seed", range(4))
def test_what_was_not_read_is_what_is_no_ancestor(room: Room, seed: int) -> None:
    dice = random.Random(seed)
    came = [room.books["o"].posts(room.group)[0].post]
    for number in range(30):
        name = dice.choice(OTHERS)
        kept = room.write(name, str(number), NOW + number)
        room.give(kept, "o", NOW + number)
        came.append(kept.post)
        for to in OTHERS:
            if to != name and dice.random() < 0.4:
                room.give(kept, to, NOW + number)
    gone = {post.id for post in dice.sample(came, 6)}
    for id in gone:
        assert room.books["o"].forget_post(id)
    known = {post.id: post for post in came}

    def above(id: bytes) -> set[bytes]:
        found: set[bytes] = set()
        left = [id]
        while left:
            for parent in known[left.pop()].parents:
                if parent in known and parent not in found:
                    found.add(parent)
                    left.append(parent)
        return found

    shown = {one.reference.id: one for one in room.read()}
    assert shown.keys() == known.keys() - gone
    for at, post in enumerate(came):
        if post.id not in gone:
            before = {one.id for one in came[:at]} - gone
            place = shown[post.id].in_group
            assert place is not None and place.unread == len(before - above(post.id))


def test_who_was_out_is_folded(room: Room) -> None:
    late = room.write("x", "too late")
    room.books["o"].remove(room.group, NOW, person("x").key)
    room.give(late, "o")
    [found] = [one for one in room.read() if one.text == "too late"]
    assert found.rules.folded == "group" and found.rules.because
    assert found.as_json()["folded"] == "group"
    place = found.in_group
    assert place is not None and place.before == (("remove", person("x").key),)
