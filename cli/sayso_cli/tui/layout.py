"""Rows as lines of a given width: pure, and measured in columns as this project counts them.

Foreign text is made safe by `terminal.layout`, as on the command line; what `Style` marked becomes
the look of a span, so that no escape sequence is left. Nothing later changes the text of a span but
to cut it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final, NamedTuple

from sayso_node.text.sanitize import columns, foreign, foreign_line
from sayso_protocol.translation import _, mark

from ..terminal.layout import SEQUENCE, flowed, line, wrapped
from ..terminal.output import INDENT, LABEL_WIDTH, MAX_WIDTH
from ..terminal.table import table_lines
from .rows import STYLE, AnyRow, Kind, Row, Table

MIN_WIDTH = 20
"""Columns that rows are laid out for at least; what does not fit then is cut where it is drawn."""

MAX_LINES = 5000
"""Lines of one text: a body of 64 KiB of line ends fills no more."""

MORE = mark("(the rest is left out: `sayso show ID` prints it)")


class Look(Enum):
    """How a stretch of a line stands out."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    MARK = "mark"


LOOKS: Final = {
    "1": Look.STRONG,
    "2": Look.FAINT,
    "32": Look.GOOD,
    "33": Look.WARNING,
    "31": Look.BAD,
    "1;36": Look.MARK,
}
"""By what `Style` writes."""


class Span(NamedTuple):
    """A stretch of one line, safe to show."""

    text: str
    look: Look = Look.PLAIN


Line = tuple[Span, ...]


def lay(rows: Sequence[AnyRow], width: int) -> list[Line]:
    """The lines of rows, each at most `width` columns wide where that is `MIN_WIDTH` or more."""
    width = max(width, MIN_WIDTH)
    return [fit(spans_of(one), width) for row in rows for one in _lines(row, width)]


def spans_of(text: str) -> Line:
    """A line that `Style` decorated, as spans."""
    if "\x1b" not in text:
        return (Span(text),) if text else ()
    look, spans = Look.PLAIN, []
    for one in SEQUENCE.split(text):
        if one.startswith("\x1b["):
            look = LOOKS.get(one[2:-1], Look.PLAIN)
        elif one:
            spans.append(Span(one, look))
    return tuple(spans)


def estimate(rows: Sequence[AnyRow], width: int) -> int:
    """About how many lines rows take: quick, and never zero."""
    width = max(min(width, MAX_WIDTH), MIN_WIDTH)
    return max(sum(_estimate(row, width) for row in rows), 1)


def _estimate(row: AnyRow, width: int) -> int:
    if isinstance(row, Table):
        return len(row.cells)
    ends = row.parts[0].count("\n") if row.kind is Kind.TEXT else 0
    return 1 + sum(map(len, row.parts)) // width + min(ends, MAX_LINES)


def plain_line(*parts: str, look: Look = Look.PLAIN) -> Line:
    """Parts side by side as one line, as long as they are."""
    return (Span(line(*parts), look),)


def said_lines(width: int, *parts: str, look: Look = Look.PLAIN, most: int = 3) -> list[Line]:
    """Parts as a few lines of one look; what does not fit into them is left out."""
    lines = lay([Row(Kind.LINE, parts)], width) if any(parts) else []
    return [tuple(span._replace(look=look) for span in one) for one in lines[:most]]


def fit(spans: Line, width: int) -> Line:
    """A line cut to a width, with an ellipsis where it was longer."""
    fitted: list[Span] = []
    for span in spans:
        used = columns(span.text)
        if used > width:
            fitted.append(Span(foreign_line(span.text, width), span.look))
            break
        fitted.append(span)
        width -= used
    return tuple(fitted)


def width_of(spans: Line) -> int:
    """The columns that a line takes."""
    return sum(columns(span.text) for span in spans)


def _lines(row: AnyRow, width: int) -> Iterable[str]:
    if isinstance(row, Table):
        return table_lines(row.cells, row.form, width, row.by, row.widths_of)
    match row.kind:
        case Kind.TEXT:
            return _text(row, width)
        case Kind.FIELD:
            label = f"{STYLE.dim(row.prefix.ljust(LABEL_WIDTH))}{INDENT}"
            return flowed(row.parts, width, label, " " * (LABEL_WIDTH + len(INDENT)))
        case Kind.DETAIL:
            return flowed(row.parts, width, INDENT, INDENT * 2)
        case _:
            return flowed(row.parts, width, "", INDENT * 2)


def _text(row: Row, width: int) -> list[str]:
    room = max(min(width, MAX_WIDTH) - columns(row.prefix), 1)
    found: list[str] = []
    for whole in foreign(row.parts[0]).split("\n"):
        for one in wrapped(whole, room):
            if len(found) >= MAX_LINES:
                return [*found, _(MORE)]
            found.append((row.prefix + one).rstrip(" "))
    return found
