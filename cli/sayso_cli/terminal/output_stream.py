"""The streams of a command: who looks at them, a pager before them, and what if they fail."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from select import select
from typing import TYPE_CHECKING, TextIO

from .streams import drop_output, is_terminal, noted, prepare

if TYPE_CHECKING:
    from .pager import Pager
    from .style import Style

Progress = Callable[[int], None]

MAX_LOST = 1000
"""Characters kept of what cannot be written."""

UNASKED = -1
"""In place of a width: the terminal was not asked."""


class OutputError(OSError):
    """Stdout takes nothing more: a full disk, a reader that has left."""


class OutputStream:
    """Stdout and stderr of one command. `json` says whom it is for.

    Of a command that `acts`, what it does is done whether or not its answer can be written: so it
    goes on where that fails, and afterwards `error` and `lost` tell of it. Of others the answer is
    all: they end with `OutputError`, or `BrokenPipeError` where the reader has left. `is_missing`
    where there never was a stdout.
    """

    def __init__(self, *, json: bool, acts: bool = False, is_missing: bool = False) -> None:
        self.json = json
        self.error: OSError | None = None
        self.lost = ""
        """The end of what could not be written."""
        self.acts = acts
        self._is_missing = is_missing
        self._waiting = ""
        """The end of what was not flushed yet."""
        self._to_stderr = False
        self._style: Style | None = None
        self._width: int | None = UNASKED
        self._pager: Pager | None = None
        self._wants_pager = False
        self._notes: list[str] = []
        """What is said once the pager has left the terminal."""
        prepare(sys.stdout, "utf-8" if json else None)
        prepare(sys.stderr, None)

    @property
    def has_colours(self) -> bool:
        """Whether colours may be used: on a terminal whose owner has not declined them."""
        return self.style.enabled

    @property
    def style(self) -> Style:
        """How our own words are decorated."""
        if self._style is None:
            from .style import Style

            self._style = Style() if self.json else Style.of(self._stream)
        return self._style

    @property
    def width(self) -> int | None:
        """Columns of the terminal; None where there is none, and lines are as long as they are."""
        if self._width is UNASKED:
            from .style import width_of

            self._width = width_of(self._stream)
        return self._width

    @property
    def is_paged(self) -> bool:
        """Whether what is printed goes through a pager."""
        return self._pager is not None or self._wants_pager

    def page(self) -> None:
        """Let a pager show what comes, if a person looks at it and wants one."""
        if self.json or self._to_stderr or not is_terminal(sys.stdout):
            return
        from .pager import pager_words

        if pager_words() is not None:
            _ = self.style, self.width  # those of the terminal
            self._wants_pager = True

    def end_page(self) -> None:
        """Wait until the person has seen enough, and say what was to be said meanwhile."""
        self._wants_pager = False
        pager, self._pager = self._pager, None
        if pager is not None:
            pager.close()
        notes, self._notes = self._notes, []
        for text in notes:
            with suppress(OSError):
                sys.stderr.write(text)

    def note(self, *parts: str) -> None:
        """Tell people something beside the result, on stderr."""
        if self.json:
            return
        self.flush()
        text = noted(*parts)
        if self._pager is not None:
            self._notes.append(text)
            return
        with suppress(OSError):
            sys.stderr.write(text)

    def has_room(self) -> bool:
        """True where a line or two can be written now without waiting for whoever reads.

        A pipe that is ready takes `PIPE_BUF` bytes at least (POSIX, pipe(7)).
        """
        try:
            return bool(select([], [sys.stdout.fileno()], [], 0)[1])
        except (OSError, ValueError):
            return True  # not a file of the system's, or closed: writing will tell

    def make_room(self) -> None:
        """Leave stdout to something else: what is said goes to stderr from now on."""
        self._to_stderr = True
        self._style, self._width = None, UNASKED

    @property
    def _stream(self) -> TextIO:
        if self._pager is not None:
            return self._pager.stream
        return sys.stderr if self._to_stderr else sys.stdout

    def flush(self) -> None:
        """Hand everything to the system now."""
        if self.error is None:
            try:
                self._stream.flush()
            except OSError as error:
                self._fail(error)
        self._waiting = ""

    def deliver(self) -> None:
        """Hand everything to the system now, and raise `OutputError` where it cannot be written,
        also of a command that acts: before something that is in vain if nobody has read it."""
        self.flush()
        if self.error is not None:
            raise OutputError(self.error.errno, self.error.strerror)
        if self._is_missing:
            raise OutputError(errno.EBADF, os.strerror(errno.EBADF))

    def _write(self, text: str) -> None:
        if self._wants_pager:
            from .pager import Pager

            self._wants_pager = False
            self.flush()
            self._pager = Pager.start()
        self._waiting = (self._waiting + text + "\n")[-MAX_LOST:]
        if self.error is None:
            try:
                self._stream.write(text + "\n")
            except OSError as error:
                self._fail(error)
        else:
            self.lost = (self.lost + text + "\n")[-MAX_LOST:]

    def _fail(self, error: OSError) -> None:
        if self._pager is not None and isinstance(error, BrokenPipeError):
            raise error  # the person has seen enough
        self.error, self.lost = error, self._waiting
        drop_output()
        if self.acts:
            return
        if isinstance(error, BrokenPipeError):
            raise error
        raise OutputError(error.errno, error.strerror) from error

    @contextmanager
    def progress(self, what: str, total: int | None, *, unit: str = "") -> Iterator[Progress]:
        """Show how far long work is, how fast, and how long it takes yet, on stderr where that is a
        terminal; nothing of work that is done at once."""
        if not sys.stderr.isatty():
            yield lambda _: None
            return
        from tqdm import tqdm  # type: ignore[import-untyped]

        from .wait_notice import AT_ONCE

        with tqdm(
            total=total, desc=what, unit=unit, unit_scale=True, leave=False, delay=AT_ONCE
        ) as bar:
            yield lambda done: _void(bar.update(done))


def _void(_: object) -> None:
    """Take a value and give nothing."""
