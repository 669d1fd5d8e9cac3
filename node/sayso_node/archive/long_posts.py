"""Posts that are longer than an entry may be, as threads of several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from sayso_protocol.limits import MAX_BODY

from .attachments import with_fitted_alts
from .content_warning import fitted_warning
from .model import ArchivedPost
from .polls import poll_lines

RESERVED: Final = 1536
"""Bytes of a body kept free for references, times, the language and the names of fields."""

_SHORT: Final = 2_000
"""Characters that fit, whatever they are: four bytes each, and as much for tags."""

_TAG_BYTES: Final = 4
"""Bytes that a tag takes beside its text, at most."""

_MEDIA_BYTES: Final = 80
"""Bytes that an attachment takes beside what it shows, at most."""

_ENDS: Final = tuple(re.compile(end) for end in (r"\n\s*\n", r"\n", r"[.!?…。！？]\s", r"\s"))
"""Where a text is cut, the best first: paragraphs, lines, sentences, words."""


def in_parts(posts: Iterable[ArchivedPost]) -> Iterator[ArchivedPost]:
    """The posts, those that are too long as a thread: each part answers the one before it.

    The first part keeps the origin, so that answers to the post are answers to it; the others
    have `#2` and so on behind it. An import that was interrupted goes on between them."""
    for post in map(_fitted, posts):
        if len(post.text) <= _SHORT:
            yield post
        else:
            yield from _parts(post)


def _fitted(post: ArchivedPost) -> ArchivedPost:
    return _with_fitted_warning(_without_long_poll(with_fitted_alts(post)))


def _without_long_poll(post: ArchivedPost) -> ArchivedPost:
    """The post; the choices of a poll whose text has to be cut as lines of it."""
    if post.poll is None or len(post.text) + sum(map(len, post.poll.options)) <= _SHORT:
        return post
    return replace(post, text=f"{post.text}\n{poll_lines(post.poll.options)}", poll=None)


def _with_fitted_warning(post: ArchivedPost) -> ArchivedPost:
    """The post with the rest of a long warning in its text, where the parts are cut."""
    warn, text = fitted_warning(post.warn, post.text)
    return post if text == post.text else replace(post, warn=warn, text=text)


def _parts(post: ArchivedPost) -> Iterator[ArchivedPost]:
    part, number = post, 1
    for text in cut(post.text, _room(post)):
        yield replace(part, text=text)
        before, number = part.origin, number + 1
        part = replace(post, origin=f"{post.origin}#{number}", reply_to=before)
        part = replace(part, tags=(), lost=(), media=(), poll=None)


def _room(post: ArchivedPost) -> int:
    """The bytes that a part of the text may have."""
    fields = (post.origin, post.origin, post.reply_to or "", post.warn or "")
    taken = sum(len(field.encode()) for field in fields)
    tags = sum(len(tag.encode()) + _TAG_BYTES for tag in post.tags)
    taken += sum(len(one.alt.encode()) + _MEDIA_BYTES for one in post.media)
    # The tags in the text of a part are named beside it, and take no more than the text itself.
    return max((MAX_BODY - RESERVED - taken - tags) * 2 // 3, 1024)


def cut(text: str, room: int) -> Iterator[str]:
    """A text in parts of at most `room` bytes of UTF-8, without the space at which it is cut."""
    while len(text.encode()) > room:
        most = len(text.encode()[:room].decode(errors="ignore"))
        end = _best_end(text, most)
        if text[:end].strip():
            yield text[:end].rstrip()
        text = text[end:].lstrip()
    if text:
        yield text


def _best_end(text: str, most: int) -> int:
    """Where to cut within the first `most` characters: not in the first half, if that can be."""
    for pattern in _ENDS:
        ends = [match.end() for match in pattern.finditer(text, most // 2, most)]
        if ends:
            return ends[-1]
    return most
