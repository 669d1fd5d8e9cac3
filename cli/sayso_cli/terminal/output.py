"""The output of a command: lines for people, or records for programs, never both.

Foreign text gets to people only through `layout` and `sanitize`, to programs only inside JSON
strings. At a terminal no line is wider than it is, and a long answer goes through a pager.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from select import select
from typing import TYPE_CHECKING, Any, TextIO

from .safe_text import json_text, safe_line
from .streams import drop_output, is_terminal, noted, prepare

if TYPE_CHECKING:
    from sayso_storage.interface.blobs import Blobs

    from .column import Column
    from .pager import Pager
    from .picture.drawing import PictureDrawing
    from .style import Style
    from .table import Cells

Progress = Callable[[int], None]

MAX_LOST = 1000
"""Characters kept of what cannot be written."""

MAX_WIDTH = 100
"""Columns of text at the most: longer lines are hard to read."""

MAX_PICTURE = (60, 16)
"""Columns and rows of a picture: it is seen beside its post, and no screen is filled with it."""

INDENT = "  "

LABEL_WIDTH = 10
"""Columns of what stands before the words of a `field`."""

UNASKED = -1
"""In place of a width: the terminal was not asked."""


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
        self._style: Style | None = None
        self._width: int | None = UNASKED
        self._branch = ("", "")
        self._pager: Pager | None = None
        self._wants_pager = False
        self._pictures: PictureDrawing | None = None
        self._notes: list[str] = []
        """What is said once the pager has left the terminal."""
        prepare(sys.stdout, "utf-8" if json else None)
        prepare(sys.stderr, None)

    def record(self, fields: Mapping[str, Any]) -> None:
        """Print one object, for programs."""
        if self.json:
            self._write(json_text(fields))

    def line(self, *parts: str) -> None:
        """Print our own and foreign words side by side, for people."""
        self._put(parts)

    def indented(self, *parts: str) -> None:
        """Print a line that belongs to the one above, for people."""
        self._put(parts, INDENT, INDENT * 2)

    def heading(self, strong: str, *faint: str) -> None:
        """Print a line whose first part stands out, for people."""
        if self.json:
            return
        if not self.has_colours:
            self._put((strong, *faint))
            return
        style = self.style
        self._put((style.bold(strong), *map(style.dim, faint)))

    def field(self, label: str, *parts: str) -> None:
        """Print what something is called, and what it is, in two columns, for people."""
        if not self.json:
            rest = " " * (LABEL_WIDTH + len(INDENT))
            self._put(parts, f"{self.style.dim(label.ljust(LABEL_WIDTH))}{INDENT}", rest)

    def table(
        self,
        rows: Sequence[Cells],
        form: Sequence[Column],
        by: str = "",
        widths_of: Sequence[Cells] = (),
    ) -> None:
        """Print rows of cells, `by` before each, for people; see `table_lines`."""
        if self.json or not rows:
            return
        from .table import table_lines

        for text in table_lines(rows, form, self.width, self._margin(by), widths_of):
            self._write(text)

    def paragraph(self, text: str, prefix: str = "  ") -> None:
        """Print foreign text of many lines, each behind a prefix of ours, for people."""
        if not self.json:
            from .layout import paragraph, seen_columns

            prefix = self._margin(prefix)
            limit = (
                None if self.width is None else min(self.width, MAX_WIDTH + seen_columns(prefix))
            )
            self._write(paragraph(text, limit, prefix))

    def advice(self, act: str, command: str) -> str:
        """What to do for `act`: here the words that name a command; a face with keys names one."""
        return command

    def art(self, lines: Sequence[str], prefix: str = "") -> None:
        """Print a drawing of our own, as it is, for people."""
        if not self.json:
            for each in lines:
                self._write(self._margin(prefix) + each)

    @contextmanager
    def within(self, first: str, rest: str) -> Iterator[None]:
        """Print what comes in the branch of a tree: `first`, of ours, stands before its first line
        and `rest` before each other one."""
        self._branch = (first, rest)
        try:
            yield
        finally:
            self._branch = ("", "")

    def _put(self, parts: Sequence[str], first: str = "", rest: str = "    ") -> None:
        if self.json:
            return
        first = self._margin(first)
        rest = self._branch[1] + rest
        width = self.width
        plain = all(part.isascii() and part.isprintable() for part in parts)
        text = f"{first}{'  '.join(filter(None, parts))}" if plain else ""
        if width is None or (plain and len(text) <= width):
            self._write((text if plain else first + safe_line(*parts)).rstrip(" "))
            return
        from .layout import flowed

        for row in flowed(parts, width, first, rest):
            self._write(row.rstrip(" "))

    def _margin(self, own: str) -> str:
        """What stands before the next line: of the branch that it is in, and its `own`."""
        first, rest = self._branch
        self._branch = (rest, rest)
        return first + own

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

    def draw_pictures(self, blobs: Blobs) -> None:
        """Draw what is held of `blobs` and printed by `picture`, if a person looks at colours."""
        if self.json or not (is_terminal(sys.stdout) and self.has_colours):
            return
        from .picture.drawing import PictureDrawing

        self._pictures = PictureDrawing(blobs, self.is_paged)

    def picture(self, cid: bytes, media_type: str, prefix: str = INDENT) -> None:
        """Draw a picture that is held, for people whose terminal can show it."""
        if self._pictures is None:
            return
        from .picture.drawing import DRAWN

        if media_type not in DRAWN:
            return
        room = (self.width or 0) - len(self._branch[1]) - len(prefix)
        lines = self._pictures.lines(cid, min(room, MAX_PICTURE[0]), MAX_PICTURE[1])
        if lines is not None:
            self.art(lines, prefix)

    def end_page(self) -> None:
        """Wait until the person has seen enough, and say what was to be said meanwhile."""
        self._wants_pager = False
        if self._pictures is not None:
            self._pictures.close()
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

        from .waiting import AT_ONCE

        with tqdm(
            total=total, desc=what, unit=unit, unit_scale=True, leave=False, delay=AT_ONCE
        ) as bar:
            yield lambda done: _void(bar.update(done))


def _void(_: object) -> None:
    """Take a value and give nothing."""
