"""The output of a command: lines for people, or records for programs, never both.

Foreign text gets to people only through `layout` and `sanitize`, to programs only inside JSON
strings. At a terminal no line is wider than it is, and a long answer goes through a pager.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .output_stream import OutputStream
from .safe_text import json_text, safe_line
from .streams import is_terminal

if TYPE_CHECKING:
    from sayso_storage.interface.blobs import Blobs

    from .column import Column
    from .picture.painter import PicturePainter
    from .table import Cells

MAX_WIDTH = 100
"""Columns of text at the most: longer lines are hard to read."""

MAX_PICTURE = (60, 16)
"""Columns and rows of a picture: it is seen beside its post, and no screen is filled with it."""

INDENT = "  "

LABEL_WIDTH = 10
"""Columns of what stands before the words of a `field`."""


class Output(OutputStream):
    """Stdout and stderr of one command, as lines or records; see `OutputStream`."""

    def __init__(self, *, json: bool, acts: bool = False, is_missing: bool = False) -> None:
        super().__init__(json=json, acts=acts, is_missing=is_missing)
        self._branch = ("", "")
        self._pictures: PicturePainter | None = None

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

    def draw_pictures(self, blobs: Blobs) -> None:
        """Draw what is held of `blobs` and printed by `picture`, if a person looks at colours."""
        if self.json or not (is_terminal(sys.stdout) and self.has_colours):
            return
        from .picture.painter import PicturePainter

        self._pictures = PicturePainter(blobs, self.is_paged)

    def picture(self, cid: bytes, media_type: str, prefix: str = INDENT) -> None:
        """Draw a picture that is held, for people whose terminal can show it."""
        if self._pictures is None:
            return
        from .picture.painter import DRAWN

        if media_type not in DRAWN:
            return
        room = (self.width or 0) - len(self._branch[1]) - len(prefix)
        lines = self._pictures.lines(cid, min(room, MAX_PICTURE[0]), MAX_PICTURE[1])
        if lines is not None:
            self.art(lines, prefix)

    def end_page(self) -> None:
        """Wait until the person has seen enough, and say what was to be said meanwhile."""
        if self._pictures is not None:
            self._pictures.close()
        super().end_page()
