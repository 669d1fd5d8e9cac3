"""Where a member's account goes on under another key, that takes its place in closed groups."""

from __future__ import annotations

from tests.node.support import Person as Keeper
from tests.protocol.private.groups.support import NOW, person

from sayso_node.messages.group_book import GroupBook
from sayso_node.messages.group_succession import APART_MS, MOST, GroupSuccession, hand_over_groups
from sayso_protocol.accounts.statement import sign_grant, sign_rotate
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_storage.interface.store import Store

from .test_group_book import Homes, group, homes

__all__ = ["group", "homes"]


def store_that_knows(*moves: tuple[str, str]) -> Store:
    """A store that took in that each first goes on as the second."""
    store = Keeper("keeper").store
    for old, new in moves:
        before, after = person(old), person(new)
        grant = sign_grant(before.account, before.device, next_key_hash(after.key))
        store.follow(before.key, None, NOW)
        store.add_grant(grant, NOW)
        rotate = sign_rotate(after.account, before.key, [])
        assert store.add_statements([rotate], NOW) == [True]
    return store


def members(homes: Homes, group: bytes, book: GroupBook | None = None) -> dict[bytes, bool]:
    return dict((book or homes.books["o"]).get(group).members)


def look(homes: Homes, name: str, store: Store, now_ms: int = NOW + 1) -> None:
    """What the node of one of them does."""
    GroupSuccession(store, homes.books[name], person(name).key).update(now_ms)


def test_the_new_key_takes_the_place_and_reads_on(homes: Homes, group: bytes) -> None:
    homes.books["o"].write(group, NOW, b"before")
    homes.carry()
    store = store_that_knows(("x", "y"))
    was = members(homes, group)
    look(homes, "o", store)
    # x's home goes on as y's, with what it had
    again = GroupBook(homes.records["x"], person("y").device, person("y").grant)
    homes.books["x"] = again
    _carry_as(homes, "y")
    now = members(homes, group)
    assert now == {person("y").key if key == person("x").key else key: v for key, v in was.items()}
    assert members(homes, group, again) == now == members(homes, group, homes.books["z"])
    homes.books["o"].write(group, NOW + 2, b"after")
    _carry_as(homes, "y")
    assert [one.post.body for one in again.posts(group)] == [b"before", b"after"]
    again.write(group, NOW + 3, b"it is me")
    _carry_as(homes, "y")
    assert b"it is me" in homes.read("z", group) and again.is_joined(group)


def test_who_is_no_admin_changes_nothing(homes: Homes, group: bytes) -> None:
    before = members(homes, group)
    look(homes, "z", store_that_knows(("x", "y")))
    homes.carry()
    assert members(homes, group) == before


def test_nothing_happens_twice_and_the_owners_key_stays_a_member(
    homes: Homes, group: bytes
) -> None:
    homes.books["o"].invite(group, NOW, person("x").key, admin=True)
    homes.carry()
    store = store_that_knows(("o", "p"))
    succession = GroupSuccession(store, homes.books["x"], person("x").key)
    for hour in range(3):
        succession.update(NOW + 1 + hour * APART_MS)
    homes.carry()
    now = members(homes, group)
    assert now[person("p").key] and person("o").key in now, "an admin now; nobody removes an owner"
    adds = [
        one
        for one in homes.books["x"].get(group).membership.operations
        if one.target == person("p").key
    ]
    assert len(adds) == 1


def test_an_admin_hands_over_before_he_changes_his_key(homes: Homes, group: bytes) -> None:
    hand_over_groups(homes.books["o"], person("p").key, NOW)
    hand_over_groups(homes.books["z"], person("q").key, NOW)  # no admin: others see to him
    homes.carry()
    now = members(homes, group, homes.books["x"])
    assert now[person("p").key] and person("q").key not in now
    hand_over_groups(homes.books["o"], person("p").key, NOW)
    again = GroupBook(homes.records["o"], person("p").device, person("p").grant)
    again.write(group, NOW + 2, b"under a new key")
    assert [one.post.body for one in again.posts(group)] == [b"under a new key"]


def test_few_are_replaced_at_a_time(homes: Homes, group: bytes) -> None:
    names = [f"m{number}" for number in range(MOST + 2)]
    for name in names:
        homes.books["o"].invite(group, NOW, person(name).key)
    store = store_that_knows(*[(name, name + " again") for name in names])
    succession = GroupSuccession(store, homes.books["o"], person("o").key)
    for now_ms, left in ((NOW + 1, 2), (NOW + 2, 2), (NOW + 1 + APART_MS, 0)):
        succession.update(now_ms)
        inside = members(homes, group)
        assert sum(person(name).key in inside for name in names) == left


def _carry_as(homes: Homes, new: str) -> None:
    """The post office, which brings to x what is for him under his new key."""
    from sayso_node.messages.group_records import (
        forget_waiting,
        waiting_contents,
        waiting_letters,
    )

    keys = {name: person(new if name == "x" else name).key for name in homes.records}
    for _ in range(6):
        for source, records in homes.records.items():
            for one in waiting_contents(records):
                for name, book in homes.books.items():
                    if name != source and keys[name] in one.accounts:
                        book.take(keys[source], one.content, NOW + 1)
                forget_waiting(records, one)
            for letter in waiting_letters(records):
                for name, book in homes.books.items():
                    boxes = {seed: (group, epoch) for group, epoch, seed in book.boxes(letter.day)}
                    if name != source and letter.box_seed in boxes:
                        book.take_letter(*boxes[letter.box_seed], letter.letter, NOW + 1)
                forget_waiting(records, letter)
