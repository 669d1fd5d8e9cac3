"""Invitations to closed groups in the sealed records of a home, and those that were declined.

A group that others bring is an invitation until the owner takes part: the record here says so, and
goes when he does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sayso_protocol.accounts.statement import claim_of, grant_for
from sayso_protocol.codec import Value, decode, encode
from sayso_protocol.errors import Refused
from sayso_protocol.private.groups.contents import GroupContent, Invitation, Operations, Post
from sayso_protocol.private.groups.group import Group
from sayso_protocol.private.groups.operation import (
    Kind,
    Operation,
    read_operation,
    reread_operation,
)
from sayso_storage.interface.sealed_records import SealedRecords

from .group_records import count_posts

MAX_INVITATIONS: Final = 64
"""Invitations that wait: whoever may write to this home may invite, and each may be some MB."""
MAX_INVITED_POSTS: Final = 32
"""Posts that are kept of an invitation, 1 MiB; the rest is asked for on joining."""
MAX_DECLINED: Final = 1024
"""Declined groups that are remembered, the newest."""
_MAX_ADDS: Final = 64
"""Adds that are remembered of one, the newest: some 1 KiB."""

_INVITATION: Final = "group invitation"
_DECLINED: Final = "group declined"


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation to a group."""

    group: bytes
    by: bytes
    """The account whose device brought it."""
    came_ms: int
    is_again: bool
    """The owner took part in the group before: he left, or was removed."""


class Invitations:
    """Those of one account's home. What changes it is called within a transaction, and all raise
    `StoreError`."""

    def __init__(self, records: SealedRecords, account: bytes) -> None:
        self._records = records
        self._account = account
        self._waiting: dict[bytes, Invited] = {}

    def __contains__(self, group: object) -> bool:
        return group in self._waiting

    def __iter__(self) -> Iterator[Invited]:
        return iter(list(self._waiting.values()))

    def get(self, group: bytes) -> Invited | None:
        """The invitation to a group."""
        return self._waiting.get(group)

    def load(self) -> None:
        """Read them again."""
        self._waiting = {}
        for one in self._records.scan(_INVITATION):
            by, came_ms, is_again = _array(one.value)
            if type(by) is not bytes or type(came_ms) is not int:
                raise TypeError("an invitation that this software did not write")
            self._waiting[one.key] = Invited(one.key, by, came_ms, bool(is_again))

    def note(
        self, sender: bytes, group: Group, now_ms: int, *, is_new: bool, was_in: bool
    ) -> bytes | None:
        """After a content of another account: let an invitation wait where it brought a group, or
        brought the owner back into one. Gives the group that has to be dropped for it, where there
        are too many: the oldest of the account with the most, so that nobody's many push out those
        of others; never one that the owner was in."""
        is_again = not is_new and group.is_in and not was_in and _was_out(group)
        if group.id in self or not (is_new or is_again):
            return None
        self._records.put(_INVITATION, group.id, encode([sender, now_ms, is_again]))
        self._waiting[group.id] = Invited(group.id, sender, now_ms, is_again)
        new = [one for one in self if not one.is_again]
        if len(new) <= MAX_INVITATIONS:
            return None
        counts = Counter(one.by for one in new)
        return max(new, key=lambda one: counts[one.by]).group

    def delete(self, group: bytes) -> None:
        """It is none any more."""
        self._records.delete(_INVITATION, group)
        self._waiting.pop(group, None)

    def can_accept(self, group: Group) -> bool:
        """Whether somebody who may has added the account, beyond what was declined."""
        adds, _ = _declined(self._records, group.id)
        return any(one.id not in adds for one in group.membership.adds(group.account))

    def accept(self, group: bytes) -> None:
        """The owner takes part."""
        self.delete(group)
        self._records.delete(_DECLINED, group)

    def decline(self, group: Group) -> None:
        """Remember that a group was declined, and the adds that led to it."""
        self.delete(group.id)
        self._records.delete(_DECLINED, group.id)  # so that it is the newest
        adds = _adds_of(group.membership.operations, group.account)
        _put_declined(self._records, group.id, adds, is_open=False)
        over = max(0, self._records.count(_DECLINED) - MAX_DECLINED)
        for one in list(self._records.scan(_DECLINED, limit=over)):
            self._records.delete(_DECLINED, one.key)

    def passes_over(self, content: GroupContent) -> bool:
        """Whether a content that somebody else sent is not taken in: a post beyond those that are
        kept, or what is about a declined group and adds the account not again. An add opens the
        group to all contents: the rest of it may come in others."""
        if isinstance(content, Post) and self.is_full(content.group):
            return True
        adds, is_open = _declined(self._records, content.group)
        if is_open or self._records.get(_DECLINED, content.group) is None:
            return False
        if not _adds_again(content, self._account, frozenset(adds)):
            return True
        _put_declined(self._records, content.group, adds, is_open=True)
        return False

    def is_full(self, group: bytes) -> bool:
        """Whether as many posts are kept as may be of an invitation."""
        return group in self._waiting and count_posts(self._records, group) >= MAX_INVITED_POSTS


def _was_out(group: Group) -> bool:
    """Whether the own account ever left a group, or was removed."""
    out = (Kind.LEAVE, Kind.REMOVE)
    return any(
        one.kind in out and one.target == group.account for one in group.membership.operations
    )


def _adds_of(operations: Iterable[Operation], account: bytes) -> list[bytes]:
    return [one.id for one in operations if one.kind == Kind.ADD and one.target == account]


def _adds_again(content: GroupContent, account: bytes, known: frozenset[bytes]) -> bool:
    """Whether there is an add of this account that is not known: a sound one, of whomever. What
    stands in the group is judged with the group."""
    if not isinstance(content, Invitation | Operations):
        return False
    grants = {claim_of(wire).feed: wire for wire in content.grants}
    for wire in content.operations:
        try:
            add = _adds_of([reread_operation(wire)], account)
            if not add or add[0] in known:
                continue
            operation = read_operation(wire)
            grant_for(grants.get(operation.feed, b""), operation.author, operation.feed)
        except Refused:
            continue
        return True
    return False


def _put_declined(
    records: SealedRecords, group: bytes, adds: list[bytes], *, is_open: bool
) -> None:
    records.put(_DECLINED, group, encode([list[Value](adds[-_MAX_ADDS:]), is_open]))


def _declined(records: SealedRecords, group: bytes) -> tuple[list[bytes], bool]:
    value = records.get(_DECLINED, group)
    if value is None:
        return [], False
    adds, is_open = _array(value)
    if type(adds) is not list:
        raise TypeError("a declined group that this software did not write")
    return [one for one in adds if type(one) is bytes], bool(is_open)


def _array(value: bytes) -> list[Value]:
    fields = decode(value)
    if type(fields) is not list:
        raise TypeError("a record of a group that this software did not write")
    return fields
