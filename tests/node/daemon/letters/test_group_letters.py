"""Closed groups of real homes, over a carrier in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.daemon.letters.group_letters import FIRST_ASK_MS
from sayso_node.knocks.strangers import refused_counts
from sayso_node.messages.group_records import put_content, waiting_contents, waiting_letters
from sayso_protocol.private.groups.contents import Epochs, Post, write_content
from sayso_protocol.private.groups.group_limits import ASK_MS, ERASE_MS

from .group_world import Member, World, opened_world


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with opened_world(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def people(world: World) -> tuple[Member, Member, Member]:
    """Ann, whom both follow; Ben and Cem do not know each other."""
    ann, ben, cem = (world.home(name) for name in ("ann", "ben", "cem"))
    ann.follow(ben, cem)
    for one in (ben, cem):
        one.follow(ann)
    return ann, ben, cem


@pytest.fixture
def group(world: World, people: tuple[Member, Member, Member]) -> bytes:
    """A group of all three, which Ann created."""
    ann, ben, cem = people
    made = ann.book.create(world.now_ms, "chess").id
    for one in (ben, cem):
        ann.book.invite(made, world.now_ms, one.account)
    world.settle()
    for one in (ben, cem):
        assert [invited.group for invited in one.book.invitations()] == [made]
        one.book.join(made, world.now_ms)
    world.settle()
    return made


@long
def test_all_read_what_each_writes_once_and_in_order(
    world: World, people: tuple[Member, Member, Member], group: bytes
) -> None:
    ann, ben, cem = people
    ben.write(group, b"e4")
    world.settle()
    cem.write(group, b"e5")
    world.settle()
    for one in people:
        assert one.read(group) == [b"e4", b"e5"]
        assert waiting_contents(one.records) == waiting_letters(one.records) == []
        assert not one.letters.waiting(9)
    assert not world.held
    assert ann.carried() == set()
    assert (ben.carried(), cem.carried()) == ({cem.account}, {ben.account})
    assert not any(refused_counts(one.records) for one in people), "no first word is in a group"


@long
def test_whoever_was_off_for_days_reads_it_all_afterwards(
    world: World, people: tuple[Member, Member, Member], group: bytes
) -> None:
    ann, ben, cem = people
    for day in range(12):
        ann.write(group, b"day %d" % day)
        world.exchange(ann, ben, rounds=2)
        world.pass_by(days=1)
    assert cem.read(group) == []
    world.settle()
    assert ben.read(group) == cem.read(group) == [b"day %d" % day for day in range(12)]
    world.settle()
    assert not world.held


@long
def test_a_post_that_no_carrier_took_goes_into_the_box_of_each_new_day_and_is_given_up_in_the_end(
    world: World, people: tuple[Member, Member, Member], group: bytes
) -> None:
    ann, ben, _cem = people
    ann.write(group, b"for today")
    before = {one.box for one in ann.letters.waiting(99)}
    world.pass_by(days=1)
    ann.start()
    after = {one.box for one in ann.letters.waiting(99)}
    assert before
    assert len(before) == len(after)
    assert not before & after
    world.exchange(ann, ben, rounds=2)
    assert ben.read(group) == [b"for today"]
    ann.write(group, b"for nobody")
    world.pass_by(days=30)
    ann.letters.waiting(99)
    assert waiting_letters(ann.records) == []
    assert not ann.records.count("group letter target")


@long
def test_who_was_removed_reads_nothing_later(
    world: World, people: tuple[Member, Member, Member], group: bytes
) -> None:
    ann, ben, cem = people
    ann.write(group, b"for all")
    world.settle()
    ann.book.remove(group, world.now_ms, cem.account)
    ann.write(group, b"without him")
    world.settle()
    ben.write(group, b"he is out")
    world.settle()
    assert ann.read(group) == ben.read(group) == [b"for all", b"without him", b"he is out"]
    assert cem.read(group) == [b"for all"]
    assert not cem.book.get(group).is_in
    # Nobody has to know his devices any more.
    assert ben.carried() == cem.carried() == set()
    assert not world.held


@long
def test_an_own_second_device_gets_all_of_it_and_writes(
    world: World, people: tuple[Member, Member, Member], group: bytes
) -> None:
    ann, ben, _cem = people
    ann.write(group, b"before it was there")
    world.settle()
    phone = world.home("phone", of=ben)
    world.settle()
    world.pass_by(days=ASK_MS / 86_400_000)
    world.settle()
    assert phone.book.is_joined(group)
    assert phone.read(group) == [b"before it was there"]
    ann.write(group, b"for both")
    world.settle()
    assert phone.read(group) == ben.read(group) == [b"before it was there", b"for both"]
    phone.write(group, b"from the phone")
    world.settle()
    for one in (*people, phone):
        assert one.read(group)[2:] == [b"from the phone"]


@long
def test_what_a_carrier_lost_is_asked_for(
    world: World, people: tuple[Member, Member, Member], group: bytes
) -> None:
    ann, ben, cem = people
    ann.write(group, b"first")
    world.settle()
    ann.write(group, b"lost")
    world.exchange(ann)
    world.held.clear()
    world.settle()
    assert ben.read(group) == cem.read(group) == [b"first"]
    world.pass_by(days=ASK_MS / 86_400_000)
    world.settle()
    assert ben.read(group) == cem.read(group) == [b"first", b"lost"]


@long
def test_hostile_contents_and_letters_are_counted_and_change_nothing(
    world: World, people: tuple[Member, Member, Member], group: bytes
) -> None:
    ann, ben, cem = people
    ann.write(group, b"sound")
    world.settle()
    heads = ann.book.get(group).membership.heads()
    for content in (Post(group, b"none"), Epochs(group, (b"none",))):
        data = write_content(content)
        put_content(cem.records, data[:16], (ann.account,), data)
        world.settle()
    assert sum(ann.letters.refused.values()) == 2
    ann.write(group, b"also sound")
    world.exchange(ann)
    [name] = world.posts(ben)
    spoilt = world.held[name].letter[:-1] + bytes([world.held[name].letter[-1] ^ 1])
    world.held[name] = replace(world.held[name], letter=spoilt)
    world.exchange(ben)
    assert ben.letters.refused == {"BadSignature": 1}
    assert ben.read(group) == [b"sound"]
    assert ann.book.get(group).membership.heads() == heads
    ann.write(group, b"goes on")
    world.pass_by(days=ASK_MS / 86_400_000)
    world.settle()
    assert sorted(ben.read(group)) == sorted([b"sound", b"also sound", b"goes on"])


@long
def test_a_stranger_invites_and_his_invitation_waits_on_the_shelf(
    world: World, people: tuple[Member, Member, Member]
) -> None:
    _ann, ben, cem = people
    made = ben.book.create(world.now_ms, "go").id
    ben.book.invite(made, world.now_ms, cem.account)
    world.settle()
    assert cem.shelf() == ["invites you to the closed group “go”"]
    assert cem.book.groups() == []
    cem.accept()
    world.settle()
    assert [one.group for one in cem.book.invitations()] == [made]
    assert cem.carried() == set()
    ben.write(made, b"come")
    world.settle()
    assert cem.read(made) == []
    cem.book.join(made, world.now_ms)
    world.settle()
    assert cem.read(made) == [b"come"]


@long
def test_a_message_of_somebody_in_the_same_group_waits_on_the_shelf(
    world: World, people: tuple[Member, Member, Member], group: bytes
) -> None:
    _ann, ben, cem = people
    ben.write(group, b"hello all")
    world.settle()
    ben.message(cem, "and hello to you")
    world.settle()
    assert (cem.texts(), cem.shelf()) == ([], ["and hello to you"])
    cem.accept()
    world.settle()
    assert (cem.texts(), cem.shelf()) == (["and hello to you"], [])
    world.pass_by(days=1)
    ben.message(cem, "thank you")
    world.settle()
    assert (cem.texts(), cem.shelf()) == (["and hello to you", "thank you"], [])


@long
def test_a_message_of_a_member_who_is_declined_is_gone(
    world: World, people: tuple[Member, Member, Member], group: bytes
) -> None:
    _ann, ben, cem = people
    ben.message(cem, "hello")
    world.settle()
    cem.decline()
    world.settle()
    assert (cem.texts(), cem.shelf()) == ([], [])
    assert not cem.records.count("withheld message")


@long
def test_keys_that_a_forgetting_group_lets_go_of_are_erased(
    world: World, people: tuple[Member, Member, Member]
) -> None:
    ann, ben, _cem = people
    made = ann.book.create(world.now_ms, "brief", forgetting=True).id
    ann.book.invite(made, world.now_ms, ben.account)
    world.settle()
    ben.book.join(made, world.now_ms)
    ann.write(made, b"soon")
    world.settle()
    assert ben.read(made) == [b"soon"]
    keys = ben.home.letter_keys.read_bytes()
    world.pass_by(days=ERASE_MS / 86_400_000)
    world.settle()
    assert not ben.records.count("group epoch", made)
    assert ben.home.letter_keys.read_bytes() != keys


@long
def test_letters_that_go_nowhere_do_not_keep_others_back(
    world: World, people: tuple[Member, Member, Member], group: bytes
) -> None:
    ann, _ben, _cem = people
    for number in range(5):
        ann.write(group, b"%d" % number)
    everything = {one.id for one in ann.letters.waiting(1000)}
    seen: set[bytes] = set()
    for _ in range(len(everything)):
        found = ann.letters.waiting(4)
        assert len(found) == 4
        seen |= {one.id for one in found}
    assert seen == everything


@long
def test_after_a_start_carriers_are_emptied_before_anybody_is_asked(
    world: World, people: tuple[Member, Member, Member], group: bytes
) -> None:
    ann, _ben, _cem = people
    world.pass_by(days=1)
    ann.start()
    assert ann.letters.waiting(99) == []
    world.pass_by(days=FIRST_ASK_MS / 86_400_000)
    assert len(ann.letters.waiting(99)) == 2
    world.settle()
    world.pass_by(days=1)
    ann.start()
    assert ann.letters.waiting(99) == []
    ann.letters.emptied()
    assert len(ann.letters.waiting(99)) == 2
