"""Rows: what `render` prints of an entry, kept as parts and kinds in place of lines.

The same words stand on the command line and in the full-screen reader, since both come from
`render`: this is an `Output` that writes nothing. What it keeps is as strangers wrote it; `layout`
makes it safe to show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final, NamedTuple

from ..terminal.output import Output


class Kind(Enum):
    """The part that a row plays."""

    HEADING = "heading"
    """The first part stands out, the others are there for completeness."""
    LINE = "line"
    DETAIL = "detail"
    """Belongs to the row above."""
    TEXT = "text"
    """Foreign text of many lines."""


class Row(NamedTuple):
    """One row; `prefix` stands before each line of a text."""

    kind: Kind
    parts: tuple[str, ...]
    prefix: str = ""


KEYS: Final = {
    "read": "x shows it",
    "vote": "v votes",
    "follow": "it comes once its account is followed: p follows",
    "why": "w says by which rule",
}
"""The keys that do what a command line would name a command for."""


class Rows(Output):
    """Keeps what is printed as rows."""

    def __init__(self) -> None:
        # Nothing of `Output` that touches a stream: this has none.
        self.json = False
        self.acts = False
        self.error = None
        self.lost = ""
        self.rows: list[Row] = []

    def record(self, fields: Mapping[str, Any]) -> None:
        """See `Output`: rows are for people."""

    def line(self, *parts: str) -> None:
        """See `Output`; the empty line at the end of an entry is the list's own."""
        if any(parts):
            self.rows.append(Row(Kind.LINE, parts))

    def indented(self, *parts: str) -> None:
        """See `Output`."""
        if any(parts):
            self.rows.append(Row(Kind.DETAIL, parts))

    def heading(self, strong: str, *faint: str) -> None:
        """See `Output`."""
        self.rows.append(Row(Kind.HEADING, (strong, *faint)))

    def paragraph(self, text: str, prefix: str = "  ") -> None:
        """See `Output`."""
        self.rows.append(Row(Kind.TEXT, (text,), prefix))

    def art(self, lines: Sequence[str]) -> None:
        """See `Output`."""
        self.rows += [Row(Kind.LINE, (one,)) for one in lines]

    def note(self, *parts: str) -> None:
        """See `Output`."""
        self.indented(*parts)

    def advice(self, act: str, command: str) -> str:
        """See `Output`: here a key does it."""
        return KEYS.get(act, command)

    @property
    def has_colours(self) -> bool:
        """See `Output`: colours are given when rows are drawn."""
        return False
