"""What the indexes know of a body.

Derived from the body alone, so that every index can be checked and rebuilt. Only bodies
that `read_body` understands have facts: a malformed profile must not hide a sound one.
"""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.body import MALFORMED, Follow, Open, Post, Profile, Unfollow, Unknown, read_body

from .plain import is_plain_post

_KNOWN = frozenset(body.KIND for body in (Open, Post, Profile, Follow, Unfollow))


@dataclass(frozen=True, slots=True)
class Facts:
    """`kind` is empty for what is malformed; `tags` are case-folded, without repeats."""

    kind: str
    reply: bytes | None = None
    """Id of the entry that a post replies to."""
    tags: tuple[str, ...] = ()
    origin: str | None = None


PLAIN_POST = Facts(Post.KIND)
"""Shared by all posts of which no more is to be known: most of them."""

NO_FACTS = Facts(MALFORMED)
"""What is known of a body that is not held."""


def facts_of(body: bytes) -> Facts:
    """Read a body; never raises."""
    if is_plain_post(body):
        return PLAIN_POST
    known = read_body(body)
    if isinstance(known, Post):
        return _facts_of_post(known)
    if isinstance(known, Unknown):
        return Facts(MALFORMED if known.kind in _KNOWN else known.kind)
    return Facts(known.KIND)


def fold_tag(tag: str) -> str:
    """Return the form in which tags are compared."""
    return tag.casefold()


def _facts_of_post(post: Post) -> Facts:
    if post.reply is None and not post.tags and post.origin is None:
        return PLAIN_POST
    tags = tuple(dict.fromkeys(map(fold_tag, post.tags)))
    return Facts(Post.KIND, post.reply.id if post.reply else None, tags, post.origin)
