"""Posts."""

from __future__ import annotations

from dataclasses import dataclass

from ..limits import MAX_BODY, MAX_LANG, MAX_MENTIONS, MAX_ORIGIN, MAX_TAG, MAX_TAGS, MAX_WARNING
from .fields import Fields, array, key, reference, text, time
from .reference import Reference


@dataclass(frozen=True, slots=True)
class Post:
    """A post. `root` is left out where it is the entry that `reply` names.

    `written` is the original time of an imported post in Unix milliseconds, `origin` its
    id on the network that it came from. `mentions` are accounts.
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
    KIND = "post"


FIELDS: Fields = {
    "text": text(MAX_BODY),
    "reply": reference,
    "root": reference,
    "quote": reference,
    "mentions": array(key, MAX_MENTIONS),
    "tags": array(text(MAX_TAG), MAX_TAGS),
    "lang": text(MAX_LANG),
    "warn": text(MAX_WARNING),
    "written": time,
    "origin": text(MAX_ORIGIN),
    "reply_origin": text(MAX_ORIGIN),
}
