"""Which epoch is written in, who is given which, and how many are kept; and what a membership says
of its past."""

from __future__ import annotations

import pytest

from sayso_protocol.private.groups import epochs as epochs_module
from sayso_protocol.private.groups.epoch import Epoch, make_epoch
from sayso_protocol.private.groups.epochs import KnownEpochs
from sayso_protocol.private.groups.membership import Membership
from sayso_protocol.private.groups.operation import Kind, Operation, sign_create, sign_operation

from .support import NOW, charter, person

OWNER, X, Z, S = (person(name).key for name in "oxzs")


class Room:
    """A group of an owner, an admin x and a member z; `do` changes it."""

    def __init__(self, *, forgetting: bool = False) -> None:
        create = sign_create(person("o").device, OWNER, NOW, charter(forgetting=forgetting))
        self.log = Membership(create)
        self.epochs = KnownEpochs(self.log)
        self.do("o", Kind.ADD, X, admin=True)
        self.do("o", Kind.ADD, Z)

    def make(
        self,
        by: str,
        kind: Kind,
        target: bytes,
        *,
        admin: bool = False,
        given: bytes | None = None,
        parents: tuple[bytes, ...] | None = None,
    ) -> Operation:
        above = self.log.heads() if parents is None else parents
        return sign_operation(
            *(person(by).device, self.log.group, person(by).key, NOW, above, kind, target),
            admin=admin,
            given=given,
        )

    def do(
        self,
        by: str,
        kind: Kind,
        target: bytes,
        *,
        admin: bool = False,
        given: bytes | None = None,
        parents: tuple[bytes, ...] | None = None,
    ) -> Operation:
        made = self.make(by, kind, target, admin=admin, given=given, parents=parents)
        self.log.take(made)
        return made

    def epoch(
        self, fill: int, *, giver: bytes = OWNER, heads: tuple[bytes, ...] | None = None
    ) -> Epoch:
        above = self.log.heads() if heads is None else heads
        made = make_epoch(self.log.group, NOW, above, bytes([fill]) * 32)
        assert self.epochs.put(made, giver)
        return made


def test_in_a_kept_group_nobody_writes_on_after_somebody_who_may_have_the_key_went() -> None:
    room = Room()
    first = room.epoch(1)
    room.do("o", Kind.ADD, S)
    assert room.epochs.usable(NOW) is None, "who came may not have it"
    assert room.epochs.may_have(S, first)
    room.do("o", Kind.REMOVE, S)
    assert room.epochs.holders(first) == set(room.log.members())
    assert room.epochs.usable(NOW) is None, "who went may have been given it"
    assert not room.epochs.may_have(S, first)
    following = room.epoch(2)
    assert room.epochs.usable(NOW) == following


def test_in_a_forgetting_group_only_holders_are_given_a_key() -> None:
    room = Room(forgetting=True)
    first = room.epoch(1)
    room.do("o", Kind.ADD, S)
    assert not room.epochs.may_have(S, first)
    assert room.epochs.may_have(Z, first)
    room.do("o", Kind.REMOVE, S)
    assert room.epochs.usable(NOW) == first, "nobody else ever had it"
    room.do("o", Kind.REMOVE, Z)
    assert not room.epochs.may_have(Z, first)
    assert room.epochs.usable(NOW) is None


def test_an_add_hands_an_epoch_over() -> None:
    room = Room()
    first = room.epoch(1)
    room.do("o", Kind.ADD, S, given=first.id)
    assert room.epochs.holders(first) == {OWNER, X, Z, S}
    assert room.epochs.usable(NOW) == first
    assert room.log.changes_beyond(first.heads, first.id) == 0
    assert room.log.changes_beyond(first.heads, bytes(16)) == 1


def test_of_several_that_with_most_operations_then_the_largest_id() -> None:
    room = Room()
    old = room.log.heads()
    early = room.epoch(1)
    room.do("x", Kind.ADD, Z)
    late = [room.epoch(fill) for fill in (2, 3, 4)]
    assert room.epochs.usable(NOW) == max(late, key=lambda one: one.id)
    assert early.heads == old
    assert room.epochs.all() == [early, *late]


def test_one_that_no_holder_gave_is_not_written_in() -> None:
    room = Room()
    forged = room.epoch(1, giver=S)
    assert room.epochs.usable(NOW) is None
    assert room.epochs.put(forged, X)
    assert not room.epochs.put(forged, X)
    assert room.epochs.usable(NOW) == forged


def test_one_whose_operations_are_not_known_waits() -> None:
    room = Room()
    one = room.make("o", Kind.ADD, S)
    ahead = room.epoch(1, heads=(one.id,))
    assert room.epochs.usable(NOW) is None
    assert not room.epochs.may_have(Z, ahead)
    room.log.take(one)
    assert room.epochs.usable(NOW) == ahead


def test_one_that_does_not_fit_keeps_no_other_back() -> None:
    room = Room()
    room.epoch(1, heads=(b"?" * 16,))
    fits = room.epoch(2)
    assert room.epochs.usable(NOW) == fits
    room.do("o", Kind.REMOVE, Z)
    fits = room.epoch(3)
    assert room.epochs.usable(NOW) == fits
    room = Room(forgetting=True)
    room.epoch(1)
    later = NOW + epochs_module.WRITE_MS
    assert room.epochs.usable(later - 1) and room.epochs.usable(later) is None
    new = make_epoch(room.log.group, later, room.log.heads(), bytes([9]) * 32)
    assert room.epochs.put(new, OWNER)
    assert room.epochs.usable(later) == new


def test_nobody_fills_the_room_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs_module, "MAX_EPOCHS_FROM", 2)
    monkeypatch.setattr(epochs_module, "MAX_EPOCHS", 3)
    room = Room()
    for fill in (1, 2):
        room.epoch(fill, giver=X)
    third = make_epoch(room.log.group, NOW, room.log.heads(), bytes([3]) * 32)
    assert not room.epochs.put(third, X)
    assert room.epochs.put(third, Z)
    fourth = make_epoch(room.log.group, NOW, room.log.heads(), bytes([4]) * 32)
    assert not room.epochs.put(fourth, OWNER)
    assert len(room.epochs) == 3


def test_erased_ones_make_room_and_are_remembered_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(epochs_module, "MAX_EPOCHS_FROM", 2)
    monkeypatch.setattr(epochs_module, "MAX_EPOCHS", 2)
    room = Room(forgetting=True)
    old = [room.epoch(fill) for fill in (1, 2)]
    later = NOW + epochs_module.ERASE_MS
    assert room.epochs.erase(later - 1) == []
    assert room.epochs.erase(later) == [one.id for one in old]
    assert not any(room.epochs.put(one, OWNER) for one in old)
    new = make_epoch(room.log.group, later, room.log.heads(), bytes([9]) * 32)
    assert room.epochs.put(new, OWNER)
    assert Room().epochs.erase(later) == []


def test_of_what_was_erased_the_eldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs_module, "MAX_EPOCHS", 2)
    room = Room(forgetting=True)
    later = NOW + epochs_module.ERASE_MS
    old = []
    for fill in (1, 2, 3):
        old.append(room.epoch(fill))
        assert room.epochs.erase(later) == [old[-1].id]
    assert not any(room.epochs.put(one, OWNER) for one in old[1:])
    assert room.epochs.put(old[0], OWNER), "it is remembered no more"


def test_of_many_only_the_deepest_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others could give any number of epochs that nobody may write in."""
    monkeypatch.setattr(epochs_module, "_TRIED", 2)
    room = Room()
    fits = room.epoch(1, giver=X)
    room.do("o", Kind.ADD, S, given=fits.id)
    assert room.epochs.usable(NOW) == fits
    room.epoch(2, giver=S, heads=room.log.heads())
    room.do("o", Kind.ADD, person("t").key, given=fits.id)
    room.epoch(3, giver=person("y").key)
    room.epoch(4, giver=person("y").key)
    assert room.epochs.usable(NOW) is None, "two sets of heads were looked at"
    monkeypatch.setattr(epochs_module, "_TRIED", 3)
    assert room.epochs.usable(NOW) == fits


def test_what_lies_beyond_some_operations() -> None:
    room = Room()
    heads = room.log.heads()
    left = room.do("o", Kind.ADD, S, parents=heads)
    right = room.do("x", Kind.REMOVE, Z, parents=heads)
    assert room.log.beyond(heads) == [left, right]
    assert room.log.beyond([left.id, bytes(16)]) == [right]
    assert room.log.beyond([]) == room.log.operations
    assert room.log.depth([left.id, right.id]) == 5
    assert room.log.depth([left.id]) == room.log.depth([right.id]) == 4
    assert not room.log.removed_beyond([right.id])
    assert room.log.removed_beyond([left.id])
    assert set(room.log.members_at([left.id])) == {OWNER, X, Z, S}
    assert set(room.log.members_at([right.id])) == {OWNER, X}
    assert set(room.log.members_at([left.id, right.id])) == {OWNER, X, S}
    assert room.log.changes_beyond([left.id], bytes(16)) == 1
    assert room.log.up_to_removal(Z) == [*room.log.operations[:3], right]
    assert room.log.up_to_removal(S) == []
    with pytest.raises(KeyError):
        room.log.members_at([bytes(16)])
