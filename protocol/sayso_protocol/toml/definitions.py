"""The places of things in a TOML file: `tomllib` reads values, and tells no lines.

For text that `tomllib` has read without fault; of other text only the last statement means
something, where it has no end. Source: toml.io/en/v1.0.0.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEY = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_STATEMENT = re.compile(
    rf"[ \t]*(?:(?P<many>\[\[)[ \t]*(?P<array>{_KEY})[ \t]*\]\]|\[[ \t]*(?P<table>{_KEY})[ \t]*\]"
    rf"|(?P<key>{_KEY})[ \t]*=)"
)
_REST = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<end>\n)"
    r"""|\#[^\n]*|[^"'\#\[\]{}\n]+""",
    re.DOTALL,
)
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


class Definition(NamedTuple):
    """A header (`is_table`) or a key with its value. `path` is as written, so that a key's does
    not have its table's. `start` and `end` are offsets: of its line, and behind its last one.
    Lines and columns count from 1."""

    is_table: bool
    path: tuple[str, ...]
    line: int
    column: int
    start: int
    end: int


def definitions(text: str) -> Iterator[Definition]:
    """All statements of a file, in order."""
    at, line = 0, 1
    while at < len(text):
        found = _STATEMENT.match(text, at)
        end = _end_of_line(text, found.end() if found else at)
        if found is not None:
            name = found["array"] or found["table"] or found["key"]
            column = found.start(found.lastgroup or 0) - at + 1 if found["key"] else 1
            yield Definition(found["key"] is None, _path(name), line, column, at, end)
        line += text.count("\n", at, end)
        at = end


def _end_of_line(text: str, at: int) -> int:
    """The end of the line that a value or comment is on, which may hold line ends itself."""
    depth = 0
    while at < len(text):
        found = _REST.match(text, at)
        if found is None:  # a text without end
            return len(text)
        at = found.end()
        match found.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth -= 1
            case "end" if depth <= 0:
                return at
    return at


def _path(name: str) -> tuple[str, ...]:
    if _BARE.fullmatch(name):
        return (name,)
    path: list[str] = []
    table: Any = tomllib.loads(f"{name} = 0")
    while isinstance(table, dict):
        [(part, table)] = table.items()
        path.append(part)
    return tuple(path)
