"""The owner's closed groups: what he does in them, and what comes, kept with all that follows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.crypto.hashing import NONCE_SIZE
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.private.groups.contents import Post, read_content, write_content
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
from sayso_protocol.private.groups.group import Group, Random, create_group
from sayso_protocol.private.groups.group_limits import DAY_MS
from sayso_protocol.private.groups.groups import Groups
from sayso_protocol.private.groups.operation import SALT_SIZE, Charter
from sayso_protocol.private.groups.post import reread_post, seal_post
from sayso_storage.interface.sealed_records import SealedRecords

from .group_records import (
    WaitingLetter,
    delete_epoch,
    get_post,
    load_groups,
    posts_of,
    put_content,
    put_epoch,
    put_letter,
    put_operation,
    put_post,
    raise_revision,
    revision,
)

_KEY_SIZE: Final = 16


class NoSuchGroup(Exception):
    """A group that this home does not know."""


class GroupBook:
    """Closed groups of one home, as the device of `device` and `grant`. Each call is one
    transaction: state, text and what waits to be sent are on the disk when it returns, or nothing
    is. Another process may change the same records. All raise `StoreError`."""

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
        self._revision: int | None = None

    # --- reading --------------------------------------------------------------------------------

    def groups(self) -> list[Group]:
        """All that are known, in the order in which they came."""
        with self._records.reading():
            self._refresh()
            return list(self._groups)

    def get(self, id: bytes) -> Group:
        """One of them. Raises `NoSuchGroup`."""
        with self._records.reading():
            self._refresh()
            return self._known(id)

    def posts(self, id: bytes, limit: int | None = None) -> list[ShownPost]:
        """The newest posts of a group, in the order in which they came."""
        newest = list(posts_of(self._records, id, newest_first=True, limit=limit))
        return newest[::-1]

    # --- what the owner does --------------------------------------------------------------------

    def create(
        self, now_ms: int, name: str, *, circle: bool = False, forgetting: bool = False
    ) -> Group:
        """Begin a group. Raises `BadShape` for a name that is longer than 64 bytes or no line."""
        charter = Charter(self._random(SALT_SIZE), name, circle, forgetting)
        with self._changing() as keep:
            group, effects = create_group(self._device, self._grant, now_ms, charter)
            self._groups.put(group)
            keep(effects)
        return group

    def invite(self, id: bytes, now_ms: int, target: bytes, *, admin: bool = False) -> None:
        """Add an account. Raises `NoSuchGroup` and `NotAllowed`."""
        with self._changing() as keep:
            act = self._known(id).invite
            keep(act(self._device, self._grant, now_ms, target, admin=admin))

    def remove(self, id: bytes, now_ms: int, target: bytes) -> None:
        """Remove an account. Raises `NoSuchGroup` and `NotAllowed`."""
        with self._changing() as keep:
            keep(self._known(id).remove(self._device, self._grant, now_ms, target))

    def leave(self, id: bytes, now_ms: int) -> None:
        """Go. Raises `NoSuchGroup` and `NotAllowed`."""
        with self._changing() as keep:
            keep(self._known(id).leave(self._device, self._grant, now_ms))

    def write(self, id: bytes, now_ms: int, body: bytes) -> ShownPost:
        """Write a post. Raises `NoSuchGroup`, `NotAllowed` and `TooLarge`."""
        with self._changing() as keep:
            act = self._known(id).write
            effects = act(self._device, self._grant, now_ms, body, self._random)
            keep(effects)
        (shown,) = (one.shown for one in effects if isinstance(one, StorePost))
        return shown

    # --- what comes -----------------------------------------------------------------------------

    def take(self, sender: bytes, content: bytes, now_ms: int) -> list[ShownPost]:
        """Take a content in that a device of this account sent; the posts that are new by it.
        Raises `Refused`, and then nothing of it is kept. Safe to repeat."""
        with self._changing() as keep:
            effects = self._groups.take(sender, read_content(content), now_ms)
            keep(effects)
        return [one.shown for one in effects if isinstance(one, StorePost)]

    def take_letter(
        self, group: bytes, epoch: bytes, letter: bytes, now_ms: int
    ) -> list[ShownPost]:
        """Take a letter in from the box of an epoch; as `take`. Raises `KeyError` for an epoch that
        is not known."""
        with self._changing() as keep:
            effects = self._groups.take_letter(group, letter, epoch, now_ms)
            keep(effects)
        return [one.shown for one in effects if isinstance(one, StorePost)]

    def tick(self, now_ms: int) -> bool:
        """Do what is due; whether keys were deleted, which `SealedRecords.erase` then erases."""
        with self._changing() as keep:
            effects = self._groups.tick(now_ms, self._random)
            keep(effects)
        return any(isinstance(one, ForgetEpoch) for one in effects)

    def boxes(self, day: int) -> list[tuple[bytes, bytes, bytes]]:
        """Where posts of a Unix day may lie: group, epoch and seed of the box of each known key."""
        return [
            (group.id, epoch.id, epoch.box_seed(day))
            for group in self.groups()
            for epoch in group.epochs.all()
        ]

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
        self._groups = Groups(self._grant.account)
        for group in load_groups(self._records, self._grant.account):
            self._groups.put(group)
        self._revision = newest

    @contextmanager
    def _changing(self) -> Iterator[Callable[[list[Effect]], None]]:
        """A transaction on the newest state. Where it fails, what is in memory is read again."""
        try:
            with self._records.writing():
                self._refresh()
                yield self._keep
        except BaseException:
            self._revision = None
            raise

    def _keep(self, effects: list[Effect]) -> None:
        for effect in effects:
            self._keep_one(effect)
        if effects:
            self._revision = raise_revision(self._records)

    def _keep_one(self, effect: Effect) -> None:
        records = self._records
        match effect:
            case StoreOperation():
                put_operation(records, effect)
            case StoreEpoch():
                put_epoch(records, effect)
            case ForgetEpoch(epoch):
                for group in self._groups:
                    delete_epoch(records, group.id, epoch)
            case StorePost(shown):
                put_post(records, shown)
            case Send(accounts, content):
                put_content(records, self._random(_KEY_SIZE), accounts, write_content(content))
            case GivePosts(account, posts):
                for id in posts:
                    self._give(account, id)
            case Lay(epoch, post):
                letter = seal_post(post, epoch, self._random(NONCE_SIZE))
                day = post.time_ms // DAY_MS
                key = self._random(_KEY_SIZE)
                seed = epoch.box_seed(day)
                put_letter(records, WaitingLetter(key, post.group, seed, day, letter))
            case _:
                pass

    def _give(self, account: bytes, id: bytes) -> None:
        wire = get_post(self._records, id)
        if wire is not None:
            content = Post(reread_post(wire).group, wire)
            put_content(self._records, self._random(_KEY_SIZE), (account,), write_content(content))
