"""Forgetting posts of closed groups: what they say goes, and what waits to be sent of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from contextlib import suppress

from sayso_protocol.errors import Refused
from sayso_protocol.private.groups.contents import Post, read_content
from sayso_protocol.private.groups.epoch import Epoch
from sayso_protocol.private.groups.post import GroupPost, claimed_post, unseal_post
from sayso_storage.interface.sealed_records import SealedRecords

from .group_records import (
    WaitingLetter,
    blank_post,
    epochs_of,
    forget_waiting,
    waiting_contents,
    waiting_letters,
)


def forget_posts(records: SealedRecords, group: bytes, posts: Collection[GroupPost]) -> None:
    """Forget posts of one group, within a transaction. Raises `StoreError`."""
    for post in posts:
        blank_post(records, post)
    ids, named = {post.id for post in posts}, {post.epoch for post in posts}
    epochs = {epoch.id: epoch for epoch, _ in epochs_of(records, group) if epoch.id in named}
    for letter in waiting_letters(records):
        if letter.group == group and _is_of(letter, epochs, ids):
            forget_waiting(records, letter)
    for waiting in waiting_contents(records):
        content = read_content(waiting.content)
        if isinstance(content, Post) and claimed_post(content.post) in ids:
            forget_waiting(records, waiting)


def _is_of(letter: WaitingLetter, epochs: Mapping[bytes, Epoch], ids: Set[bytes]) -> bool:
    for epoch in epochs.values():
        with suppress(Refused):
            return claimed_post(unseal_post(letter.letter, epoch)) in ids
    return False
