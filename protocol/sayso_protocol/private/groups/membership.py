"""Membership of a group, as a function of the set of its operations, in whatever order they came.

1. An operation is judged by its own ancestors alone: adds and removals are for admins, a leave for
   members. What may not be is refused, and so is what hangs on it.
2. There are the owner, who created the group, admins and members. Nobody removes the owner.
3. An admin's removal, or a leave, always stands.
4. What a removed one did without knowing of his removal, and whoever removed him without knowing
   of it, adds nobody, nor does what hangs on it. A leave strikes nothing.
5. In is whom an add names that counts, and that knew of every removal of him.
6. So of two who remove each other both are out.
7. Nothing hangs on comparing hashes: they can be ground.

Operations are numbered as they are taken in, parents first, and sets of them are bits of integers.
For each add two sets are kept: the adds of its author that speak for him, which its ancestors
decide, and the removals that strike it, which only grow. So a view costs what there are adds, not
their square, and where no add is struck, nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...errors import BadShape, TooLarge
from .group_limits import MAX_OPERATIONS, MAX_WAITING
from .operation import Charter, Kind, Operation

Members = Mapping[bytes, bool]
"""Accounts that are in, and whether as admins."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an operation: those that are known now, itself and what had waited for it; and
    parents of it that are not."""

    known: tuple[Operation, ...]
    missing: tuple[bytes, ...] = ()


class Membership:
    """All operations of one group that are known, begun with its create."""

    def __init__(self, create: Operation) -> None:
        if create.charter is None:
            raise BadShape("a group begins with its create")
        self.group = create.id
        self.owner = create.author
        self.charter: Charter = create.charter
        self.operations: list[Operation] = []
        self._number: dict[bytes, int] = {}
        self._past: list[int] = []
        self._heads = 0
        self._refused: set[bytes] = set()
        self._waiting: dict[bytes, Operation] = {}
        self._adds = 0
        self._adds_of: dict[bytes, list[int]] = defaultdict(list)
        self._adds_by: dict[bytes, int] = defaultdict(int)
        self._removals_of: dict[bytes, int] = defaultdict(int)
        self._strong_of: dict[bytes, int] = defaultdict(int)
        self._support: dict[int, int] = {}
        self._strikes: dict[int, int] = {}
        self._given: dict[bytes, set[bytes]] = defaultdict(set)
        self._removals = 0
        self._counting: tuple[int, int] = (0, 0)
        self._members: tuple[int, dict[bytes, bool]] = (0, {})
        self._store(create, 0)

    # --- taking operations in ----------------------------------------------------------------

    def take(self, operation: Operation) -> Taken:
        """Take one in, or let it wait for its parents. What is known already is nothing new. Raises
        `BadShape` for one of another group, or that its author might not do; `TooLarge` where the
        group has as many as it may."""
        if operation.group != self.group:
            raise BadShape("an operation of another group")
        if operation.id in self._number:
            return Taken(())
        missing = self._missing(operation)
        if missing:
            self._wait(operation)
            return Taken((), tuple(sorted(missing)))
        self._judge(operation)
        known = [operation]
        for done in known:  # grows while it is walked: what waited may be waited for itself
            known += self._release(done.id)
        return Taken(tuple(known))

    def _missing(self, operation: Operation) -> list[bytes]:
        return [one for one in operation.parents if one not in self._number]

    def _wait(self, operation: Operation) -> None:
        if any(parent in self._refused for parent in operation.parents):
            self._refuse(operation)
        if len(self._waiting) >= MAX_WAITING and operation.id not in self._waiting:
            # The oldest goes: it is asked for again when something names it.
            del self._waiting[next(iter(self._waiting))]
        self._waiting[operation.id] = operation

    def _release(self, parent: bytes) -> Iterator[Operation]:
        """Those that waited for this one alone, and may be."""
        for one in [w for w in self._waiting.values() if parent in w.parents]:
            if self._missing(one):
                continue
            del self._waiting[one.id]
            try:
                self._judge(one)
            except (BadShape, TooLarge):
                continue
            yield one

    def _judge(self, operation: Operation) -> None:
        if len(self.operations) >= MAX_OPERATIONS:
            raise TooLarge("a group with more operations than it may have")
        past = 0
        for parent in operation.parents:
            number = self._number[parent]
            past |= self._past[number] | 1 << number
        if not self._may(operation, past):
            self._refuse(operation)
        self._store(operation, past)

    def _refuse(self, operation: Operation) -> None:
        refused = [operation.id]
        for one in refused:  # grows while it is walked
            self._waiting.pop(one, None)
            refused += [w.id for w in self._waiting.values() if one in w.parents]
        self._refused.update(refused[: MAX_OPERATIONS - len(self._refused)])
        raise BadShape("an operation that its author might not do")

    def _may(self, operation: Operation, past: int) -> bool:
        standing = self._standing(operation.author, past)
        if operation.kind == Kind.LEAVE:
            return standing is not None
        if operation.kind == Kind.REMOVE and operation.target == self.owner:
            return False
        return bool(standing) and operation.kind != Kind.CREATE

    def _store(self, operation: Operation, past: int) -> None:
        number = len(self.operations)
        bit = 1 << number
        self.operations.append(operation)
        self._number[operation.id] = number
        self._past.append(past)
        self._heads = self._heads & ~past | bit
        if operation.kind in (Kind.CREATE, Kind.ADD):
            self._store_add(operation, number, past)
            return
        self._removals |= bit
        self._removals_of[operation.target] |= bit
        if operation.kind == Kind.REMOVE:
            self._strong_of[operation.target] |= bit
            for add in _bits(self._adds_by[operation.target] & ~past):
                self._strikes[add] = self._strikes.get(add, 0) | bit

    def _store_add(self, operation: Operation, number: int, past: int) -> None:
        author = operation.author
        self._support[number] = self._speaking(author, past)
        self._adds |= 1 << number
        self._adds_of[operation.target].append(number)
        if operation.given is not None:
            self._given[operation.given].add(operation.target)
        if operation.kind == Kind.CREATE:
            return
        self._adds_by[author] |= 1 << number
        strikes = self._strong_of.get(author, 0) & ~past
        if strikes:
            self._strikes[number] = strikes

    def _speaking(self, account: bytes, known: int) -> int:
        """The adds among `known` that make an account an admin, unless one of them counts for
        nothing, and that no removal of him in there undid."""
        removals = self._removals_of.get(account, 0) & known
        found = 0
        for add in self._adds_of.get(account, ()):
            if known >> add & 1 and self.operations[add].admin and not removals & ~self._past[add]:
                found |= 1 << add
        return found

    # --- views ---------------------------------------------------------------------------------

    def members(self) -> Members:
        """Who is in, by all operations that are known."""
        known = (1 << len(self.operations)) - 1
        if self._members[0] != known:
            self._members = known, self._view(known)
        return self._members[1]

    def adds(self, account: bytes) -> list[Operation]:
        """The operations by which an account is in, by all that are known, parents first: the adds,
        or the create, that count and knew of every removal of it."""
        counted = self._counted((1 << len(self.operations)) - 1)
        removals = self._removals_of.get(account, 0)
        return [
            self.operations[add]
            for add in self._adds_of.get(account, ())
            if counted >> add & 1 and not removals & ~self._past[add]
        ]

    def members_at(self, heads: Iterable[bytes]) -> Members:
        """Who is in after these operations and their ancestors. Raises `KeyError` for an unknown
        one."""
        known = self._closure(heads)
        return self.members() if known == (1 << len(self.operations)) - 1 else self._view(known)

    def heads(self) -> tuple[bytes, ...]:
        """The operations that no other one names as parent: ids in ascending order."""
        return tuple(sorted(self.operations[one].id for one in _bits(self._heads)))

    def knows(self, ids: Iterable[bytes]) -> bool:
        """Whether all of these operations are known."""
        return all(one in self._number for one in ids)

    def waiting(self) -> tuple[bytes, ...]:
        """Unknown parents of the operations that wait, in ascending order."""
        return tuple(
            sorted({one for waits in self._waiting.values() for one in self._missing(waits)})
        )

    def depth(self, heads: Iterable[bytes]) -> int:
        """How many operations these are with their ancestors."""
        return self._closure(heads).bit_count()

    def beyond(self, heads: Iterable[bytes]) -> list[Operation]:
        """The operations that are neither these nor their ancestors, parents first; ids that are
        not known are passed over."""
        known = self._closure(one for one in heads if one in self._number)
        rest = ((1 << len(self.operations)) - 1) & ~known
        return [self.operations[one] for one in _bits(rest)]

    def up_to_removal(self, account: bytes) -> list[Operation]:
        """The removals of an account and all their ancestors, parents first."""
        removals = self._removals_of.get(account, 0)
        known = removals
        for one in _bits(removals):
            known |= self._past[one]
        return [self.operations[one] for one in _bits(known)]

    def get(self, id: bytes) -> Operation | None:
        """A known operation."""
        number = self._number.get(id)
        return None if number is None else self.operations[number]

    def given(self, epoch: bytes) -> set[bytes]:
        """Whom an add handed this epoch's key."""
        return self._given.get(epoch, set())

    def removed_beyond(self, heads: Iterable[bytes]) -> bool:
        """Whether anybody was removed, or left, without these operations knowing of it."""
        return bool(self._removals & ~self._closure(heads))

    def changes_beyond(self, heads: Iterable[bytes], epoch: bytes) -> int:
        """How many operations these do not know of, without the adds that hand over the epoch."""
        rest = ((1 << len(self.operations)) - 1) & ~self._closure(heads)
        return sum(self.operations[one].given != epoch for one in _bits(rest))

    def _closure(self, heads: Iterable[bytes]) -> int:
        known = 0
        for head in heads:
            number = self._number[head]
            known |= self._past[number] | 1 << number
        return known

    def _counted(self, known: int) -> int:
        """The adds among `known` that count, whoever is removed."""
        if self._counting[0] == known:
            return self._counting[1]
        adds = self._adds & known
        struck = 0
        for add, by in self._strikes.items():
            if by & known:
                struck |= 1 << add
        if struck & adds:
            adds = self._without(adds, struck)
        self._counting = known, adds
        return adds

    def _without(self, adds: int, struck: int) -> int:
        counted = 0
        for add in _bits(adds & ~struck):  # an add's support has lower numbers
            if self._support[add] & counted or add == 0:
                counted |= 1 << add
        return counted

    def _standing(self, account: bytes, known: int) -> bool | None:
        """Whether an account is an admin; None where it is not in."""
        counted = self._counted(known)
        removals = self._removals_of.get(account, 0) & known
        standing = None
        for add in reversed(self._adds_of.get(account, ())):
            if counted >> add & 1 and not removals & ~self._past[add]:
                if self.operations[add].admin:
                    return True
                standing = False
        return standing

    def _view(self, known: int) -> dict[bytes, bool]:
        found: dict[bytes, bool] = {}
        for account in self._adds_of:
            standing = self._standing(account, known)
            if standing is not None:
                found[account] = standing
        return found


def _bits(value: int) -> Iterator[int]:
    """The numbers of the bits that are set, in ascending order."""
    data = value.to_bytes((value.bit_length() + 7) // 8, "little")
    for place, byte in enumerate(data):
        while byte:
            low = byte & -byte
            yield 8 * place + low.bit_length() - 1
            byte ^= low
