"""The output of a command: lines for people, or records for programs, never both.

Foreign text gets to people only through `layout` and `foreign_text`, to programs only
inside JSON strings.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from select import select
from typing import Any, TextIO

Progress = Callable[[int], None]

MAX_LOST = 1000
"""Characters kept of what cannot be written."""

MAX_WIDTH = 100
"""Columns of text at the most: longer lines are hard to read."""


class OutputError(OSError):
    """Stdout takes nothing more: a full disk, a reader that has left."""


class Output:
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
        _prepare(sys.stdout, "utf-8" if json else None)
        _prepare(sys.stderr, None)

    def record(self, fields: Mapping[str, Any]) -> None:
        """Print one object, for programs."""
        if self.json:
            self._write(json_text(fields))

    def line(self, *parts: str) -> None:
        """Print our own and foreign words side by side, for people."""
        if not self.json:
            self._write(safe_line(*parts))

    def indented(self, *parts: str) -> None:
        """Print a line that belongs to the one above, for people."""
        if not self.json:
            self._write(f"  {safe_line(*parts)}")

    def heading(self, strong: str, *faint: str) -> None:
        """Print a line whose first part stands out, for people."""
        if self.json:
            return
        if not self._stream.isatty():
            self.line(strong, *faint)
            return
        from .layout import line
        from .style import Style

        style = Style.of(self._stream)
        self._write(line(style.bold(strong), *map(style.dim, faint)))

    def paragraph(self, text: str, prefix: str = "  ") -> None:
        """Print foreign text of many lines, each behind a prefix of ours, for people."""
        if not self.json:
            from .layout import paragraph
            from .style import width_of

            width = width_of(self._stream)
            limit = None if width is None else min(width, MAX_WIDTH)
            self._write(paragraph(text, limit, prefix))

    def advice(self, act: str, command: str) -> str:
        """What to do for `act`: here the words that name a command; a face with keys names one."""
        return command

    def art(self, lines: Sequence[str]) -> None:
        """Print a drawing of our own, as it is, for people."""
        if not self.json:
            self._write("\n".join(lines))

    @property
    def has_colours(self) -> bool:
        """Whether colours may be used: on a terminal whose owner has not declined them."""
        from .style import Style

        return Style.of(self._stream).enabled

    def note(self, *parts: str) -> None:
        """Tell people something beside the result, on stderr."""
        if not self.json:
            self.flush()
            with suppress(OSError):
                sys.stderr.write(safe_line(*parts) + "\n")

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

    @property
    def _stream(self) -> TextIO:
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
        self._waiting = (self._waiting + text + "\n")[-MAX_LOST:]
        if self.error is None:
            try:
                self._stream.write(text + "\n")
            except OSError as error:
                self._fail(error)
        else:
            self.lost = (self.lost + text + "\n")[-MAX_LOST:]

    def _fail(self, error: OSError) -> None:
        self.error, self.lost = error, self._waiting
        drop_output()
        if self.acts:
            return
        if isinstance(error, BrokenPipeError):
            raise error
        raise OutputError(error.errno, error.strerror) from error

    @contextmanager
    def progress(self, what: str, total: int | None, *, unit: str = "") -> Iterator[Progress]:
        """Show how far long work is, on stderr where that is a terminal."""
        if not sys.stderr.isatty():
            yield lambda _: None
            return
        from tqdm import tqdm  # type: ignore[import-untyped]

        with tqdm(total=total, desc=what, unit=unit, unit_scale=True, leave=False) as bar:
            yield lambda done: void(bar.update(done))


def drop_output() -> None:
    """Keep the interpreter from failing again when it flushes stdout at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass


def void(_: object) -> None:
    """Take a value and give nothing."""


def safe_line(*parts: str) -> str:
    """Parts as one line that is safe to print.

    Plain ASCII is what `layout.line` would give back as it is; loading its tables for that
    would cost each command more than all else it does.
    """
    if all(part.isascii() and part.isprintable() for part in parts):
        return "  ".join(filter(None, parts))
    from .layout import line

    return line(*parts)


def json_text(fields: Mapping[str, Any]) -> str:
    """One object on one line, UTF-8.

    What could act on a terminal, end a line or not be encoded is written as ``\\uXXXX``,
    which means the same in JSON.
    """
    import json
    import re

    text = json.dumps(fields, ensure_ascii=False)
    if text.isascii() and text.isprintable():
        return text
    unsafe = "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
    return re.sub(unsafe, lambda found: f"\\u{ord(found[0]):04x}", text)


def _prepare(stream: TextIO, encoding: str | None) -> None:
    """Make a stream take any text: what its encoding lacks is written as an escape."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace", **({"encoding": encoding} if encoding else {}))
