"""`filters.toml` in the home: read with every mistake told, and changed whole or not at all."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sayso_protocol.choice.faults import BadRules, Fault
from sayso_protocol.choice.rules import NO_RULES, Rules
from sayso_protocol.choice.rules_edit import NotEditable
from sayso_protocol.choice.rules_file import read_rules
from sayso_protocol.limits import MAX_FILTERS

from ..errors import NodeError
from ..files import new_file
from ..home import FILE_MODE, Home


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
    return _checked(path, _read(path, follow=True))


def load_text(home: Home) -> bytes:
    """The file as it is; empty where there is none. Raises `FiltersError`."""
    return _read(home.filters, follow=False) if os.path.lexists(home.filters) else b""


def change_rules(home: Home, change: Callable[[str, Rules], str]) -> Rules:
    """Let `change` make a new text of the file's and what it says, and write that.

    Two processes that change it at once come one after the other. Raises `FiltersError` and
    leaves the file alone where it has mistakes now, or would have them afterwards.
    """
    with _locked(home):
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
        with new_file(home.filters, mode=FILE_MODE, replace=True) as file:
            file.write(text.encode())
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


def _read(path: Path, *, follow: bool) -> bytes:
    # Without waiting: what lies there might be a pipe.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise FiltersError(f"{path} is no plain file: put one in its place")
            if not follow and mode & 0o022:
                raise FiltersError(f"others can change {path}: make it private with chmod 600")
            return file.read(MAX_FILTERS + 1)
    except OSError as error:
        raise FiltersError(f"cannot read {path}: {error.strerror}") from error


@contextmanager
def _locked(home: Home) -> Iterator[None]:
    home.prepare()
    descriptor = os.open(home.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
