"""Posts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from ..limits import MAX_BODY
from .attachment import MAX_ATTACHMENTS, Attachment, attachment
from .fields import Fields, array, entry_id, key, reference, text, time
from .reference import Reference

MAX_TAGS: Final = 32
"""Most tags on one post: more is spam on every network that was measured."""

MAX_TAG: Final = 128
"""Longest tag, UTF-8."""

MAX_LANG: Final = 35
"""Longest language tag (RFC 5646, section 4.4.1)."""

MAX_WARNING: Final = 512
"""Longest content warning, UTF-8."""

MAX_ORIGIN: Final = 512
"""Longest id of a post on another network; real ones are links of 40 to 120."""

MAX_MENTIONS: Final = 16
"""Most accounts that one post mentions: more people than anyone talks to at once, and each is told
of it, so more would be a way to shout."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post. `root` is left out where it is the entry that `reply` names.

    `written` is the original time of an imported post in Unix milliseconds, `origin` its
    id on the network that it came from. `mentions` are accounts. `reply_version` and
    `quote_version` are the ids of the edits that the author saw of what is answered and quoted;
    left out where that was the entry itself.
    """

    text: str
    reply: Reference | None = None
    root: Reference | None = None
    quote: Reference | None = None
    mentions: tuple[bytes, ...] = ()
    tags: tuple[str, ...] = ()
    lang: str | None = None
    warn: str | None = None
    written: int | None = None
    origin: str | None = None
    reply_origin: str | None = None
    attach: tuple[Attachment, ...] = ()
    reply_version: bytes | None = None
    quote_version: bytes | None = None
    KIND = "post"


FIELDS: Fields = {
    "text": partial(text, MAX_BODY),
    "reply": reference,
    "root": reference,
    "quote": reference,
    "mentions": partial(array, key, MAX_MENTIONS),
    "tags": partial(array, partial(text, MAX_TAG), MAX_TAGS),
    "lang": partial(text, MAX_LANG),
    "warn": partial(text, MAX_WARNING),
    "written": time,
    "origin": partial(text, MAX_ORIGIN),
    "reply_origin": partial(text, MAX_ORIGIN),
    "attach": partial(array, attachment, MAX_ATTACHMENTS),
    "reply_version": entry_id,
    "quote_version": entry_id,
}
