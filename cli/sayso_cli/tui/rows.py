"""Rows: what `render` prints, kept as parts and kinds in place of lines.

The same words stand on the command line and in the full-screen reader, since both come from
`render`: this is an `Output` that writes nothing. What it keeps of strangers is as they wrote it;
`layout` makes it safe to show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sayso_protocol.translation import _, mark

from ..terminal.output import Output
from ..terminal.style import Style

if TYPE_CHECKING:
    from ..terminal.column import Column
    from ..terminal.table import Cells


class Kind(Enum):
    """The part that a row plays."""

    LINE = "line"
    DETAIL = "detail"
    """Belongs to the row above."""
    FIELD = "field"
    """What something is called, in `prefix`, and what it is."""
    TEXT = "text"
    """Foreign text of many lines, `prefix` before each."""


class Row(NamedTuple):
    """One row."""

    kind: Kind
    parts: tuple[str, ...]
    prefix: str = ""


class Table(NamedTuple):
    """Rows of cells; see `terminal.table`."""

    cells: Sequence[Cells]
    form: Sequence[Column]
    by: str
    widths_of: Sequence[Cells]


AnyRow = Row | Table

KEYS: Final = {
    "read": mark("x shows it"),
    "vote": mark("v votes"),
    "follow": mark("it comes once its account is followed: p follows"),
}
"""The keys that do what a command line would name a command for."""

STYLE: Final = Style(enabled=True)
"""Marks parts for `layout`, which reads the marks: no escape sequence gets to the screen."""


class Rows(Output):
    """Keeps what is printed as rows."""

    def __init__(self) -> None:
        # Nothing of `Output` that touches a stream: this has none.
        self.json = False
        self.acts = False
        self.error = None
        self.lost = ""
        self._branch = ("", "")
        self._pictures = None
        self.rows: list[AnyRow] = []

    def record(self, fields: Mapping[str, Any]) -> None:
        """See `Output`: rows are for people."""

    def line(self, *parts: str) -> None:
        """See `Output`; the empty line at the end of an entry is the list's own."""
        self._keep(Kind.LINE, parts)

    def indented(self, *parts: str) -> None:
        """See `Output`."""
        self._keep(Kind.DETAIL, parts)

    def heading(self, strong: str, *faint: str) -> None:
        """See `Output`."""
        self._keep(Kind.LINE, (STYLE.bold(strong), *map(STYLE.dim, faint)))

    def field(self, label: str, *parts: str) -> None:
        """See `Output`."""
        self._keep(Kind.FIELD, parts, label)

    def table(
        self,
        rows: Sequence[Cells],
        form: Sequence[Column],
        by: str = "",
        widths_of: Sequence[Cells] = (),
    ) -> None:
        """See `Output`."""
        if rows:
            self.rows.append(Table(rows, form, by, widths_of))

    def paragraph(self, text: str, prefix: str = "  ") -> None:
        """See `Output`."""
        self.rows.append(Row(Kind.TEXT, (text,), prefix))

    def art(self, lines: Sequence[str], prefix: str = "") -> None:
        """See `Output`."""
        for one in lines:
            self._keep(Kind.LINE, (one,))

    def note(self, *parts: str) -> None:
        """See `Output`."""
        self.indented(*parts)

    def advice(self, act: str, command: str) -> str:
        """See `Output`: here a key does it."""
        return _(KEYS[act]) if act in KEYS else command

    @property
    def style(self) -> Style:
        """See `Output`."""
        return STYLE

    @property
    def width(self) -> int | None:
        """See `Output`: it is known when rows are laid out."""
        return None

    def _keep(self, kind: Kind, parts: tuple[str, ...], prefix: str = "") -> None:
        if any(parts):
            self.rows.append(Row(kind, parts, prefix))
