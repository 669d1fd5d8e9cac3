"""Membership as a function of a set of operations."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from tests.budget import long

from sayso_protocol.errors import BadShape, TooLarge
from sayso_protocol.private.groups import membership as membership_module
from sayso_protocol.private.groups.group_limits import MAX_WAITING
from sayso_protocol.private.groups.membership import Membership
from sayso_protocol.private.groups.operation import Kind, Operation, sign_create, sign_operation

from .support import NOW, charter, oracle, person

PEOPLE = "oxyzst"


class World:
    """The operations of one group as they are made."""

    def __init__(self) -> None:
        self.create = sign_create(person("o").device, person("o").key, NOW, charter())
        self.log = Membership(self.create)

    def make(
        self,
        author: str,
        kind: Kind,
        target: str,
        *,
        admin: bool = False,
        parents: Iterable[bytes] | None = None,
    ) -> Operation:
        above = self.log.heads() if parents is None else parents
        return sign_operation(
            *(person(author).device, self.log.group, person(author).key, NOW),
            *(above, kind, person(target).key),
            admin=admin,
        )

    def do(
        self,
        author: str,
        kind: Kind,
        target: str,
        *,
        admin: bool = False,
        parents: Iterable[bytes] | None = None,
    ) -> Operation:
        made = self.make(author, kind, target, admin=admin, parents=parents)
        self.log.take(made)
        return made

    def names(self) -> str:
        keys = self.log.members()
        return "".join(name for name in PEOPLE if person(name).key in keys)


@pytest.fixture
def world() -> World:
    """An owner, two admins and a member."""
    made = World()
    for name in "xy":
        made.do("o", Kind.ADD, name, admin=True)
    made.do("o", Kind.ADD, "z")
    return made


def test_who_remove_each_other_are_both_out(world: World) -> None:
    heads = world.log.heads()
    world.do("x", Kind.REMOVE, "y", parents=heads)
    world.do("y", Kind.REMOVE, "x", parents=heads)
    assert world.names() == "oz"
    world.do("o", Kind.ADD, "x")
    assert world.names() == "oxz"


def test_what_the_removed_did_meanwhile_adds_nobody_nor_what_hangs_on_it(world: World) -> None:
    heads = world.log.heads()
    world.do("o", Kind.REMOVE, "x", parents=heads)
    first = world.do("x", Kind.ADD, "s", admin=True, parents=heads)
    world.do("s", Kind.ADD, "t", parents=[first.id])
    assert world.names() == "oyz"
    world.do("s", Kind.REMOVE, "y", parents=[first.id])
    assert world.names() == "oz", "a removal stands, whoever comes to be doubted"


def test_a_leave_strikes_nothing(world: World) -> None:
    heads = world.log.heads()
    world.do("x", Kind.LEAVE, "x", parents=heads)
    world.do("x", Kind.ADD, "s", parents=heads)
    assert world.names() == "oyzs"


def test_a_removal_beats_an_add_that_did_not_know_of_it(world: World) -> None:
    heads = world.log.heads()
    gone = world.do("x", Kind.REMOVE, "z", parents=heads)
    world.do("x", Kind.ADD, "z", parents=[gone.id])
    assert world.names() == "oxyz"
    world.do("y", Kind.REMOVE, "z", parents=heads)
    assert world.names() == "oxy"


def test_nobody_removes_the_owner_who_may_leave(world: World) -> None:
    with pytest.raises(BadShape):
        world.do("x", Kind.REMOVE, "o")
    world.do("o", Kind.LEAVE, "o")
    assert world.names() == "xyz"


def test_who_is_no_admin_changes_nothing(world: World) -> None:
    for kind, target in ((Kind.REMOVE, "y"), (Kind.ADD, "s")):
        with pytest.raises(BadShape):
            world.do("z", kind, target)
    with pytest.raises(BadShape):
        world.do("s", Kind.LEAVE, "s")
    assert world.names() == "oxyz"


def test_what_hangs_on_a_refused_one_is_refused(world: World) -> None:
    bad = world.make("z", Kind.ADD, "s")
    late = world.make("o", Kind.ADD, "t", parents=[bad.id])
    assert world.log.take(late).missing == (bad.id,)
    with pytest.raises(BadShape):
        world.log.take(bad)
    assert world.log.waiting() == (), "nobody is asked for it again"
    with pytest.raises(BadShape):
        world.log.take(late)
    assert world.names() == "oxyz"


def test_a_group_begins_with_its_create(world: World) -> None:
    with pytest.raises(BadShape, match="create"):
        Membership(world.make("o", Kind.ADD, "s"))


def test_there_is_a_last_operation(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership_module, "MAX_OPERATIONS", len(world.log.operations) + 1)
    world.do("o", Kind.ADD, "s")
    with pytest.raises(TooLarge):
        world.do("o", Kind.ADD, "t")
    assert world.names() == "oxyzs"


def test_unknown_parents_are_named(world: World) -> None:
    absent = world.make("o", Kind.ADD, "s")
    late = world.make("o", Kind.ADD, "t", parents=[absent.id])
    world.log.take(late)
    assert world.log.waiting() == (absent.id,)


def test_one_of_another_group_is_refused(world: World) -> None:
    other = sign_create(person("o").device, person("o").key, NOW + 1, charter())
    with pytest.raises(BadShape):
        world.log.take(other)


def test_what_waits_is_bounded_and_comes_in_when_its_parents_do(world: World) -> None:
    heads = world.log.heads()
    first = world.make("o", Kind.ADD, "s")
    chain = [first]
    for _ in range(MAX_WAITING + 5):
        chain.append(world.make("o", Kind.ADD, "t", parents=[chain[-1].id]))
    for one in reversed(chain[1:]):
        assert world.log.take(one).known == ()
    assert len(world.log.take(first).known) == 1 + MAX_WAITING
    assert world.log.heads() == (chain[MAX_WAITING].id,) != heads


@pytest.mark.parametrize("seed", range(40))
def test_as_the_rules_say_word_for_word_in_whatever_order_they_come(seed: int) -> None:
    run_schedule(seed, 36)


@long
@pytest.mark.parametrize("seed", range(100, 400))
def test_many_schedules_as_the_rules_say(seed: int) -> None:
    run_schedule(seed, 48)


def run_schedule(seed: int, length: int) -> None:
    """Operations from anywhere in the past, by anybody, allowed or not."""
    dice = random.Random(seed)
    world = World()
    made = {world.create.id: world.create}
    for _ in range(length):
        latest = list(made)[-8:]
        above = world.log.heads() if dice.random() < 0.5 else dice.sample(latest, 1)
        author, target = dice.choice(PEOPLE), dice.choice(PEOPLE)
        kind = dice.choice((Kind.ADD, Kind.ADD, Kind.REMOVE, Kind.LEAVE))
        if kind == Kind.LEAVE:
            target = author
        elif kind == Kind.REMOVE and target == author:
            continue
        one = world.make(
            author, kind, target, admin=kind == Kind.ADD and dice.random() < 0.6, parents=above
        )
        try:
            world.log.take(one)
        except BadShape:
            allowed = False
        else:
            allowed = True
        whole = {**made, one.id: one}
        assert dict(world.log.members()) == oracle(whole if allowed else made)
        if not allowed:
            assert oracle(whole) == oracle(made), "it was refused, and would have counted"
        else:
            made[one.id] = one
    for _ in range(3):
        again = Membership(world.create)
        shuffled = list(made.values())
        dice.shuffle(shuffled)
        for one in shuffled:
            again.take(one)
        assert again.members() == world.log.members()
        assert again.heads() == world.log.heads()
        assert again.waiting() == ()


def test_the_adds_that_count_say_who_is_in(world: World) -> None:
    made = world.do("y", Kind.ADD, "s")
    assert world.log.adds(person("s").key) == [made]
    world.do("x", Kind.ADD, "s", admin=True)
    assert len(world.log.adds(person("s").key)) == 2
    before = world.log.heads()
    world.do("o", Kind.REMOVE, "y")
    world.do("y", Kind.ADD, "t", parents=before)
    assert world.log.adds(person("t").key) == []
    for name in PEOPLE:
        assert (person(name).key in world.log.members()) == bool(world.log.adds(person(name).key))


def as_the_rules_say(log: Membership) -> bool:
    return log.members() == oracle({one.id: one for one in log.operations})


def test_who_was_removed_twice_at_once_adds_nobody_in_between(world: World) -> None:
    """He knows of one of both removals, and was added again after it."""
    heads = world.log.heads()
    world.do("o", Kind.REMOVE, "y", parents=heads)
    second = world.do("x", Kind.REMOVE, "y", parents=heads)
    again = world.do("x", Kind.ADD, "y", admin=True, parents=[second.id])
    world.do("y", Kind.ADD, "t", parents=[again.id])
    assert world.names() == "oxz" and as_the_rules_say(world.log)


def test_each_removal_strikes_for_itself(world: World) -> None:
    heads = world.log.heads()
    added = world.do("y", Kind.ADD, "t", parents=heads)
    gone = [world.do(by, Kind.REMOVE, "y", parents=heads) for by in "ox"]
    for some in (gone[:1], gone[1:], gone):
        assert person("t").key not in world.log.members_at([added.id, *(one.id for one in some)])
    assert person("t").key in world.log.members_at([added.id])
    assert as_the_rules_say(world.log)


def test_an_add_that_was_undone_speaks_for_nobody(world: World) -> None:
    """Who was added again is an admin by that alone; where it counts no more, nor does what he
    did by it."""
    world.do("o", Kind.REMOVE, "y")
    before = world.log.heads()
    again = world.do("x", Kind.ADD, "y", admin=True, parents=before)
    world.do("y", Kind.ADD, "t", parents=[again.id])
    assert world.names() == "oxyzt"
    world.do("o", Kind.REMOVE, "x", parents=before)
    assert world.names() == "oz" and as_the_rules_say(world.log)


class TestWhoSpeaks:
    """An add counts by those that made its author an admin: x, who made one of these, is removed
    by who does not know of it, and it counts no more."""

    def test_to_be_a_member_is_not_enough(self, world: World) -> None:
        world.do("o", Kind.ADD, "s")
        before = world.log.heads()
        world.do("x", Kind.ADD, "s", admin=True)
        world.do("s", Kind.ADD, "t")
        assert world.names() == "oxyzst"
        world.do("o", Kind.REMOVE, "x", parents=before)
        assert world.names() == "oyzs" and as_the_rules_say(world.log)

    def test_nor_is_what_its_author_does_not_know(self, world: World) -> None:
        before = world.log.heads()
        made = world.do("x", Kind.ADD, "s", admin=True, parents=before)
        world.do("o", Kind.ADD, "s", admin=True, parents=before)
        world.do("s", Kind.ADD, "t", parents=[made.id])
        assert world.names() == "oxyzst"
        world.do("o", Kind.REMOVE, "x", parents=before)
        assert world.names() == "oyzs" and as_the_rules_say(world.log)

    def test_one_that_counts_is_enough(self, world: World) -> None:
        before = world.log.heads()
        made = [world.do(by, Kind.ADD, "s", admin=True, parents=before) for by in "ox"]
        world.do("s", Kind.ADD, "t", parents=sorted(one.id for one in made))
        world.do("o", Kind.REMOVE, "x", parents=before)
        assert world.names() == "oyzst" and as_the_rules_say(world.log)

    def test_what_is_struck_elsewhere_changes_nothing(self, world: World) -> None:
        before = world.log.heads()
        world.do("x", Kind.ADD, "s", parents=before)
        world.do("o", Kind.REMOVE, "y")
        world.do("o", Kind.ADD, "y", admin=True)
        world.do("y", Kind.ADD, "t")
        world.do("o", Kind.REMOVE, "x", parents=before)
        assert world.names() == "oyzt" and as_the_rules_say(world.log)


def test_before_the_first_nobody_is_in() -> None:
    log = World().log
    assert log.members_at(()) == {}
    assert not log.removed_beyond(()) and log.changes_beyond((), bytes(16)) == 1
    assert log.take(log.operations[0]).known == ()
    assert log.adds(person("t").key) == []
    assert log.members() == {person("o").key: True}


def test_any_removal_that_is_not_known_counts(world: World) -> None:
    heads = world.log.heads()
    gone = [world.do("o", Kind.REMOVE, name, parents=heads) for name in "yz"]
    assert world.log.removed_beyond(heads)
    for one in gone:
        assert world.log.removed_beyond([one.id])
    assert not world.log.removed_beyond([one.id for one in gone])


def test_of_what_waits_for_one_each_is_looked_at(world: World) -> None:
    """One that waits for something else too, and one that may not be, keep no other back."""
    parent = world.make("o", Kind.ADD, "s")
    other = world.make("o", Kind.ADD, "t")
    both = sorted([parent.id, other.id])
    waiting = [
        world.make("o", Kind.REMOVE, "z", parents=both),
        world.make("z", Kind.ADD, "t", parents=[parent.id]),
        world.make("o", Kind.REMOVE, "y", parents=[parent.id]),
    ]
    for one in waiting:
        assert world.log.take(one).known == ()
    taken = world.log.take(parent)
    assert taken.known == (parent, waiting[2])
    assert world.log.waiting() == (other.id,)
    assert world.log.take(other).known == (other, waiting[0])
    assert world.names() == "oxst" and as_the_rules_say(world.log)


def test_what_was_refused_is_remembered_so_far(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership_module, "MAX_OPERATIONS", 6)
    for name in "oxyst":
        for kind in (Kind.ADD, Kind.REMOVE):
            with pytest.raises(BadShape):
                world.do("z", kind, name)
    assert len(world.log._refused) == 6
