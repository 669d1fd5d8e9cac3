"""The closed groups of a home as its owner sees them, and which of them he means."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.private.groups.group import Group
from sayso_protocol.private.groups.group_limits import MAX_NAME
from sayso_protocol.private.groups.operation import Charter
from sayso_protocol.text.fold import fold
from sayso_protocol.text.line import is_line
from sayso_protocol.text.normal_form import keep
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..accounts.lineage import line_of
from ..accounts.names import Names
from ..errors import Ambiguous, NodeError, NotFound
from ..timestamps import time_text
from .group_book import GroupBook
from .group_invitations import Invited

LEAST_PREFIX: Final = 8
"""Digits of an id that must be typed at least."""
_HEX: Final = frozenset("0123456789abcdef")


class State(StrEnum):
    """What the owner has to do with a group."""

    IN = "in"
    INVITED = "invited"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group, and what the owner has to do with it; `invited` only while he is invited."""

    group: Group
    state: State
    invited: Invited | None = None

    @property
    def id(self) -> str:
        """By which it can be typed: 32 hexadecimal digits."""
        return self.group.id.hex()

    @property
    def name(self) -> str:
        """As whoever created it named it: foreign text."""
        return self.group.charter.name

    def as_json(self, names: Names, now_ms: int) -> dict[str, object]:
        """Its record, as in docs/cli.md."""
        charter = self.group.charter
        epoch = self.group.epochs.usable(now_ms) if self.state == State.IN else None
        names.prepare(self.group.members)
        return {
            "group": self.id,
            "name": self.name,
            "mode": "circle" if charter.circle else "group",
            "past": "forgetting" if charter.forgetting else "kept",
            "state": self.state.value,
            "owner": key_text(self.group.membership.owner),
            "members": [
                self._member_json(names, account, is_admin=is_admin)
                for account, is_admin in self.group.members.items()
            ],
            "epoch": None if epoch is None else epoch.id.hex(),
            "invited_by": None if self.invited is None else key_text(self.invited.by),
            "invited": None if self.invited is None else time_text(self.invited.came_ms),
        }

    def _member_json(self, names: Names, account: bytes, *, is_admin: bool) -> dict[str, object]:
        name = names.of(account)
        return {
            "account": key_text(account),
            "name": name.shown,
            "petname": name.petname,
            "admin": is_admin,
            "since": time_text(self.since_ms(account)),
        }

    def since_ms(self, account: bytes) -> int:
        """When a member was added, as whoever did it says."""
        return self.group.membership.adds(account)[0].time_ms


def known_groups(book: GroupBook) -> list[KnownGroup]:
    """All groups: those that the owner is in, then invitations, then those that he is out of; each
    in the order in which they came. Raises `StoreError`."""
    invitations = {one.group: one for one in book.invitations()}
    found: dict[State, list[KnownGroup]] = {state: [] for state in State}
    for group in book.groups():
        invited = invitations.get(group.id)
        if invited is not None:
            found[State.INVITED].append(KnownGroup(group, State.INVITED, invited))
        elif book.is_joined(group.id):
            state = State.IN if group.is_in else State.LEFT
            found[state].append(KnownGroup(group, state))
    return [one for state in State for one in found[state]]


def create_group(
    book: GroupBook, now_ms: int, name: str, *, circle: bool = False, forgetting: bool = False
) -> KnownGroup:
    """Begin a group. Raises `NodeError` where it is no name, or one of another group that the owner
    is in; `StoreError`."""
    name = keep(name.strip())
    if not name or not is_line(name):
        raise NodeError(_("a group's name is one line of characters that can be seen"))
    if len(name.encode()) > MAX_NAME:
        raise NodeError(
            _("a group's name has at most {most} bytes, and this one has {size}").format(
                most=MAX_NAME, size=len(name.encode())
            )
        )
    taken = (one for one in known_groups(book) if one.state == State.IN)
    if any(fold(one.name) == fold(name) for one in taken):
        raise NodeError(_("you are in a group of that name already: choose another"))
    made = book.create(now_ms, name, circle=circle, forgetting=forgetting)
    return KnownGroup(made, State.IN)


def newest_key(store: Store, account: bytes) -> bytes:
    """The key under which an account goes on."""
    return line_of(store, account)[-1]


def member_meant(store: Store, group: KnownGroup, account: bytes) -> bytes:
    """The member that an account is, under whichever of its keys; itself where it is none."""
    line = line_of(store, account)
    return next((key for key in reversed(line) if key in group.group.members), account)


def find_group(
    book: GroupBook, typed: str, states: Collection[State] = (State.IN, State.LEFT)
) -> KnownGroup:
    """The group that is named so (folded), or whose id begins so. A name of a group that the owner
    is in goes before that of another, so that nobody takes it by an invitation. Raises `NotFound`,
    `Ambiguous`, `StoreError`."""
    known = [one for one in known_groups(book) if one.state in states]
    wanted = fold(typed.strip())
    named = _nearest([one for one in known if wanted and fold(one.name) == wanted])
    begin = typed.strip().lower()
    is_prefix = len(begin) >= LEAST_PREFIX and _HEX.issuperset(begin)
    begun = [one for one in known if is_prefix and one.id.startswith(begin)]
    found = {one.id: one for one in [*named, *begun]}
    if len(found) > 1:
        raise Ambiguous(
            _("several groups are called so, or begin so: write more of the id"), list(found)
        )
    if not found:
        raise NotFound(_no_group(states))
    return next(iter(found.values()))


def _nearest(named: Sequence[KnownGroup]) -> Sequence[KnownGroup]:
    states = {one.state for one in named}
    nearest = next((state for state in State if state in states), None)
    return [one for one in named if one.state == nearest]


def _no_group(states: Collection[State]) -> str:
    if State.INVITED in states and State.IN not in states:
        return _("you are invited to no such group: `sayso group list` lists invitations")
    return _("you are in no such group: `sayso group list` lists them, with their ids")


def mode_text(charter: Charter) -> str:
    """What a group was made to be, for a person."""
    match charter.circle, charter.forgetting:
        case False, False:
            return _("group, kept: all write, and new members read the past too")
        case False, True:
            return _("forgetting group: all write, and new members read only what comes")
        case True, False:
            return _("circle, kept: its owner alone writes, and new members read the past too")
        case _:
            return _("forgetting circle: its owner alone writes, new members read what comes")
