"""Asking a person before something that cannot be taken back."""

from __future__ import annotations

import sys

from ..errors import Failure


def can_ask() -> bool:
    """Whether a person sees what is printed and can answer a question."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


def confirm(question: str) -> None:
    """Ask on a terminal; where there is none, whoever called has decided. Raises `Failure`
    for any answer but yes."""
    if sys.stdin is None or not sys.stdin.isatty():
        return
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Failure("nothing was done", "declined")
