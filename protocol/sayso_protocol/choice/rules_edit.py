"""Changing `filters.toml` as text, so that the owner's comments and layout stay.

Takes only text that `read_rules` takes. Whoever uses this reads the result again before
it counts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from itertools import pairwise

from .toml_places import statements

Value = str | int | bool | list[str]
"""What a key of a rule is given; a text that is no text in TOML, as a time, is a `Bare`."""


class Bare(str):
    """A value that is written without quotes: a date or a time."""

    __slots__ = ()


class NotEditable(Exception):
    """A file whose rules are not written as ``[[rule]]``."""


def rule_text(fields: Mapping[str, Value], comment: str = "") -> str:
    """A rule as it stands in a file."""
    lines = [f"# {line}" for line in comment.splitlines()] + ["[[rule]]"]
    lines += [f"{key} = {written(value)}" for key, value in fields.items()]
    return "\n".join(lines) + "\n"


def add_rule(text: str, rule: str, *, first: bool) -> str:
    """A file with one more rule: before all others, so that it comes before exceptions, or
    behind them. Raises `NotEditable`."""
    blocks = _blocks(text)
    if first and blocks:
        at = blocks[0][0]
        return text[:at] + rule + "\n" + text[at:]
    if text and not text.endswith("\n"):
        text += "\n"
    return text + ("\n" if text.strip() else "") + rule


def remove_rules(text: str, numbers: Collection[int]) -> str:
    """A file without some rules (counted from 1) and the comments right above them. Raises
    `NotEditable`."""
    kept, at = list[str](), 0
    for number, (start, end) in enumerate(_blocks(text), 1):
        if number in numbers:
            kept.append(text[at:start])
            at = end
    return "".join([*kept, text[at:]])


def _blocks(text: str) -> list[tuple[int, int]]:
    """Where each rule begins, with the comments right above it, and where the next thing does."""
    starts, edges = list[int](), list[int]()
    for one in statements(text):
        if one.path == ("rule",) and not one.is_table:
            raise NotEditable
        if one.is_table and (one.path[0] != "rule" or len(one.path) == 1):
            edges.append(with_comments(text, one.start))
            if one.path == ("rule",):
                starts.append(edges[-1])
    ends = dict(pairwise([*edges, len(text)]))
    return [(start, ends[start]) for start in starts]


def with_comments(text: str, start: int) -> int:
    """Where the comments begin that stand right above a place in a file, or that place."""
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
    if isinstance(value, Bare):
        return str(value)
    if isinstance(value, str):
        # JSON escapes what TOML's basic strings must, but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower()
