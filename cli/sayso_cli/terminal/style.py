"""The terminal as far as it is known, and the decoration that is our own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from sayso_node.text.sanitize import foreign_line

from .own_text import OwnText

RESET = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Style:
    """Colour and weight, or nothing at all where they are not wanted."""

    enabled: bool = False

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str] = os.environ) -> Style:
        """Return the style for a stream: plain unless a person looks and has not declined.

        https://no-color.org: any value of NO_COLOR but the empty one declines, whatever else is
        set. https://bixense.com/clicolors: CLICOLOR_FORCE asks for colour where no terminal is.
        """
        if environ.get("NO_COLOR", ""):
            return cls()
        if environ.get("CLICOLOR_FORCE", "") not in ("", "0"):
            return cls(enabled=True)
        return cls(enabled=stream.isatty() and environ.get("TERM") != "dumb")

    def bold(self, text: str) -> OwnText:
        """Return what a line is about."""
        return self._in("1", text)

    def dim(self, text: str) -> OwnText:
        """Return what is there for completeness: ids, times."""
        return self._in("2", text)

    def good(self, text: str) -> OwnText:
        """Return news that all is well, in green."""
        return self._in("32", text)

    def warning(self, text: str) -> OwnText:
        """Return what deserves a look, in yellow."""
        return self._in("33", text)

    def bad(self, text: str) -> OwnText:
        """Return what went wrong, in red."""
        return self._in("31", text)

    def name(self, text: str) -> OwnText:
        """Return the name of somebody whom the owner named, in bold cyan."""
        return self._in("1;36", text)

    def _in(self, code: str, text: str) -> OwnText:
        """Return cleaned text between our own escape sequences."""
        shown = foreign_line(text)
        return OwnText(f"\x1b[{code}m{shown}{RESET}" if self.enabled and shown else shown)


def width_of(stream: TextIO) -> int | None:
    """Return the columns of the terminal behind a stream; None where there is none.

    Honours COLUMNS, as `shutil.get_terminal_size` does.
    """
    return shutil.get_terminal_size().columns if stream.isatty() else None
