"""Pictures as half blocks: a sign for two pixels, the upper in its colour, the lower behind it."""

from __future__ import annotations

from typing import Final

from .decoder_process import Pixels

UPPER: Final = "▀"
RESET: Final = "\x1b[0m"

_LEVELS: Final = (0, 95, 135, 175, 215, 255)
"""What the 216 colours from 16 on are mixed of, in terminals with 256 of them."""


def half_blocks(picture: Pixels, *, has_all_colours: bool) -> list[str]:
    """The lines of a picture, each two pixels high; with 256 colours unless `has_all_colours`."""
    return [
        _line(picture, row, has_all_colours=has_all_colours) for row in range(0, picture.height, 2)
    ]


def _line(picture: Pixels, row: int, *, has_all_colours: bool) -> str:
    out, last = [], ""
    for column in range(picture.width):
        code = _code(38, _pixel(picture, column, row), has_all_colours=has_all_colours)
        if row + 1 < picture.height:
            below = _pixel(picture, column, row + 1)
            code += f";{_code(48, below, has_all_colours=has_all_colours)}"
        else:
            code += ";49"
        out.append(UPPER if code == last else f"\x1b[{code}m{UPPER}")
        last = code
    return "".join(out) + RESET


def _pixel(picture: Pixels, column: int, row: int) -> tuple[int, int, int]:
    at = 3 * (row * picture.width + column)
    red, green, blue = picture.data[at : at + 3]
    return red, green, blue


def _code(ground: int, colour: tuple[int, int, int], *, has_all_colours: bool) -> str:
    """The parameters of SGR for a colour; `ground` is 38 for the sign and 48 for what is behind."""
    if has_all_colours:
        return f"{ground};2;{colour[0]};{colour[1]};{colour[2]}"
    red, green, blue = (min(range(6), key=lambda at: abs(_LEVELS[at] - one)) for one in colour)
    return f"{ground};5;{16 + 36 * red + 6 * green + blue}"
