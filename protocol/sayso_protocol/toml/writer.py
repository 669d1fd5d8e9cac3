"""Tables written into an owner's file, its comments kept."""

from __future__ import annotations

import json
import re

Value = str | int | bool | list[str] | dict[str, str]
"""What a key of a table is given; a text that is no text in TOML, as a time, is a `Bare`."""

_BARE_KEY = re.compile("[A-Za-z0-9_-]+")


class Bare(str):
    """A value that is written without quotes: a date or a time."""

    __slots__ = ()


class NotEditable(Exception):
    """A file whose rules or labellers are not written as ``[[rule]]``."""


def with_comments(text: str, start: int) -> int:
    """The beginning of the comments that stand right above a place in a file, or that place."""
    while start:
        line = text.rfind("\n", 0, start - 1) + 1
        if not text[line:start].lstrip().startswith("#"):
            return start
        start = line
    return 0


def written(value: Value) -> str:
    """A value as TOML."""
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, dict):
        pairs = (f"{_key(key)} = {written(one)}" for key, one in value.items())
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    if isinstance(value, Bare):
        return str(value)
    if isinstance(value, str):
        # JSON escapes what TOML's basic strings must, but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower()


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else written(name)
