"""Forgetting posts of closed groups: what they say goes, and what waits to be sent of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from sayso_protocol.errors import Refused
from sayso_protocol.private.groups.contents import Post, read_content
from sayso_protocol.private.groups.post import GroupPost, claimed_post, unseal_post
from sayso_storage.interface.sealed_records import SealedRecords

from .group_records import (
    WaitingLetter,
    delete_post,
    epochs_of,
    forget_waiting,
    posts_of,
    waiting_contents,
    waiting_letters,
)

_TOGETHER = 500
"""Posts that are read at once."""


def forget_post(records: SealedRecords, post: GroupPost) -> None:
    """Forget one, within a transaction. Raises `StoreError`."""
    delete_post(records, post.id)
    named = [epoch for epoch, _ in epochs_of(records, post.group) if epoch.id == post.epoch][:1]

    def is_of(letter: WaitingLetter) -> bool:
        for epoch in named:
            with suppress(Refused):
                return claimed_post(unseal_post(letter.letter, epoch)) == post.id
        return False

    _send_no_more(records, post.group, is_of, lambda wire: claimed_post(wire) == post.id)


def forget_posts(records: SealedRecords, group: bytes) -> int:
    """Forget all posts of a group, within a transaction; their number. Raises `StoreError`."""
    count = 0
    while some := list(posts_of(records, group, limit=_TOGETHER)):
        for kept in some:
            delete_post(records, kept.post.id)
        count += len(some)
    _send_no_more(records, group, lambda _: True, lambda _: True)
    return count


def _send_no_more(
    records: SealedRecords,
    group: bytes,
    is_letter: Callable[[WaitingLetter], bool],
    is_post: Callable[[bytes], bool],
) -> None:
    for letter in waiting_letters(records):
        if letter.group == group and is_letter(letter):
            forget_waiting(records, letter)
    for waiting in waiting_contents(records):
        content = read_content(waiting.content)
        if isinstance(content, Post) and content.group == group and is_post(content.post):
            forget_waiting(records, waiting)
