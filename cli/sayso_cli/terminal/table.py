"""Tables that fit the terminal: columns that give way in turn, and cards where none can.

A row is a sequence of cells, foreign or ours. What holds a row together is its place, so a cell is
cut or wrapped within its column and never pushes another one.
"""

from __future__ import annotations

from collections.abc import Sequence

from sayso_node.text.sanitize import columns, foreign_line

from .column import Column
from .layout import (
    FENCE,
    GAP,
    flowed,
    line,
    runs_right_to_left,
    seen_columns,
    undecorated,
)
from .own_text import OwnText, Phrase

Cells = Sequence[str]


def table_lines(
    rows: Sequence[Cells],
    form: Sequence[Column],
    width: int | None,
    before: str = "",
    widths_of: Sequence[Cells] = (),
) -> list[str]:
    """Return the lines of a table, each behind `before`; of at most `width` columns, or as wide as
    it is. Every row has a cell for each column of `form`. Columns without anything in them are left
    out, and where the others cannot fit each row is a line that flows on. The columns are as wide
    as all rows of `widths_of` want them, where these are a part of a table."""
    every = [[_cleaned(cell) for cell in row] for row in widths_of or rows]
    used = [at for at in range(len(form)) if any(row[at] for row in every)]
    shown = [[_cleaned(row[at]) for at in used] for row in rows]
    form = [form[at] for at in used]
    wide = [max(seen_columns(row[at]) for row in every) for at in used]
    if width is not None:
        room = width - seen_columns(before) - len(GAP) * (len(form) - 1)
        fitting = _narrowed(wide, form, room)
        if fitting is None:
            return [
                each for row in shown for each in flowed(row, width, before, f"{before}{GAP}{GAP}")
            ]
        wide = fitting
    return [each for row in shown for each in _row_lines(row, form, wide, before)]


def _narrowed(wide: Sequence[int], form: Sequence[Column], room: int) -> list[int] | None:
    """Widths that fit into `room` columns together, the widest giving way first; None where they
    cannot."""
    found = list(wide)
    while sum(found) > room:
        loose = [at for at, one in enumerate(form) if found[at] > one.least]
        if not loose:
            return None
        at = max(loose, key=lambda one: found[one])
        others = max((found[one] for one in loose if one != at), default=0)
        over = sum(found) - room
        found[at] = max(form[at].least, min(found[at] - 1, max(others, found[at] - over)))
    return found


def _row_lines(row: Cells, form: Sequence[Column], wide: Sequence[int], before: str) -> list[str]:
    cells = [_cell_lines(cell, of, most) for cell, of, most in zip(row, form, wide, strict=True)]
    height = max(map(len, cells), default=0)
    return [(before + GAP.join(_placed(cells, at, form, wide))).rstrip(" ") for at in range(height)]


def _placed(
    cells: Sequence[Sequence[str]], at: int, form: Sequence[Column], wide: Sequence[int]
) -> list[str]:
    placed = []
    for cell, of, most in zip(cells, form, wide, strict=True):
        text = cell[at] if at < len(cell) else ""
        space = " " * (most - seen_columns(text))
        placed.append(space + text if of.right else text + space)
    return placed


def _cell_lines(cell: str, of: Column, most: int) -> list[str]:
    """A cell in lines of at most `most` columns."""
    if seen_columns(cell) <= most:
        return [cell]
    if of.wraps:
        return flowed([cell], most, rest="")
    text = undecorated(cell)  # which may end anywhere
    if not runs_right_to_left(text):
        return [foreign_line(text, most)]
    inner = text.strip(f"{FENCE} ")
    return [line(foreign_line(inner, max(most - 2 * len(f"{FENCE} "), 1)))]


def _cleaned(cell: str) -> str:
    """A cell that may stand beside others: with fences where it holds right-to-left text."""
    if isinstance(cell, Phrase):
        return cell
    text = cell if isinstance(cell, OwnText) else foreign_line(cell)
    return Phrase(line(text)) if runs_right_to_left(text) else text


def bar(share: float, width: int) -> str:
    """A bar of at most `width` columns for a share from 0 to 1, in eighths of a column."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    whole, rest = divmod(eighths, 8)
    text = "█" * whole + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[rest]
    return text + " " * (width - columns(text))
