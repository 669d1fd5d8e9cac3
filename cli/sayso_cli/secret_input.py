"""Secrets and lines that a person names by a file, so that they stand in no command line."""

from __future__ import annotations

import sys
from pathlib import Path

from .errors import Failure

STDIN = "-"


def first_line(named: str, what: str, limit: int) -> bytes:
    """The first line of a file. Raises `Failure` where there is none."""
    lines = _read(named, what, limit).splitlines()[:1]
    if not lines or not lines[0]:
        raise Failure(f"there is no {what} in {named}: its first line is empty")
    return lines[0]


def whole_text(named: str, what: str, limit: int, prompt: str) -> str:
    """A short text in a file, or on standard input where it is named ``-``. Raises
    `Failure`."""
    data = _from_input(what, limit, prompt) if named == STDIN else _read(named, what, limit)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Failure(f"the {what} is not valid UTF-8: write it as plain text") from error


def _read(named: str, what: str, limit: int) -> bytes:
    if named == STDIN:
        return _first_line_of_input(what, limit)
    try:
        with Path(named).expanduser().open("rb") as file:
            return file.read(limit)
    except OSError as error:
        raise Failure(f"cannot read the {what} in {named}: {error.strerror}") from error


def _first_line_of_input(what: str, limit: int) -> bytes:
    """So that the rest is left for whoever reads on."""
    if sys.stdin is None or sys.stdin.isatty():
        raise Failure(f"the {what} is not read from a terminal: name a file with it")
    return sys.stdin.buffer.readline(limit)


def _from_input(what: str, limit: int, prompt: str) -> bytes:
    if sys.stdin is None:
        raise Failure(f"there is no standard input: name a file with the {what}")
    if sys.stdin.isatty():
        sys.stderr.write(prompt + "; Ctrl-D on an empty line ends it.\n")
        sys.stderr.flush()
    return sys.stdin.buffer.read(limit)
