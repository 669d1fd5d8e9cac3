"""Effects of closed groups, kept in the sealed records of a home."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final

from sayso_protocol.crypto.hashing import NONCE_SIZE
from sayso_protocol.private.groups.contents import Post, write_content
from sayso_protocol.private.groups.effects import (
    Effect,
    ForgetEpoch,
    GivePosts,
    Lay,
    Send,
    StoreEpoch,
    StoreOperation,
    StorePost,
)
from sayso_protocol.private.groups.epoch import Epoch
from sayso_protocol.private.groups.group import Group, Random
from sayso_protocol.private.groups.group_limits import DAY_MS
from sayso_protocol.private.groups.post import GroupPost, seal_post
from sayso_storage.interface.sealed_records import SealedRecords

from .group_records import (
    KeptPost,
    WaitingLetter,
    delete_epoch,
    get_post,
    put_content,
    put_epoch,
    put_letter,
    put_operation,
    put_post,
)

_KEY_SIZE: Final = 16


def keep_effect(
    records: SealedRecords,
    effect: Effect,
    groups: Iterable[Group],
    silent: Container[bytes],
    random: Random,
    now_ms: int,
) -> None:
    """Keep what an effect asks for, of one of `groups`; nothing is sent about the `silent` ones.
    Raises `StoreError`."""
    match effect:
        case StoreOperation():
            put_operation(records, effect)
        case StoreEpoch():
            put_epoch(records, effect)
        case ForgetEpoch(epoch):
            for group in groups:
                delete_epoch(records, group.id, epoch)
        case StorePost(shown):
            put_post(records, KeptPost(shown.post, shown.before, shown.folded, now_ms))
        case Send(accounts, content) if content.group not in silent:
            put_content(records, random(_KEY_SIZE), accounts, write_content(content))
        case GivePosts(account, posts):
            for id in posts:
                _give(records, account, id, silent, random)
        case Lay(of, post) if post.group not in silent:
            _lay(records, of, post, random)
        case _:
            pass


def _give(
    records: SealedRecords, account: bytes, id: bytes, silent: Container[bytes], random: Random
) -> None:
    kept = get_post(records, id)
    if kept is not None and kept.post.group not in silent:
        content = Post(kept.post.group, kept.post.wire)
        put_content(records, random(_KEY_SIZE), (account,), write_content(content))


def _lay(records: SealedRecords, epoch: Epoch, post: GroupPost, random: Random) -> None:
    letter = seal_post(post, epoch, random(NONCE_SIZE))
    day = post.time_ms // DAY_MS
    seed = epoch.box_seed(day)
    put_letter(records, WaitingLetter(random(_KEY_SIZE), post.group, seed, day, letter))
