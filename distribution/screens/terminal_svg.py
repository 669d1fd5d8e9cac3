"""Terminal bytes to SVG: a screen of pyte's, drawn by few lines of our own.

The same bytes give the same file: it names no font of its own, no time and no random id. Blocks and
the lines of trees are drawn as shapes, so that they meet whatever font a reader has.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Any, Final, NamedTuple

import pyte

from sayso_cli.terminal.layout import runs_right_to_left

WIDE: Final = 8.4
HIGH: Final = 18
EDGE: Final = 14
BASE: Final = 13
"""Pixels of a cell, of the space round the screen, and from the top of a cell to its letters'
foot."""

INK: Final = "#1f2328"
PAPER: Final = "#ffffff"
COLOURS: Final = {
    "black": INK,
    "red": "#b3263c",
    "green": "#1a7f37",
    "brown": "#8a5a00",
    "blue": "#0b57b5",
    "magenta": "#7d3aa8",
    "cyan": "#0b6b7d",
    "white": "#57606a",
    "brightblack": "#656d76",
}

LINES: Final = {"│": "NS", "─": "WE", "├": "NSE", "└": "NE"}
"""The sides of a cell that a line leads to."""

EIGHTHS: Final = {sign: at for at, sign in enumerate("▏▎▍▌▋▊▉█", 1)}

Cell = Any


def screen_svg(data: bytes, columns: int, rows: int, title: str) -> str:
    """The picture of a terminal of so many columns and rows, after these bytes."""
    screen = pyte.Screen(columns, rows)
    pyte.ByteStream(screen).feed(_known(data))
    cells = [[screen.buffer[row][column] for column in range(columns)] for row in range(rows)]
    last = max((at for at, row in enumerate(cells) if any(map(_is_seen, row))), default=0)
    width, height = columns * WIDE + 2 * EDGE, (last + 1) * HIGH + 2 * EDGE
    drawn = [one for at, row in enumerate(cells[: last + 1]) for one in _row(row, at)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" font-family="ui-monospace,SFMono-Regular,Menlo,'
        f'Consolas,monospace" font-size="14" role="img">\n<title>{escape(title)}</title>\n'
        f'<rect width="100%" height="100%" rx="8" fill="{PAPER}" stroke="#d0d7de"/>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )


def _known(data: bytes) -> bytes:
    """The bytes without what pyte does not know: faint letters, which are bright black in most
    terminals, and what selects the form of the sign before it."""
    return data.replace(b"\x1b[2m", b"\x1b[90m").replace("\ufe0f".encode(), b"")


def _is_seen(cell: Cell) -> bool:
    return cell.data.strip() != "" or cell.bg != "default"


def _row(row: list[Cell], at: int) -> Iterator[str]:
    """The elements of a row: shapes, and one text for each word in one style."""
    top = EDGE + at * HIGH
    shapes = [_shapes(cell, column, top) for column, cell in enumerate(row)]
    yield from _rules(row, top)
    yield from _merged([one for found in shapes for one in found])
    kinds = groupby(enumerate(row), key=lambda one: (_style(one[1]), _is_text(one[1])))
    for (style, is_text), run in kinds:
        found = list(run)
        if is_text and any(cell.data.strip() for _, cell in found):
            yield from _texts(found, style, top)


def _rules(row: list[Cell], top: int) -> Iterator[str]:
    """The level lines of a row, each one element however long it is."""
    for is_rule, run in groupby(enumerate(row), key=lambda one: one[1].data == "─"):
        if is_rule:
            columns = [column for column, _ in run]
            left, right = (EDGE + at * WIDE for at in (columns[0], columns[-1] + 1))
            path = f"M{left:.1f} {top + HIGH / 2:.1f}H{right:.1f}"
            yield f'<path d="{path}" stroke="#8c959f" fill="none"/>'


def _texts(found: list[tuple[int, Cell]], style: str, top: int) -> Iterator[str]:
    """Words of one style, each pinned to its column: what is one column here may be wider there.
    Words from right to left are one text, in the order that the reader's program gives them."""
    for word in _words(found):
        left, length = EDGE + word[0][0] * WIDE, len(word) * WIDE
        text = escape("".join(cell.data for _, cell in word))
        yield (
            f'<text x="{left:.1f}" y="{top + BASE}" {style} textLength="{length:.1f}" '
            f'lengthAdjust="spacingAndGlyphs">{text}</text>'
        )


def _words(found: list[tuple[int, Cell]]) -> Iterator[list[tuple[int, Cell]]]:
    turned = [at for at, (_, cell) in enumerate(found) if runs_right_to_left(cell.data)]
    first, last = (turned[0], turned[-1]) if turned else (len(found), len(found))
    for part in (found[:first], found[last + 1 :]):
        for is_space, run in groupby(part, key=lambda one: one[1].data == " "):
            if not is_space:
                yield list(run)
    if turned:
        yield found[first : last + 1]


def _is_text(cell: Cell) -> bool:
    return cell.data not in LINES and cell.data not in EIGHTHS and cell.data != "▀"


def _style(cell: Cell) -> str:
    weight = ' font-weight="bold"' if cell.bold else ""
    return f'fill="{_colour(cell.fg, INK)}"{weight}'


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return COLOURS.get(name) or f"#{name}"


class Shape(NamedTuple):
    """A rectangle in cells: its column and length, its top and height in pixels."""

    column: float
    length: float
    top: float
    height: float
    fill: str


def _shapes(cell: Cell, column: int, top: int) -> Iterator[Shape | str]:
    ink = _colour(cell.fg, INK)
    if cell.data == "▀":
        yield Shape(column, 1, top, HIGH / 2, ink)
        if cell.bg != "default":
            yield Shape(column, 1, top + HIGH / 2, HIGH / 2, _colour(cell.bg, PAPER))
    elif cell.data in EIGHTHS:
        yield Shape(column, EIGHTHS[cell.data] / 8, top + 3, HIGH - 6, ink)
    elif cell.data in LINES and cell.data != "─":
        left = EDGE + column * WIDE
        middle, centre = left + WIDE / 2, top + HIGH / 2
        ends = {"N": (middle, top), "S": (middle, top + HIGH), "W": (left, centre)}
        ends["E"] = (left + WIDE, centre)
        path = "".join(
            f"M{middle:.1f} {centre:.1f}L{ends[side][0]:.1f} {ends[side][1]:.1f}"
            for side in LINES[cell.data]
        )
        yield f'<path d="{path}" stroke="#8c959f" fill="none"/>'


def _merged(shapes: list[Shape | str]) -> Iterator[str]:
    """Elements of shapes, neighbours of one colour in one."""
    rects = [one for one in shapes if isinstance(one, Shape)]
    yield from (one for one in shapes if isinstance(one, str))
    rects.sort(key=lambda one: (one.top, one.column))
    while rects:
        first, *rects = rects
        while rects and rects[0] == first._replace(
            column=first.column + first.length, length=rects[0].length
        ):
            first = first._replace(length=first.length + rects.pop(0).length)
        yield (
            f'<rect x="{EDGE + first.column * WIDE:.1f}" y="{first.top:g}" '
            f'width="{first.length * WIDE:.1f}" height="{first.height:g}" fill="{first.fill}" '
            'shape-rendering="crispEdges"/>'
        )
