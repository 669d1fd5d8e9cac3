"""One group on some devices: what is sent to whom, refused, asked for and forgotten."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from sayso_protocol.errors import BadShape, BadSignature, NotGranted, Refused, TooLarge
from sayso_protocol.private.groups.contents import (
    Epochs,
    GroupContent,
    Invitation,
    Operations,
    Post,
    Request,
    read_content,
    write_content,
)
from sayso_protocol.private.groups.effects import (
    Effect,
    ForgetEpoch,
    GivePosts,
    Lay,
    Send,
    ShownPost,
    StoreEpoch,
    StoreOperation,
    StorePost,
)
from sayso_protocol.private.groups.epoch import make_epoch
from sayso_protocol.private.groups.group import Group, NotAllowed, create_group, invited_group
from sayso_protocol.private.groups.group_limits import (
    ANSWER_MS,
    ASK_MS,
    DAY_MS,
    ERASE_MS,
    MAX_BODY,
    WRITE_MS,
)
from sayso_protocol.private.groups.operation import Kind, sign_operation
from sayso_protocol.private.groups.post import SIZES, open_post, seal_post, sign_post

from .support import NOW, Person, charter, person


class Room:
    """A group on one device of each person; letters arrive at once, unless somebody is `deaf`."""

    def __init__(self, names: str, *, circle: bool = False, forgetting: bool = False) -> None:
        self.dice = random.Random(1)
        self.now = NOW
        self.groups: dict[str, Group] = {}
        self.shown: dict[str, list[ShownPost]] = {name: [] for name in "oxyzs"}
        self.stored: dict[str, list[Effect]] = {name: [] for name in "oxyzs"}
        self.deaf: set[str] = set()
        self.letters: list[tuple[bytes, bytes]] = []
        owner = person("o")
        mode = charter(circle=circle, forgetting=forgetting)
        self.groups["o"], effects = create_group(owner.device, owner.grant, NOW, mode)
        self.pass_on("o", effects)
        for name in names:
            self.invite("o", name, admin=name == "x")

    def pass_on(self, source: str, effects: list[Effect]) -> list[Effect]:
        self.stored[source] += effects
        for effect in effects:
            if isinstance(effect, StorePost):
                self.shown[source].append(effect.shown)
            elif isinstance(effect, Send):
                for name in "oxyzs":
                    if person(name).key in effect.accounts and name != source:
                        self.deliver(source, name, effect.content)
            elif isinstance(effect, GivePosts):
                kept = {one.post.id: one.post for one in self.shown[source]}
                for id in effect.posts:
                    to = next(n for n in "oxyzs" if person(n).key == effect.account)
                    self.deliver(source, to, Post(kept[id].group, kept[id].wire))
            elif isinstance(effect, Lay):
                letter = seal_post(effect.post, effect.epoch, self.dice.randbytes(24))
                self.letters.append((letter, effect.epoch.id))
                for name, group in self.groups.items():
                    known = group.epochs.get(effect.epoch.id)
                    if name not in self.deaf and name != source and known is not None:
                        self.pass_on(name, group.take_letter(letter, effect.epoch.id, self.now))
        return effects

    def deliver(self, source: str, to: str, content: GroupContent) -> None:
        if to in self.deaf:
            return
        content = read_content(write_content(content))
        sender = person(source).key
        if to in self.groups:
            self.pass_on(to, self.groups[to].take(sender, content, self.now))
        elif isinstance(content, Invitation):
            made = invited_group(person(to).key, sender, content, self.now)
            self.groups[to] = made[0]
            self.pass_on(to, made[1])

    def by(self, name: str) -> tuple[object, ...]:
        return person(name).device, person(name).grant, self.now

    def invite(self, by: str, target: str, *, admin: bool = False) -> list[Effect]:
        act: Callable[..., list[Effect]] = self.groups[by].invite
        return self.pass_on(by, act(*self.by(by), person(target).key, admin=admin))

    def remove(self, by: str, target: str) -> list[Effect]:
        act: Callable[..., list[Effect]] = self.groups[by].remove
        return self.pass_on(by, act(*self.by(by), person(target).key))

    def write(self, by: str, text: str) -> list[Effect]:
        act: Callable[..., list[Effect]] = self.groups[by].write
        return self.pass_on(by, act(*self.by(by), text.encode(), self.dice.randbytes))

    def tick(self, *names: str) -> None:
        for name in names:
            self.pass_on(name, self.groups[name].tick(self.now, self.dice.randbytes))

    def read(self, name: str) -> list[str]:
        return [one.post.body.decode() for one in self.shown[name]]


def made_epochs(effects: list[Effect]) -> int:
    return sum(isinstance(one, StoreEpoch) for one in effects)


def test_what_one_writes_all_read_once() -> None:
    room = Room("xz")
    assert made_epochs(room.write("o", "hello")) == 1
    assert made_epochs(room.write("z", "hi")) == 0, "the same key while the same are in"
    assert room.read("o") == room.read("x") == room.read("z") == ["hello", "hi"]
    letter, epoch = room.letters[0]
    assert room.groups["x"].take_letter(letter, epoch, NOW) == []


def test_a_newcomer_reads_the_past_where_it_is_kept() -> None:
    for forgetting, past in ((False, ["before", "after"]), (True, ["after"])):
        room = Room("x", forgetting=forgetting)
        room.write("o", "before")
        room.invite("o", "z")
        assert made_epochs(room.write("x", "after")) == forgetting
        room.now += ASK_MS
        room.tick("z")
        assert sorted(room.read("z")) == sorted(past)


def test_the_removed_have_no_later_key_and_their_late_words_are_folded() -> None:
    room = Room("xz")
    room.write("o", "all")
    room.deaf = {"z"}
    room.remove("o", "z")
    assert made_epochs(room.write("x", "without z")) == 1
    room.deaf = set()
    room.write("z", "I know of nothing")
    late = room.shown["o"][-1]
    assert late.post.body == b"I know of nothing"
    assert late.folded
    assert late.before == 1
    room.now += ASK_MS
    room.tick("z")
    assert not room.groups["z"].is_in, "who was removed may know it"
    assert len(room.groups["z"].epochs) == 1
    with pytest.raises(NotAllowed):
        room.write("z", "again")


def test_who_lost_a_key_gets_it_from_another() -> None:
    room = Room("xz")
    room.deaf = {"z"}
    room.write("o", "first")
    room.deaf = {"o"}
    room.now += ASK_MS
    room.tick("z")
    assert room.read("z") == ["first"]


def test_of_two_epochs_at_once_both_are_read() -> None:
    room = Room("xz")
    room.deaf = set("oxz")
    first, second = room.write("o", "one"), room.write("x", "two")
    room.deaf = set()
    sent = [e for e in (*first, *second) if isinstance(e, Send) and isinstance(e.content, Epochs)]
    for source, effect in zip("ox", sent, strict=True):
        for to in "oxz":
            room.deliver(source, to, effect.content)
    for letter, epoch in room.letters:
        room.pass_on("z", room.groups["z"].take_letter(letter, epoch, NOW))
    assert sorted(room.read("z")) == ["one", "two"]
    assert made_epochs(room.write("z", "three")) == 0


def test_in_a_circle_only_the_owner_writes() -> None:
    room = Room("x", circle=True)
    room.write("o", "mine")
    assert room.read("x") == ["mine"]
    with pytest.raises(NotAllowed):
        room.write("x", "me too")
    epoch = room.groups["x"].epochs.all()[0]
    forged = sign_post(person("x").device, person("x").grant, epoch, NOW, (), b"me too")
    with pytest.raises(NotGranted):
        room.groups["o"].take(person("x").key, Post(forged.group, forged.wire), NOW)


def test_a_forgetting_group_takes_a_new_key_each_week_and_erases_the_old() -> None:
    room = Room("x", forgetting=True)
    room.write("o", "one")
    old = room.groups["x"].epochs.all()[0]
    room.now = NOW + WRITE_MS - 1
    assert made_epochs(room.write("x", "two")) == 0
    room.now = NOW + WRITE_MS
    assert made_epochs(room.write("x", "three")) == 1
    room.now = NOW + ERASE_MS - 1
    assert not any(isinstance(one, ForgetEpoch) for one in _tick(room))
    room.now = NOW + ERASE_MS
    assert ForgetEpoch(old.id) in _tick(room)
    with pytest.raises(KeyError):
        room.groups["x"].take_letter(*room.letters[0], room.now)
    room.groups["x"].take(person("o").key, Epochs(old.group, (old.wire,)), room.now)
    assert room.groups["x"].epochs.get(old.id) is None, "who keeps it does not give it back"


def _tick(room: Room) -> list[Effect]:
    return room.groups["x"].tick(room.now, room.dice.randbytes)


def test_an_outsider_gives_no_key() -> None:
    room = Room("x")
    group = room.groups["x"]
    heads = group.membership.heads()
    forged = make_epoch(group.id, NOW, heads, bytes(32))
    assert group.take(person("s").key, Epochs(group.id, (forged.wire,)), NOW) == []
    assert made_epochs(room.write("x", "closed")) == 1
    ahead = make_epoch(group.id, NOW + 3 * DAY_MS, heads, bytes(32))
    with pytest.raises(BadShape):
        group.take(person("o").key, Epochs(group.id, (ahead.wire,)), NOW)


def test_an_outsider_is_told_nothing() -> None:
    room = Room("x")
    room.write("o", "closed")
    request = Request(room.groups["o"].id, (), (), ())
    assert room.groups["o"].take(person("s").key, request, NOW + ANSWER_MS) == []


def test_a_post_of_who_was_never_in_is_not_shown() -> None:
    room = Room("x")
    room.write("o", "closed")
    epoch = room.groups["o"].epochs.all()[0]
    stranger = person("s")
    forged = sign_post(stranger.device, stranger.grant, epoch, NOW, (), b"let me in")
    letter = seal_post(forged, epoch, bytes(24))
    effects = room.groups["x"].take_letter(letter, epoch.id, NOW)
    assert not any(isinstance(one, StorePost) for one in effects)


def test_a_device_signs_for_its_own_account_alone() -> None:
    room = Room("x")
    epoch_of = room.write("o", "closed")
    assert epoch_of
    group, thief = room.groups["o"], person("s")
    forged = sign_operation(
        thief.device, group.id, person("o").key, NOW, group.membership.heads(), Kind.ADD, thief.key
    )
    content = Operations(group.id, (thief.grant.wire,), (forged.wire,))
    with pytest.raises(NotGranted):
        group.take(person("x").key, content, NOW)
    without = Operations(group.id, (person("x").grant.wire,), (forged.wire,))
    with pytest.raises(NotGranted):
        group.take(person("x").key, without, NOW)


def test_a_spoilt_letter_is_refused_and_changes_nothing() -> None:
    room = Room("x")
    room.write("o", "hello")
    letter, epoch = room.letters[0]
    group = room.groups["o"]
    for at in (0, 30, len(letter) - 1):
        spoilt = letter[:at] + bytes([letter[at] ^ 1]) + letter[at + 1 :]
        with pytest.raises(BadSignature):
            group.take_letter(spoilt, epoch, NOW)
    with pytest.raises(BadShape):
        group.take_letter(letter[:-1], epoch, NOW)


def test_sizes_are_padded_and_a_body_is_bounded() -> None:
    writer: Person = person("o")
    epoch = make_epoch(bytes(16), NOW, [bytes(16)], bytes(32))
    for body, size in ((b"", 0), (b"x" * 1500, 1), (b"x" * 5000, 2), (b"x" * MAX_BODY, 3)):
        post = sign_post(writer.device, writer.grant, epoch, NOW, (), body)
        letter = seal_post(post, epoch, bytes(24))
        assert len(letter) == SIZES[size]
        assert open_post(letter, epoch) == post
    with pytest.raises(TooLarge):
        sign_post(writer.device, writer.grant, epoch, NOW, (), b"x" * (MAX_BODY + 1))


def test_who_may_not_is_told_why() -> None:
    room = Room("xz")
    for act in (
        lambda: room.invite("z", "s"),
        lambda: room.remove("z", "x"),
        lambda: room.remove("x", "o"),
        lambda: room.remove("o", "o"),
        lambda: room.remove("o", "s"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_what_was_stored_gives_the_same_group() -> None:
    room = Room("xz")
    for text in ("one", "two"):
        room.write("x", text)
    room.remove("o", "z")
    stored = room.stored["x"]
    operations = [(e.operation, e.grant) for e in stored if isinstance(e, StoreOperation)]
    epochs = [(e.epoch, e.giver) for e in stored if isinstance(e, StoreEpoch)]
    posts = [e.shown.post for e in stored if isinstance(e, StorePost)]
    again = Group(person("x").key, *operations[0])
    again.restore(operations, epochs, posts)
    was = room.groups["x"]
    assert again.members == was.members
    assert again.membership.heads() == was.membership.heads()
    assert again.epochs.all() == was.epochs.all()
    assert again.posts.heads() == was.posts.heads()


def test_an_invitation_begins_with_the_create() -> None:
    room = Room("x")
    group = room.groups["o"]
    second = group.membership.operations[1]
    create = group.membership.operations[0]
    grants = (person("o").grant.wire,)
    for operations in ((second.wire,), (second.wire, create.wire)):
        with pytest.raises(Refused):
            invited_group(
                *(person("s").key, person("o").key),
                Invitation(group.id, grants, operations),
                NOW,
            )
