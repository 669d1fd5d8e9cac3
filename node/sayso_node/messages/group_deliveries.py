"""Posts of closed groups on their way, into a box for each device of each member.

A post is kept sealed once, and sealed anew for each box, so that a carrier cannot tell which boxes
have the same in them. The nonces come of the kept one, which nobody else sees: a letter is the same
whenever it is made.

What a carrier has is delivered no more: where it loses it, the device asks for what it lacks. Only
the running node calls this, so what waits is known in memory; it is in the records too.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.hashing import NONCE_SIZE
from sayso_protocol.errors import BadShape
from sayso_protocol.letters.box import day_at, letter_id
from sayso_protocol.private.groups.epoch import Epoch
from sayso_protocol.private.groups.group import Group
from sayso_protocol.private.groups.post import GroupPost, reread_post, seal_post, unseal_post
from sayso_protocol.private.mailbox_effects import Deliver
from sayso_protocol.private.private_limits import DAY_MS, RETURNED_MS
from sayso_storage.interface.sealed_records import SealedRecords

from .group_boxes import group_box
from .group_records import WaitingLetter, forget_waiting, waiting_letters

log = logging.getLogger(__name__)

TARGET: Final = "group letter target"
"""Devices for which a post waits, by the id of its letter; and accounts whose devices are not known
yet."""

MAX_TARGETS: Final = 8_192
"""Devices for which posts wait: four posts to the largest group, none of which anybody took. Of
more the oldest posts are given up."""

MAX_POSTS: Final = 1_024
"""Posts that wait: at most 32 MiB."""

GIVE_UP_DAYS: Final = RETURNED_MS // DAY_MS


@dataclass(frozen=True, slots=True)
class _Target:
    account: bytes
    feed: bytes
    """Empty where no device of the account is known yet, and so is the box."""
    box: bytes
    day: int


@dataclass(slots=True)
class _Post:
    """A post that waits, and with what to seal it. Targets by the ids of their letters."""

    epoch: Epoch | None = None
    post: GroupPost | None = None
    nonce: bytes = b""
    targets: dict[bytes, _Target] = field(default_factory=dict)


class GroupDeliveries:
    """See the module. `feed` is that of the own device. All raise `StoreError`."""

    def __init__(self, records: SealedRecords, feed: bytes) -> None:
        self._records, self._feed = records, feed
        self._posts: dict[bytes, _Post] | None = None
        self._turn = 0

    def update(
        self,
        groups: Mapping[bytes, Group],
        devices: Mapping[bytes, Collection[bytes]],
        now_ms: int,
    ) -> None:
        """Take up what was written and forgotten, and what is known of devices by now; what no
        carrier took is for the boxes of today. `devices` are feeds by account."""
        try:
            with self._records.writing():
                self._update(self._loaded(), groups, devices, now_ms)
        except BaseException:
            self._posts = None
            raise

    def waiting(self, most: int) -> Iterator[Deliver]:
        """What is to be laid into boxes, since `update`, the oldest first; where that is too much,
        other letters each time."""
        found = [
            (post, name)
            for post in (self._posts or {}).values()
            for name, one in post.targets.items()
            if one.feed and post.post is not None
        ]
        first, self._turn = (0, 0) if len(found) <= most else (self._turn, self._turn + most)
        for number in range(first, first + min(most, len(found))):
            post, name = found[number % len(found)]
            one = post.targets[name]
            yield Deliver(name, one.account, one.box, _sealed(post, one.box), at_door=False)

    def note_taken(self, letter: bytes) -> bool:
        """A carrier has a letter; whether it is one of these."""
        for key, post in self._loaded().items():
            if letter in post.targets:
                self._remove(post, letter)
                self._end(key, post)
                return True
        return False

    # --- keeping --------------------------------------------------------------------------------

    def _loaded(self) -> dict[bytes, _Post]:
        if self._posts is None:
            found: dict[bytes, _Post] = {}
            for row in self._records.scan(TARGET):
                key, target = _read(row.value)
                found.setdefault(key, _Post()).targets[row.key] = target
            self._posts = found
        return self._posts

    def _update(
        self,
        posts: dict[bytes, _Post],
        groups: Mapping[bytes, Group],
        devices: Mapping[bytes, Collection[bytes]],
        now_ms: int,
    ) -> None:
        waiting = {one.key: one for one in waiting_letters(self._records)}
        for key in posts.keys() - waiting.keys():  # forgotten by its writer
            self._give_up(key)
        today = day_at(now_ms)
        for key, one in waiting.items():
            group, post = groups.get(one.group), posts.setdefault(key, _Post())
            epoch = None if group is None else _epoch_of(group, one, post)
            if group is None or epoch is None or today - one.day >= GIVE_UP_DAYS:
                self._give_up(key)
                continue
            if post.post is None:
                post.epoch, post.nonce = epoch, one.letter[:NONCE_SIZE]
                post.post = reread_post(unseal_post(one.letter, epoch))
            self._aim(key, post, epoch, _feeds(group, devices, self._feed), today)
            self._end(key, post)
        self._bound(posts)

    def _aim(
        self,
        key: bytes,
        post: _Post,
        epoch: Epoch,
        feeds: Mapping[bytes, Collection[bytes]],
        today: int,
    ) -> None:
        """Let a post wait for those devices that shall have it and for no others. The first time
        these are all; later only those of whom it still waits for."""
        is_new = not post.targets
        for name, one in list(post.targets.items()):
            known = feeds.get(one.account, ())
            if one.account not in feeds or (one.feed and one.feed not in known):
                self._remove(post, name)
            elif one.feed and one.day < today:
                self._remove(post, name)
                self._add(key, post, epoch, one.account, one.feed, today)
            elif not one.feed and known:
                self._remove(post, name)
                for feed in known:
                    self._add(key, post, epoch, one.account, feed, today)
        if is_new:
            for account, known in feeds.items():
                for feed in known or (b"",):
                    self._add(key, post, epoch, account, feed, today)

    def _add(
        self, key: bytes, post: _Post, epoch: Epoch, account: bytes, feed: bytes, day: int
    ) -> None:
        box = group_box(epoch, day, feed) if feed else b""
        name = letter_id(box, _sealed(post, box)) if feed else _open_name(key, account)
        target = _Target(account, feed, box, day)
        self._records.put(TARGET, name, encode([key, account, feed, box, day]))
        post.targets[name] = target

    def _remove(self, post: _Post, name: bytes) -> None:
        self._records.delete(TARGET, name)
        del post.targets[name]

    def _end(self, key: bytes, post: _Post) -> None:
        """Let go of a post that waits for nobody."""
        if not post.targets:
            self._give_up(key)

    def _give_up(self, key: bytes) -> None:
        post = self._loaded().pop(key, None)
        for name in () if post is None else post.targets:
            self._records.delete(TARGET, name)
        forget_waiting(self._records, WaitingLetter(key, b"", b"", 0, b""))

    def _bound(self, posts: dict[bytes, _Post]) -> None:
        total = sum(len(one.targets) for one in posts.values())
        for key in list(posts):
            if total <= MAX_TARGETS and len(posts) <= MAX_POSTS:
                return
            total -= len(posts[key].targets)
            self._give_up(key)
            log.info("a post in a group is given up: too many wait")


def _feeds(
    group: Group, devices: Mapping[bytes, Collection[bytes]], own: bytes
) -> dict[bytes, list[bytes]]:
    """The devices of all members by account, without the own one; empty where none is known."""
    found = {one: [feed for feed in devices.get(one, ()) if feed != own] for one in group.members}
    if not found.get(group.account, True):
        del found[group.account]  # the owner has no other device
    return found


def _sealed(post: _Post, box: bytes) -> bytes:
    """The letter of a post for one box."""
    assert post.post is not None and post.epoch is not None
    person = b"sayso gr letter"
    nonce = blake2b(box, key=post.nonce, digest_size=NONCE_SIZE, person=person).digest()
    return seal_post(post.post, post.epoch, nonce)


def _epoch_of(group: Group, letter: WaitingLetter, post: _Post) -> Epoch | None:
    """The epoch in whose boxes a post is to be laid."""
    if post.epoch is not None:
        return group.epochs.get(post.epoch.id)
    every = reversed(group.epochs.all())
    return next((one for one in every if one.box_seed(letter.day) == letter.box_seed), None)


def _open_name(key: bytes, account: bytes) -> bytes:
    return blake2b(key + account, digest_size=16, person=b"sayso gr open").digest()


def _read(value: bytes) -> tuple[bytes, _Target]:
    match decode(value):
        case [bytes() as key, bytes() as account, bytes() as feed, bytes() as box, int() as day]:
            return key, _Target(account, feed, box, day)
        case _:
            raise BadShape("a device for which a post waits, kept otherwise")
