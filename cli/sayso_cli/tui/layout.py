"""Rows as lines of a given width: pure, and measured in columns as this project counts them.

Every foreign character goes through `sayso_node.text.sanitize` here, and nowhere later. A line
never has more columns than it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from sayso_node.text.sanitize import columns, foreign, foreign_line

from ..terminal.layout import line, wrapped
from .rows import Kind, Row

MAX_TEXT = 100
"""Columns of text at the most: longer lines are hard to read."""

MIN_WIDTH = 10
"""Columns that rows are laid out for at least; what does not fit then is cut where it is drawn."""

INDENT = "  "

MAX_LINES = 5000
"""Lines of one text: a body of 64 KiB of line ends fills no more."""

MORE = "(the rest is left out: `sayso show ID` prints it)"


class Look(Enum):
    """How a stretch of a line stands out."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"
    GOOD = "good"
    BAD = "bad"
    MARK = "mark"


class Span(NamedTuple):
    """A stretch of one line, safe to show."""

    text: str
    look: Look = Look.PLAIN


Line = tuple[Span, ...]


def lay(rows: Sequence[Row], width: int) -> list[Line]:
    """The lines of rows, each at most `width` columns wide where that is `MIN_WIDTH` or more."""
    width = max(width, MIN_WIDTH)
    return [one for row in rows for one in _lines(row, width)]


def estimate(rows: Sequence[Row], width: int) -> int:
    """About how many lines rows take: quick, and never zero."""
    width = max(min(width, MAX_TEXT), MIN_WIDTH)
    sizes = (sum(map(len, row.parts)) for row in rows)
    ends = sum(row.parts[0].count("\n") for row in rows if row.kind is Kind.TEXT)
    return max(sum(1 + size // width for size in sizes) + min(ends, MAX_LINES), 1)


def plain_line(*parts: str, look: Look = Look.PLAIN) -> Line:
    """Parts side by side as one line, as long as they are."""
    return (Span(line(*parts), look),)


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


def _lines(row: Row, width: int) -> list[Line]:
    match row.kind:
        case Kind.TEXT:
            return _text(row, width)
        case Kind.HEADING:
            return _heading(row, width)
        case Kind.DETAIL:
            room = width - len(INDENT)
            return [(Span(INDENT + one, Look.FAINT),) for one in _wrapped(line(*row.parts), room)]
        case _:
            return [(Span(one),) for one in _wrapped(line(*row.parts), width)]


def _text(row: Row, width: int) -> list[Line]:
    room = max(min(width, MAX_TEXT) - columns(row.prefix), 1)
    found: list[Line] = []
    for whole in foreign(row.parts[0]).split("\n"):
        for one in _wrapped(whole, room):
            if len(found) >= MAX_LINES:
                return [*found, *((Span(part, Look.FAINT),) for part in _wrapped(MORE, width))]
            found.append((Span((row.prefix + one).rstrip(" ")),))
    return found


def _heading(row: Row, width: int) -> list[Line]:
    """The first part stands out, on the first line; a name is cut rather than wrapped, so that a
    long one cannot fill the screen."""
    strong = foreign_line(row.parts[0], width)
    whole = line(strong, *row.parts[1:])
    first, *others = _wrapped(whole, width)
    at = first.find(strong)
    if at < 0:
        return [(Span(one, Look.FAINT),) for one in (first, *others)]
    end = at + len(strong)
    parts = (
        Span(first[:at], Look.FAINT),
        Span(first[at:end], Look.STRONG),
        Span(first[end:], Look.FAINT),
    )
    indented = (INDENT + one for one in _wrapped("".join(others), width - len(INDENT)) if one)
    return [
        tuple(part for part in parts if part.text),
        *((Span(one, Look.FAINT),) for one in indented),
    ]


def _wrapped(shown: str, width: int) -> list[str]:
    """As `terminal.layout.wrapped`; a sign that is wider than the room is left out."""
    if shown.isascii() and len(shown) <= width:
        return [shown]
    return [
        one if columns(one) <= width else foreign_line(one, width) for one in wrapped(shown, width)
    ]
