"""Edits: another version of a post or of what a poll asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from ..limits import MAX_BODY
from .attachment import MAX_ATTACHMENTS, Attachment, attachment
from .fields import Fields, array, key, reference, text
from .post import MAX_LANG, MAX_MENTIONS, MAX_TAG, MAX_TAGS, MAX_WARNING
from .reference import Reference


@dataclass(frozen=True, slots=True)
class Edit:
    """A version, as a whole, of the entry `of`, in place of the version `after`: that entry itself
    or an earlier edit of it.

    Counts only if it is of the account whose entry it changes. What the entry answers and quotes,
    and the options and the end of a poll, stay. Of several edits the newest is shown.
    """

    of: Reference
    after: Reference
    text: str
    attach: tuple[Attachment, ...] = ()
    mentions: tuple[bytes, ...] = ()
    tags: tuple[str, ...] = ()
    lang: str | None = None
    warn: str | None = None
    KIND = "edit"


FIELDS: Fields = {
    "of": reference,
    "after": reference,
    "text": partial(text, MAX_BODY),
    "attach": partial(array, attachment, MAX_ATTACHMENTS),
    "mentions": partial(array, key, MAX_MENTIONS),
    "tags": partial(array, partial(text, MAX_TAG), MAX_TAGS),
    "lang": partial(text, MAX_LANG),
    "warn": partial(text, MAX_WARNING),
}
