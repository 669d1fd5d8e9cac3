"""Changing `hub.toml` as text, so that the owner's comments and layout stay.

Takes only text that `read_settings` takes. Whoever uses this reads the result again before it
counts.
"""

from __future__ import annotations

from ...toml.definitions import Definition, definitions
from ...toml.writer import NotEditable


def list_account(text: str, key: str, *, carry: bool) -> str:
    """A file that says whether an account, in text form, is carried. Raises `NotEditable` where it
    is listed in another form than a table of its own."""
    found = [one for one in definitions(text) if one.is_table and one.path == ("account", key)]
    wanted = f"carry = {str(carry).lower()}\n"
    if found:
        return _changed(text, found[0], wanted)
    if key in text and any(_names(one, key) for one in definitions(text)):
        raise NotEditable
    if text and not text.endswith("\n"):
        text += "\n"
    return f"{text}{chr(10) if text.strip() else ''}[account.{key}]\n{wanted}"


def _names(one: Definition, key: str) -> bool:
    """Whether a statement may speak of the account: a key with dots, or a table written inline."""
    return not one.is_table or key in one.path


def _changed(text: str, header: Definition, wanted: str) -> str:
    for one in definitions(text):
        if one.start < header.end:
            continue
        if one.is_table:
            break
        if one.path == ("carry",):
            return text[: one.start] + wanted + text[one.end :]
    head = text[: header.end]
    return (head if head.endswith("\n") else head + "\n") + wanted + text[header.end :]
