"""What a post of a group says: the body of a text, as posts of feeds have it.

A canonical map with the fields `kind` ("post"), `text`, and where there is something to say
`mentions`, `tags`, `lang` and `warn`, each as in a feed (`content.post`). `reply` is the id of a
post of the same group, 16 bytes; `files` are at most eight, as in a private message
(`message_file`). What is not known is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from ...codec import Value, decode, encode
from ...content.fields import Fields, array, key, text
from ...content.post import MAX_LANG, MAX_MENTIONS, MAX_TAG, MAX_TAGS, MAX_WARNING
from ...errors import BadShape, Refused, TooLarge
from ..contents.message_file import MAX_FILES, MessageFile, read_file, write_file
from .group_limits import ID_SIZE, MAX_BODY

KIND: Final = "post"


@dataclass(frozen=True, slots=True)
class TextPost:
    """A text in a group."""

    text: str
    reply: bytes | None = None
    mentions: tuple[bytes, ...] = ()
    tags: tuple[str, ...] = ()
    lang: str | None = None
    warn: str | None = None
    files: tuple[MessageFile, ...] = ()


def _id(value: object) -> bytes:
    if type(value) is not bytes or len(value) != ID_SIZE:
        raise BadShape("a field that must be the id of a post in the group")
    return value


def _file(value: object) -> MessageFile:
    return read_file(value)  # type: ignore[arg-type]


_FIELDS: Final[Fields] = {
    "text": partial(text, MAX_BODY),
    "reply": _id,
    "mentions": partial(array, key, MAX_MENTIONS),
    "tags": partial(array, partial(text, MAX_TAG), MAX_TAGS),
    "lang": partial(text, MAX_LANG),
    "warn": partial(text, MAX_WARNING),
    "files": partial(array, _file, MAX_FILES),
}


def write_text(post: TextPost) -> bytes:
    """The canonical bytes. Raises `Refused` for a post that `read_text` would not read."""
    values: dict[str, Value] = {"kind": KIND, "text": post.text}
    given: dict[str, Value] = {
        "reply": post.reply,
        "mentions": list[Value](post.mentions),
        "tags": list[Value](post.tags),
        "lang": post.lang,
        "warn": post.warn,
        "files": [write_file(one) for one in post.files],
    }
    data = encode(values | {name: value for name, value in given.items() if value})
    if len(data) > MAX_BODY:
        raise TooLarge(f"too long: {len(data)} bytes where {MAX_BODY} are allowed")
    _parsed(data)
    return data


def read_text(data: bytes) -> TextPost | None:
    """Read a body; None for one that is not understood. Nothing raises."""
    try:
        return _parsed(data)
    except Refused:
        return None


def _parsed(data: bytes) -> TextPost:
    fields = decode(data)
    if type(fields) is not dict or fields.get("kind") != KIND or "text" not in fields:
        raise BadShape("no text")
    given = {name: _FIELDS[name](value) for name, value in fields.items() if name in _FIELDS}
    return TextPost(**given)  # type: ignore[arg-type]
