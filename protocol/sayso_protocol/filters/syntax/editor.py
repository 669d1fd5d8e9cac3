"""Changing `filters.toml` as text, so that the owner's comments and layout stay.

Takes only text that `read_rules` takes. Whoever uses this reads the result again before
it counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from ...toml.definitions import Definition, definitions
from ...toml.writer import NotEditable, Value, with_comments, written

RULE, LABELLER = "rule", "labeller"
"""Tables that a file has several of."""


def rule_text(fields: Mapping[str, Value], comment: str = "", *, table: str = RULE) -> str:
    """A rule, or another table, as it stands in a file."""
    lines = [f"# {line}" for line in comment.splitlines()] + [f"[[{table}]]"]
    lines += [f"{key} = {written(value)}" for key, value in fields.items()]
    return "\n".join(lines) + "\n"


def add_rule(text: str, rule: str, *, first: bool) -> str:
    """A file with one more rule: before all others, so that it comes before exceptions, or
    behind them. Raises `NotEditable`."""
    blocks = _blocks(text, RULE)
    if first and blocks:
        at = blocks[0][0]
        return text[:at] + rule + "\n" + text[at:]
    if text and not text.endswith("\n"):
        text += "\n"
    return text + ("\n" if text.strip() else "") + rule


def set_key(text: str, table: str, number: int, key: str, value: Value) -> str | None:
    """A file with another value of a key that one of its tables (counted from 1) has; None where
    the key is not there as one statement."""
    header, count = "", 0
    for one in definitions(text):
        if one.is_table:
            header = ".".join(one.path)
            count += header == table
        elif header == table and count == number and one.path == (key,):
            return text[: one.start] + f"{key} = {written(value)}\n" + text[one.end :]
    return None


def set_in_table(text: str, table: str, values: Mapping[str, Value]) -> str:
    """A file with these values of a table that it has once, at its end where it has none. Raises
    `NotEditable` where that is not written as ``[table]``."""
    for key, value in values.items():
        text = _set_in_table(text, table, key, f"{key} = {written(value)}\n")
    return text


def _set_in_table(text: str, table: str, key: str, line: str) -> str:
    header: Definition | None = None
    for one in definitions(text):
        if header is not None:
            if one.is_table:
                break
            if one.path == (key,):
                return text[: one.start] + line + text[one.end :]
        elif one.path == (table,) and one.is_table:
            header = one
        elif one.path[0] == table:
            raise NotEditable
    if header is None:
        return _with_end(text) + ("\n" if text.strip() else "") + f"[{table}]\n{line}"
    return _with_end(text[: header.end]) + line + text[header.end :]


def _with_end(text: str) -> str:
    return text + "\n" if text and not text.endswith("\n") else text


def remove_rules(text: str, numbers: Collection[int], *, table: str = RULE) -> str:
    """A file without some rules (counted from 1), or other tables, and the comments right above
    them. Raises `NotEditable`."""
    kept, at = list[str](), 0
    for number, (start, end) in enumerate(_blocks(text, table), 1):
        if number in numbers:
            kept.append(text[at:start])
            at = end
    return "".join([*kept, text[at:]])


def _blocks(text: str, table: str) -> list[tuple[int, int]]:
    """The beginning of each table, with the comments right above it, and that of the next thing."""
    starts, edges = list[int](), list[int]()
    for one in definitions(text):
        if one.path == (table,) and not one.is_table:
            raise NotEditable
        if one.is_table and (one.path[0] != table or len(one.path) == 1):
            edges.append(with_comments(text, one.start))
            if one.path == (table,):
                starts.append(edges[-1])
    ends = dict(pairwise([*edges, len(text)]))
    return [(start, ends[start]) for start in starts]


def add_list(text: str, name: str, accounts: Sequence[str]) -> str:
    """A file with one more list of accounts, behind everything. Raises `NotEditable` where all
    lists stand in one statement."""
    for one in definitions(text):
        if one.is_table:
            break
        if one.path == ("lists",):
            raise NotEditable
    if text and not text.endswith("\n"):
        text += "\n"
    table = f"[lists.{_key(name)}]\naccounts = {_lines(accounts)}\n"
    return text + ("\n" if text.strip() else "") + table


def set_list(text: str, name: str, accounts: Sequence[str]) -> str:
    """A file in which a list holds these accounts, and no others. Raises `NotEditable` where it is
    not written as a table of its own."""
    header, wanted = _header(text, name), f"accounts = {_lines(accounts)}\n"
    for one in definitions(text):
        if one.start < header.end:
            continue
        if one.is_table:
            break
        if one.path == ("accounts",):
            return text[: one.start] + wanted + text[one.end :]
    head = text[: header.end]
    return (head if head.endswith("\n") else head + "\n") + wanted + text[header.end :]


def rename_list(text: str, name: str, new: str) -> str:
    """A file with another name of a list; rules that name it keep the old one. Raises
    `NotEditable`."""
    header = _header(text, name)
    return f"{text[: header.start]}[lists.{_key(new)}]\n{text[header.end :]}"


def remove_list(text: str, name: str) -> str:
    """A file without a list and the comments right above it. Raises `NotEditable`."""
    header = _header(text, name)
    later = [
        with_comments(text, one.start)
        for one in definitions(text)
        if one.is_table and one.start > header.start
    ]
    return text[: with_comments(text, header.start)] + text[min(later, default=len(text)) :]


def _header(text: str, name: str) -> Definition:
    for one in definitions(text):
        if one.is_table and one.path == ("lists", name):
            return one
    raise NotEditable


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else written(name)


def _lines(accounts: Sequence[str]) -> str:
    if not accounts:
        return "[]"
    return "[\n" + "".join(f"    {written(one)},\n" for one in accounts) + "]"
