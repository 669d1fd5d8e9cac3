"""A group that others bring is an invitation until the owner takes part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.protocol.private.groups.support import NOW, person

from sayso_node.messages.group_book import GroupBook, NoSuchGroup
from sayso_node.messages.group_invitations import MAX_INVITATIONS, MAX_INVITED_POSTS
from sayso_node.messages.group_records import forget_waiting, waiting_contents, waiting_letters
from sayso_protocol.private.groups.contents import Post, Request, read_content, write_content
from sayso_protocol.private.groups.group import NotAllowed
from sayso_protocol.private.groups.group_limits import DAY_MS, ERASE_MS
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.memory.sealed_records import MemorySealedRecords


class Home:
    """The records and the groups of one person."""

    def __init__(self, name: str) -> None:
        self.name, self.key = name, person(name).key
        self.records: SealedRecords = MemorySealedRecords()
        self.book = self.opened()

    def opened(self) -> GroupBook:
        return GroupBook(self.records, person(self.name).device, person(self.name).grant)

    def sent(self, to: bytes) -> list[bytes]:
        """What waits for an account; nothing waits any more."""
        waiting = waiting_contents(self.records)
        for one in waiting:
            forget_waiting(self.records, one)
        return [one.content for one in waiting if to in one.accounts]

    def take(self, other: Home, now_ms: int = NOW) -> None:
        """Take in what waits for this home in another."""
        for content in other.sent(self.key):
            self.book.take(other.key, content, now_ms)

    def is_silent(self) -> bool:
        return not waiting_contents(self.records) and not waiting_letters(self.records)


@pytest.fixture
def owner() -> Iterator[Home]:
    home = Home("o")
    yield home
    home.records.close()


@pytest.fixture
def guest() -> Iterator[Home]:
    home = Home("x")
    yield home
    home.records.close()


@pytest.fixture
def group(owner: Home, guest: Home) -> bytes:
    """A group of o with one post, to which x is invited."""
    made = owner.book.create(NOW, "chess")
    owner.book.write(made.id, NOW, b"e4")
    owner.book.invite(made.id, NOW, guest.key)
    guest.take(owner)
    return made.id


def test_what_was_created_is_no_invitation(owner: Home) -> None:
    made = owner.book.create(NOW, "chess")
    assert owner.book.is_joined(made.id) and owner.opened().is_joined(made.id)
    assert owner.book.invitations() == []


def test_an_invitation_waits_in_silence(owner: Home, guest: Home, group: bytes) -> None:
    (invited,) = guest.book.invitations()
    assert (invited.group, invited.by, invited.came_ms) == (group, owner.key, NOW)
    assert guest.opened().invitations() == [invited]
    assert not guest.book.is_joined(group) and guest.book.boxes(NOW // DAY_MS) == []
    guest.book.tick(NOW + DAY_MS)
    guest.book.take(owner.key, write_content(Request(group, (), (), ())), NOW)
    assert guest.is_silent()
    assert len(guest.book.get(group).epochs) == 1


def test_nothing_is_done_in_an_invitation(guest: Home, group: bytes) -> None:
    book = guest.book
    with pytest.raises(NotAllowed, match="accept it first"):
        book.write(group, NOW, b"hello")
    with pytest.raises(NotAllowed):
        book.invite(group, NOW, person("z").key)
    with pytest.raises(NotAllowed):
        book.leave(group, NOW)
    assert guest.is_silent()


def test_posts_are_kept_and_shown_afterwards(owner: Home, guest: Home, group: bytes) -> None:
    post = owner.book.write(group, NOW + 1, b"e5").post
    content = write_content(Post(group, post.wire))
    assert guest.book.take(owner.key, content, NOW) == []
    assert guest.book.posts(group) == []
    guest.book.join(group, NOW)
    assert [one.post.body for one in guest.book.posts(group)] == [b"e5"]


def test_who_joins_asks_for_what_was_missed(owner: Home, guest: Home, group: bytes) -> None:
    guest.book.join(group, NOW)
    assert guest.book.is_joined(group) and guest.opened().is_joined(group)
    assert guest.book.invitations() == []
    owner.take(guest)
    guest.take(owner)
    assert [one.post.body for one in guest.book.posts(group)] == [b"e4"]
    guest.book.write(group, NOW, b"c5")
    assert waiting_letters(guest.records)


def test_who_joins_twice_asks_once(guest: Home, group: bytes) -> None:
    guest.book.join(group, NOW)
    asked = len(waiting_contents(guest.records))
    guest.book.join(group, NOW)
    assert len(waiting_contents(guest.records)) == asked
    with pytest.raises(NoSuchGroup):
        guest.book.join(bytes(16), NOW)


def test_not_more_posts_are_kept_than_may_be(owner: Home, guest: Home, group: bytes) -> None:
    for number in range(MAX_INVITED_POSTS + 3):
        post = owner.book.write(group, NOW + number, b"again").post
        guest.book.take(owner.key, write_content(Post(group, post.wire)), NOW)
    assert guest.records.count("group post", group) == MAX_INVITED_POSTS
    guest.book.join(group, NOW)
    owner.take(guest)
    guest.take(owner)
    assert len(guest.book.posts(group)) == MAX_INVITED_POSTS + 4


def test_what_was_declined_is_gone(owner: Home, guest: Home, group: bytes) -> None:
    guest.book.decline(group, NOW)
    with pytest.raises(NoSuchGroup):
        guest.book.get(group)
    assert guest.book.invitations() == [] and guest.is_silent()
    for kind in ("group", "group operation", "group epoch", "group post", "group invitation"):
        assert guest.records.count(kind) == guest.records.count(kind, group) == 0
    with pytest.raises(NoSuchGroup):
        guest.book.decline(group, NOW)


def test_what_was_declined_does_not_come_again(owner: Home, guest: Home, group: bytes) -> None:
    guest.book.decline(group, NOW)
    owner.book.take(guest.key, write_content(Request(group, (), (), ())), NOW)
    owner.book.write(group, NOW, b"still there?")
    again = owner.sent(guest.key)
    assert any(type(read_content(one)).__name__ == "Invitation" for one in again)
    for content in again:
        guest.book.take(owner.key, content, NOW)
    assert guest.opened().invitations() == [] and guest.opened().groups() == []
    assert guest.is_silent()


def test_who_is_added_again_is_invited_again(owner: Home, guest: Home, group: bytes) -> None:
    guest.book.decline(group, NOW)
    owner.book.remove(group, NOW, guest.key)
    owner.book.invite(group, NOW, guest.key)
    guest.take(owner)
    assert [one.group for one in guest.book.invitations()] == [group]
    guest.book.join(group, NOW)
    assert guest.book.get(group).is_in


def test_an_add_that_does_not_count_invites_nobody(owner: Home, guest: Home, group: bytes) -> None:
    """Of an admin whom the owner removed, and who did not know."""
    admin = Home("z")
    owner.book.invite(group, NOW, admin.key, admin=True)
    admin.take(owner)
    admin.book.join(group, NOW)
    guest.take(owner)
    guest.book.decline(group, NOW)
    owner.book.remove(group, NOW, admin.key)
    admin.book.invite(group, NOW, guest.key)
    guest.take(admin)
    assert [one.group for one in guest.book.invitations()] == [group]
    guest.take(owner)
    assert guest.book.invitations() == []


def test_an_own_device_brings_no_invitation(owner: Home) -> None:
    """What another device of the owner sends is by his will."""
    made = owner.book.create(NOW, "chess")
    other = Home("o")
    other.take(owner)
    assert other.book.is_joined(made.id) and other.book.invitations() == []


def test_who_joins_on_one_device_joins_on_all(owner: Home, guest: Home, group: bytes) -> None:
    other = Home("x")
    owner.book.take(guest.key, write_content(Request(group, (), (), ())), NOW)
    other.take(owner)
    assert not other.book.is_joined(group)
    guest.book.join(group, NOW)
    other.take(guest)
    assert other.opened().is_joined(group)


def test_who_declined_here_may_join_on_another_device(
    owner: Home, guest: Home, group: bytes
) -> None:
    other = Home("x")
    owner.book.take(guest.key, write_content(Request(group, (), (), ())), NOW)
    other.take(owner)
    guest.book.decline(group, NOW)
    other.book.join(group, NOW)
    for _ in range(2):  # it is asked what that group is, and answers
        guest.take(other)
        other.take(guest)
    guest.take(other)
    assert guest.book.is_joined(group)
    post = owner.book.write(group, NOW, b"e5").post
    [shown] = guest.book.take(owner.key, write_content(Post(group, post.wire)), NOW)
    assert shown.post == post


def test_who_left_is_asked_again(owner: Home, guest: Home, group: bytes) -> None:
    guest.book.join(group, NOW)
    guest.book.write(group, NOW, b"bye")
    guest.book.leave(group, NOW)
    owner.take(guest)
    owner.book.invite(group, NOW, guest.key)
    guest.take(owner)
    (invited,) = guest.book.invitations()
    assert invited.is_again and not guest.book.is_joined(group)
    guest.book.decline(group, NOW)
    assert not guest.book.get(group).is_in
    assert b"bye" in [one.post.body for one in guest.book.posts(group)]
    owner.take(guest)
    assert guest.key not in owner.book.get(group).members


def test_the_oldest_of_whoever_invites_most_gives_way(owner: Home, guest: Home) -> None:
    other = Home("z")
    kept = other.book.create(NOW, "one of another")
    other.book.invite(kept.id, NOW, guest.key)
    guest.take(other)
    made = []
    for number in range(MAX_INVITATIONS + 1):
        made.append(owner.book.create(NOW, f"group {number}").id)
        owner.book.invite(made[-1], NOW, guest.key)
        guest.take(owner)
    waiting = [one.group for one in guest.opened().invitations()]
    assert waiting == [kept.id, *made[2:]]
    assert guest.records.count("group") == MAX_INVITATIONS


def test_an_invitation_forgets_its_old_keys(owner: Home, guest: Home) -> None:
    made = owner.book.create(NOW, "brief", forgetting=True)
    owner.book.invite(made.id, NOW, guest.key)
    owner.book.write(made.id, NOW, b"soon gone")
    guest.take(owner)
    assert len(guest.book.get(made.id).epochs) == 1
    assert guest.book.tick(NOW + ERASE_MS)
    assert len(guest.book.get(made.id).epochs) == 0 and guest.is_silent()
