"""What the fields of each kind of body must be: section 6 of docs/protocol.md as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from ..errors import BadShape, TooLarge
from ..feed.entry import check_time
from ..limits import (
    MAX_ABOUT,
    MAX_BIO,
    MAX_BODY,
    MAX_DEVICE,
    MAX_EXPRESSION,
    MAX_LABEL,
    MAX_LABELLED_ACCOUNTS,
    MAX_LABELLED_ENTRIES,
    MAX_LANG,
    MAX_MENTIONS,
    MAX_NAME,
    MAX_ORIGIN,
    MAX_REACTION,
    MAX_TAG,
    MAX_TAGS,
    MAX_VIEW,
    MAX_WARNING,
)
from .reference import read_key, read_reference

Rule = Callable[[object], object]
"""Takes the value of a field as decoded, gives it as a body has it; raises `Refused`."""

_Item = TypeVar("_Item")


def _text(limit: int, value: object, *, least: int = 0) -> str:
    if type(value) is not str:
        raise BadShape("a field that must be text")
    if len(value.encode()) > limit:
        raise TooLarge("a text longer than its limit")
    if len(value) < least:
        raise BadShape("an empty text")
    if "\0" in value:  # ends a text early in C, SQLite included
        raise BadShape("a text with a NUL")
    return value


def _array(rule: Callable[[object], _Item], most: int, value: object) -> tuple[_Item, ...]:
    if type(value) is not list or not 0 < len(value) <= most:
        raise BadShape("a field that must be a short array")
    return tuple(rule(item) for item in value)


def _bytes(value: object) -> bytes:
    if type(value) is not bytes:
        raise BadShape("a field that must be bytes")
    return value


def _true(value: object) -> bool:
    if value is not True:
        raise BadShape("a field that is true or left out")
    return True


RULES: Mapping[str, Mapping[str, Rule]] = {
    "open": {"grant": _bytes, "device": partial(_text, MAX_DEVICE)},
    "post": {
        "text": partial(_text, MAX_BODY),
        "reply": read_reference,
        "root": read_reference,
        "quote": read_reference,
        "mentions": partial(_array, read_key, MAX_MENTIONS),
        "tags": partial(_array, partial(_text, MAX_TAG), MAX_TAGS),
        "lang": partial(_text, MAX_LANG),
        "warn": partial(_text, MAX_WARNING),
        "written": check_time,
        "origin": partial(_text, MAX_ORIGIN),
        "reply_origin": partial(_text, MAX_ORIGIN),
    },
    "react": {"on": read_reference, "emoji": partial(_text, MAX_REACTION, least=1)},
    "repost": {"of": read_reference},
    "profile": {"name": partial(_text, MAX_NAME), "bio": partial(_text, MAX_BIO)},
    "follow": {"account": read_key},
    "unfollow": {"account": read_key},
    "label": {
        "name": partial(_text, MAX_LABEL, least=1),
        "entries": partial(_array, read_reference, MAX_LABELLED_ENTRIES),
        "accounts": partial(_array, read_key, MAX_LABELLED_ACCOUNTS),
        "off": _true,
    },
    "view": {
        "name": partial(_text, MAX_VIEW, least=1),
        "expression": partial(_text, MAX_EXPRESSION, least=1),
        "about": partial(_text, MAX_ABOUT),
    },
}
"""By kind and field. Which fields a kind needs, its record in body.py says."""
