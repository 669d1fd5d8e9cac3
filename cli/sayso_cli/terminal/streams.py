"""Stdout and stderr as a command finds them."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from .safe_text import safe_line

USUAL_WIDTH = 80
"""Columns where a terminal does not say how many it has."""


def drop_output() -> None:
    """Keep the interpreter from failing again when it flushes stdout at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal; one that was closed is none."""
    try:
        return stream.isatty()
    except ValueError:
        return False  # it was closed


def prepare(stream: TextIO, encoding: str | None) -> None:
    """Make a stream take any text: what its encoding lacks is written as an escape."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace", **({"encoding": encoding} if encoding else {}))


def noted(*parts: str) -> str:
    """Parts as they are said on stderr, in lines that fit where that is a terminal."""
    if not is_terminal(sys.stderr):
        return safe_line(*parts) + "\n"
    from .layout import flowed
    from .style import width_of

    return "\n".join(flowed(parts, width_of(sys.stderr) or USUAL_WIDTH, rest="")) + "\n"


def terminal_width() -> int | None:
    """How many columns stdout has, where it is a terminal."""
    if not is_terminal(sys.stdout):
        return None
    from .style import width_of

    return width_of(sys.stdout)


def to_terminal(text: str) -> str:
    """A text of ours for stdout: no line is wider than the terminal, where that is one."""
    width = terminal_width()
    if width is None or max(map(len, text.split("\n"))) <= width:
        return text
    from .layout import fitted

    return fitted(text, width)
