"""Lines as strips of the terminal, with the widths that this project measures: Textual measures
some signs otherwise."""

from __future__ import annotations

from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ..layout import Line, Look, fit, width_of

STYLES: Final = {
    Look.PLAIN: Style(),
    Look.STRONG: Style(bold=True),
    Look.FAINT: Style(dim=True),
    Look.GOOD: Style(color="green"),
    Look.WARNING: Style(color="yellow"),
    Look.BAD: Style(color="red", bold=True),
    Look.MARK: Style(color="cyan", bold=True),
}
"""Colours are those of the terminal; NO_COLOR leaves the weights."""


def strip_of(line: Line, width: int, base: Style) -> Strip:
    """A line in exactly `width` columns."""
    shown = line if width_of(line) <= width else fit(line, width)
    segments = [Segment(span.text, base + STYLES[span.look]) for span in shown]
    segments.append(Segment(" " * max(width - width_of(shown), 0), base))
    return Strip(segments, width)
