"""`filters.toml` in the home: read with every mistake told, and changed whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sayso_protocol.choice.faults import BadRules, Fault
from sayso_protocol.choice.rules import NO_RULES, Rules
from sayso_protocol.choice.rules_edit import NotEditable
from sayso_protocol.choice.rules_file import read_rules
from sayso_protocol.limits import MAX_FILTERS

from ..errors import NodeError
from ..home import Home
from .own_file import OwnFileError, locked, read_any, read_own, replace_own


class FiltersError(NodeError):
    """The file of rules cannot be used; `faults` are its mistakes, if it could be read."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


def load_rules(home: Home) -> Rules:
    """The rules of a home; none where there is no file. Raises `FiltersError`."""
    return _checked(home.filters, load_text(home)) if os.path.lexists(home.filters) else NO_RULES


def load_file(path: Path) -> Rules:
    """The rules of any file. Raises `FiltersError`."""
    return _checked(path, _read(read_any, path))


def load_text(home: Home) -> bytes:
    """The file as it is; empty where there is none. Raises `FiltersError`."""
    return _read(read_own, home.filters)


def change_rules(home: Home, change: Callable[[str, Rules], str]) -> Rules:
    """Let `change` make a new text of the file's and what it says, and write that.

    Two processes that change it at once come one after the other. Raises `FiltersError` and
    leaves the file alone where it has mistakes now, or would have them afterwards.
    """
    with locked(home):
        data = load_text(home)
        try:
            text = change(data.decode(), _checked(home.filters, data))
        except NotEditable as error:
            raise FiltersError(
                f"{home.filters} has its rules in one array: change it with an editor"
            ) from error
        except UnicodeDecodeError:
            return _checked(home.filters, data)
        rules = _checked_change(text)
        replace_own(home.filters, text.encode())
    return rules


def _checked(path: Path, data: bytes) -> Rules:
    try:
        return read_rules(data)
    except BadRules as error:
        count = len(error.faults)
        mistakes = "a mistake" if count == 1 else f"{count} mistakes"
        raise FiltersError(
            f"{path} has {mistakes}: {error} (mend it with an editor; `sayso filter list` tells "
            "them all, `sayso read --unfiltered` shows posts without rules)",
            error.faults,
        ) from error


def _checked_change(text: str) -> Rules:
    try:
        return read_rules(text.encode())
    except BadRules as error:
        said = "; ".join(fault.text for fault in error.faults)
        raise FiltersError(f"this makes no rule: {said}") from error


def _read(read: Callable[[Path, int], bytes], path: Path) -> bytes:
    try:
        return read(path, MAX_FILTERS)
    except OwnFileError as error:
        raise FiltersError(str(error)) from error
