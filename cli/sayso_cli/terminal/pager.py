"""A pager for long answers at a terminal, as git has it.

`SAYSO_PAGER`, else `PAGER`, else less; no shell reads them. Where the terminal can do little, or
there is no pager, nothing comes between.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType
from typing import Any, Final, TextIO, cast

PAGER: Final = "SAYSO_PAGER"

_SETTINGS: Final = {"LESS": "FRX", "LESSCHARSET": "utf-8", "LESSSECURE": "1", "LV": "-c"}
"""Set where they are not: leave at once where all fits, let colours through, and leave it on the
screen; no shell, no editor and no files from within the pager."""

Handler = Any


def pager_words(environ: Mapping[str, str] = os.environ) -> list[str] | None:
    """The command line of the pager; None where none is wanted or there."""
    if environ.get("TERM", "dumb") == "dumb":
        return None
    named = environ.get(PAGER, environ.get("PAGER", "less"))
    try:
        words = shlex.split(named)
    except ValueError:  # a quotation mark without its other one
        return None
    if not words or words == ["cat"] or shutil.which(words[0]) is None:
        return None
    return words


class Pager:
    """A pager at work. What is written into `stream` is shown; that raises `BrokenPipeError` once
    the person has left it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.stream = cast(TextIO, process.stdin)
        # Ctrl-C is the pager's meanwhile: it ends a search there, and not this command.
        self._before: Handler = signal.signal(signal.SIGINT, _ignore)

    @classmethod
    def start(cls) -> Pager | None:
        """Start the pager; None where it cannot be started."""
        words = pager_words()
        if words is None:
            return None
        settings = {name: value for name, value in _SETTINGS.items() if name not in os.environ}
        try:
            process = subprocess.Popen(  # noqa: S603 - what its owner chose, and no shell
                words,
                stdin=subprocess.PIPE,
                env=os.environ | settings,
                encoding="utf-8",
                errors="backslashreplace",
            )
        except OSError:
            return None
        return cls(process)

    def close(self) -> None:
        """Say that this was all, and wait until the person leaves the pager."""
        with suppress(OSError):  # it has ended already
            self.stream.close()
        self._process.wait()
        signal.signal(signal.SIGINT, self._before)


def _ignore(_signal: int, _frame: FrameType | None) -> None:
    """Do nothing. Unlike `SIG_IGN` a program that is started does not inherit it."""
