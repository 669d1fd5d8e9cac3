"""The owner's closed groups: what he does in them, and what comes, kept with all that follows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.private.groups.contents import read_content
from sayso_protocol.private.groups.effects import Effect, ForgetEpoch, ShownPost, StorePost
from sayso_protocol.private.groups.group import Group, NotAllowed, Random, create_group
from sayso_protocol.private.groups.groups import Groups
from sayso_protocol.private.groups.operation import SALT_SIZE, Charter
from sayso_protocol.translation import _
from sayso_storage.interface.sealed_records import SealedRecords

from .group_effects import keep_effect
from .group_forgetting import forget_post, forget_posts
from .group_invitations import Invitations, Invited
from .group_records import (
    KeptPost,
    delete_group,
    get_post,
    load_groups,
    posts_of,
    raise_revision,
    revision,
)


class NoSuchGroup(Exception):
    """A group that this home does not know."""


class GroupBook:
    """Closed groups of one home, as the device of `device` and `grant`. Each call is one
    transaction: state, text and what waits to be sent are on the disk when it returns, or nothing
    is. Another process may change the same records. All raise `StoreError`.

    What others brought is an invitation until the owner takes part (`join`): what comes is kept,
    and nothing is sent, asked, answered or shown."""

    def __init__(
        self,
        records: SealedRecords,
        device: KeyPair,
        grant: Grant,
        random: Random = secrets.token_bytes,
    ) -> None:
        self._records = records
        self._device = device
        self._grant = grant
        self._random = random
        self._groups = Groups(grant.account)
        self._invited = Invitations(records, grant.account)
        self._revision: int | None = None

    # --- reading --------------------------------------------------------------------------------

    def groups(self) -> list[Group]:
        """All that are known, in the order in which they came."""
        with self._records.reading():
            self._refresh()
            return list(self._groups)

    def joined(self) -> list[Group]:
        """Those in which the owner takes part, or did: all but invitations."""
        with self._records.reading():
            self._refresh()
            return [group for group in self._groups if group.id not in self._invited]

    def get(self, id: bytes) -> Group:
        """One of them. Raises `NoSuchGroup`."""
        with self._records.reading():
            self._refresh()
            return self._known(id)

    def is_joined(self, id: bytes) -> bool:
        """Whether the owner takes part, or did: this is no invitation. Raises `NoSuchGroup`."""
        with self._records.reading():
            self._refresh()
            return self._known(id).id not in self._invited

    def invitations(self) -> list[Invited]:
        """Those that can be accepted, the oldest first: not those of groups that the account is
        not in, or declined and was not added to again."""
        with self._records.reading():
            self._refresh()
            return [
                one for one in self._invited if self._invited.can_accept(self._known(one.group))
            ]

    def posts(self, id: bytes, limit: int | None = None) -> list[KeptPost]:
        """The newest posts of a group, in the order in which they came; none of an invitation."""
        with self._records.reading():
            self._refresh()
            if id in self._invited:
                return []
            newest = list(posts_of(self._records, id, newest_first=True, limit=limit))
        return newest[::-1]

    def find_posts(self, id: bytes, begin: str) -> list[KeptPost]:
        """The posts of a group whose ids, in hexadecimal digits, begin so; none of an
        invitation."""
        with self._records.reading():
            self._refresh()
            if id in self._invited:
                return []
            named = (one for one in self._known(id).posts if one.hex().startswith(begin))
            kept = (get_post(self._records, one) for one in named)
            return [one for one in kept if one is not None]

    # --- what the owner does --------------------------------------------------------------------

    def create(
        self, now_ms: int, name: str, *, circle: bool = False, forgetting: bool = False
    ) -> Group:
        """Begin a group. Raises `BadShape` for a name that is longer than 64 bytes or no line."""
        charter = Charter(self._random(SALT_SIZE), name, circle, forgetting)
        with self._changing(now_ms) as keep:
            group, effects = create_group(self._device, self._grant, now_ms, charter)
            self._groups.put(group)
            keep(effects)
        return group

    def join(self, id: bytes, now_ms: int) -> None:
        """Take part, and ask for what was missed. Nothing where he does already. Raises
        `NoSuchGroup`."""
        with self._changing(now_ms) as keep:
            group = self._known(id)
            if id in self._invited:
                keep(self._settle(group, now_ms))

    def decline(self, id: bytes, now_ms: int) -> None:
        """Take an invitation away with all that was kept of it; it comes back where somebody adds
        the account again. Who was in the group before keeps what he had, and leaves it once more.
        Raises `NoSuchGroup` where there is no such invitation."""
        with self._changing(now_ms) as keep:
            invited = self._invited.get(id)
            if invited is None:
                raise NoSuchGroup
            group = self._known(id)
            if not invited.is_again:
                self._invited.decline(group)
                self._drop(id)
                return
            self._invited.delete(id)
            self._revision = raise_revision(self._records)
            if group.is_in:
                keep(group.leave(self._device, self._grant, now_ms))

    def forget_post(self, id: bytes) -> bool:
        """Forget what a post says, and send it no more; whether there was one. In the files until
        `SealedRecords.erase`."""
        with self._changing(0):
            kept = get_post(self._records, id)
            if kept is None:
                return False
            forget_post(self._records, kept.post)
            self._revision = raise_revision(self._records)
        return True

    def forget(self, id: bytes) -> int:
        """Forget all posts of a group, and the group too where the owner is out of it; their
        number. Raises `NoSuchGroup`."""
        with self._changing(0):
            group = self._known(id)
            count = forget_posts(self._records, id)
            if not group.is_in:
                self._invited.decline(group)
                self._drop(id)
            self._revision = raise_revision(self._records)
        return count

    def invite(self, id: bytes, now_ms: int, target: bytes, *, admin: bool = False) -> None:
        """Add an account. Raises `NoSuchGroup` and `NotAllowed`."""
        with self._changing(now_ms) as keep:
            act = self._joined(id).invite
            keep(act(self._device, self._grant, now_ms, target, admin=admin))

    def succeed(self, id: bytes, now_ms: int, old: bytes, new: bytes) -> None:
        """Let the key under which an account goes on take the place of a member, as far as the own
        account may change who is in; nobody removes the owner's. Raises `NoSuchGroup` and
        `NotAllowed`."""
        with self._changing(now_ms) as keep:
            group = self._joined(id)
            group.check_admin()
            is_admin = group.members.get(old, False)
            if old in group.members and (
                new not in group.members or (is_admin and not group.members[new])
            ):
                act = group.invite
                keep(act(self._device, self._grant, now_ms, new, admin=is_admin))
            if old in group.members and old not in (group.membership.owner, self._grant.account):
                keep(group.remove(self._device, self._grant, now_ms, old))

    def remove(self, id: bytes, now_ms: int, target: bytes) -> None:
        """Remove an account. Raises `NoSuchGroup` and `NotAllowed`."""
        with self._changing(now_ms) as keep:
            keep(self._joined(id).remove(self._device, self._grant, now_ms, target))

    def leave(self, id: bytes, now_ms: int) -> None:
        """Go. Raises `NoSuchGroup` and `NotAllowed`."""
        with self._changing(now_ms) as keep:
            keep(self._joined(id).leave(self._device, self._grant, now_ms))

    def write(self, id: bytes, now_ms: int, body: bytes) -> KeptPost:
        """Write a post. Raises `NoSuchGroup`, `NotAllowed` and `TooLarge`."""
        with self._changing(now_ms) as keep:
            act = self._joined(id).write
            effects = act(self._device, self._grant, now_ms, body, self._random)
            keep(effects)
        (shown,) = (one.shown for one in effects if isinstance(one, StorePost))
        return KeptPost(shown.post, shown.before, shown.folded, now_ms)

    # --- what comes -----------------------------------------------------------------------------

    def take(self, sender: bytes, content: bytes, now_ms: int) -> list[ShownPost]:
        """Take a content in that a device of this account sent; the posts that are new by it.
        Raises `Refused`, and then nothing of it is kept. Safe to repeat."""
        read = read_content(content)
        with self._changing(now_ms) as keep:
            if sender != self._grant.account and self._invited.passes_over(read):
                return []
            before = self._groups.get(read.group)
            was_in = before is not None and before.is_in
            effects = self._groups.take(sender, read, now_ms)
            effects += self._consent(sender, read.group, now_ms, before, was_in)
            keep(effects)
        return self._new_posts(effects)

    def take_letter(
        self, group: bytes, epoch: bytes, letter: bytes, now_ms: int
    ) -> list[ShownPost]:
        """Take a letter in from the box of an epoch; as `take`. Raises `KeyError` for an epoch that
        is not known."""
        with self._changing(now_ms) as keep:
            if self._invited.is_full(group):
                return []
            effects = self._groups.take_letter(group, letter, epoch, now_ms)
            keep(effects)
        return self._new_posts(effects)

    def tick(self, now_ms: int) -> bool:
        """Do what is due; whether keys were deleted, which `SealedRecords.erase` then erases."""
        with self._changing(now_ms) as keep:
            effects = self._groups.tick(now_ms, self._random)
            keep(effects)
        return any(isinstance(one, ForgetEpoch) for one in effects)

    def boxes(self, day: int) -> list[tuple[bytes, bytes, bytes]]:
        """Where posts of a Unix day may lie: group, epoch and seed of the box of each known key; of
        invitations none."""
        return [
            (group.id, epoch.id, epoch.box_seed(day))
            for group in self.groups()
            if group.id not in self._invited
            for epoch in group.epochs.all()
        ]

    # --- consent --------------------------------------------------------------------------------

    def _joined(self, id: bytes) -> Group:
        group = self._known(id)
        if id in self._invited:
            raise NotAllowed(_("this is an invitation: accept it first, `sayso accept GROUP`"))
        return group

    def _consent(
        self, sender: bytes, id: bytes, now_ms: int, before: Group | None, was_in: bool
    ) -> list[Effect]:
        """After a content: whether its group is an invitation now, or none any more."""
        group = self._groups.get(id)
        if group is None:
            return []
        if sender == self._grant.account:  # a device speaks only where its owner takes part
            if id in self._invited:
                return self._settle(group, now_ms)
            if before is None:
                self._invited.accept(id)  # it may have been declined here
            return []
        dropped = self._invited.note(sender, group, now_ms, is_new=before is None, was_in=was_in)
        if dropped is not None:
            self._drop(dropped)
        return []

    def _settle(self, group: Group, now_ms: int) -> list[Effect]:
        """The owner takes part: what was missed is asked for, also of whoever invited."""
        invited = self._invited.get(group.id)
        self._invited.accept(group.id)
        return group.catch_up(now_ms, self._random, None if invited is None else invited.by)

    def _drop(self, id: bytes) -> None:
        self._invited.delete(id)
        delete_group(self._records, id)
        self._groups.drop(id)
        self._revision = raise_revision(self._records)

    def _new_posts(self, effects: list[Effect]) -> list[ShownPost]:
        stored = [one.shown for one in effects if isinstance(one, StorePost)]
        return [shown for shown in stored if shown.post.group not in self._invited]

    # --- keeping --------------------------------------------------------------------------------

    def _known(self, id: bytes) -> Group:
        group = self._groups.get(id)
        if group is None:
            raise NoSuchGroup
        return group

    def _refresh(self) -> None:
        newest = revision(self._records)
        if newest == self._revision:
            return
        before, self._groups = self._groups, Groups(self._grant.account)
        for group in load_groups(self._records, self._grant.account):
            known = before.get(group.id)
            if known is not None:
                group.go_on_from(known)
            self._groups.put(group)
        self._invited.load()
        self._revision = newest

    @contextmanager
    def _changing(self, now_ms: int) -> Iterator[Callable[[list[Effect]], None]]:
        """A transaction on the newest state. Where it fails, what is in memory is read again."""

        def keep(effects: list[Effect]) -> None:
            for effect in effects:
                keep_effect(
                    self._records, effect, self._groups, self._invited, self._random, now_ms
                )
            if effects:
                self._revision = raise_revision(self._records)

        try:
            with self._records.writing():
                self._refresh()
                yield keep
        except BaseException:
            self._revision = None
            raise
