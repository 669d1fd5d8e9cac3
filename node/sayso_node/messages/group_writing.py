"""Writing a post into a closed group, and finding one by its id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sayso_protocol.errors import TooLarge
from sayso_protocol.private.contents.message_file import MessageFile
from sayso_protocol.private.groups.group_limits import MAX_BODY
from sayso_protocol.private.groups.text_post import TextPost, write_text
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..compose.post import Draft, compose
from ..errors import Ambiguous, NotFound, PostError
from .group_book import GroupBook
from .group_records import KeptPost
from .known_groups import LEAST_PREFIX, KnownGroup

MOST_WITHIN: Final = 4_096
"""Longest file that lies in a post: a post goes to each device, and so takes 8 KiB at most where
there is little text."""


def write_group_post(
    store: Store,
    book: GroupBook,
    group: KnownGroup,
    draft: Draft,
    now_ms: int,
    files: tuple[MessageFile, ...] = (),
) -> KeptPost:
    """Write a text, with files, into a group and nowhere else; `draft.reply` is an id in the group.
    Raises `NodeError`, `NotAllowed`, `StoreError`."""
    if draft.attach:
        raise PostError(_("what is attached to a post in a closed group is sealed first"))
    if draft.quote is not None:
        raise PostError(_("a post in a closed group cannot quote an entry yet"))
    has_text = bool(draft.text.strip())
    if not has_text and not files:
        raise PostError(_("nothing is written in the post: write something"))
    reply = None
    if draft.reply is not None:
        reply = find_group_post(book, [group], draft.reply).post.id
    text = draft.text if has_text else "…"  # files alone are no text, and of a feed no post
    post = compose(store, Draft(text, tags=draft.tags, lang=draft.lang, warn=draft.warn))
    said = TextPost(
        post.text if has_text else "", reply, post.mentions, post.tags, post.lang, post.warn, files
    )
    try:
        return book.write(group.group.id, now_ms, write_text(said))
    except TooLarge as error:
        size = quantity(len(draft.text.encode()), "byte")
        raise PostError(
            _(
                "the post is too long: {size} of text, and with its tags and references "
                "{max_body} fit; write it as several posts"
            ).format(size=size, max_body=MAX_BODY)
        ) from error


def find_group_post(book: GroupBook, groups: Iterable[KnownGroup], typed: str) -> KeptPost:
    """The post in one of these groups whose id begins so. Raises `NotFound`, `Ambiguous`,
    `StoreError`."""
    begin = typed.strip().lower()
    found = [
        kept
        for group in groups
        if len(begin) >= LEAST_PREFIX
        for kept in book.find_posts(group.group.id, begin)
    ]
    if len(found) > 1:
        raise Ambiguous(
            _("several posts begin so: write more of the id"),
            [kept.post.id.hex() for kept in found],
        )
    if not found:
        raise NotFound(
            _("no such post in the group: `sayso read --group GROUP` shows them, with their ids")
        )
    return found[0]
