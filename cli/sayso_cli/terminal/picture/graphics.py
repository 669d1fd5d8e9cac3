"""Pictures by the protocols of terminals that draw: kitty's, and sixel.

https://sw.kovidgoyal.net/kitty/graphics-protocol/; VT330/VT340 Programmer Reference, chapter 14.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from .decoder_process import Pixels

CHUNK: Final = 4096
"""Characters of base64 in one sequence of kitty's at the most."""

SIXEL_LEVELS: Final = 6
"""Steps of red, green and blue: 216 colours, of the 256 that sixel has."""


def kitty_sequence(picture: Pixels, columns: int, rows: int) -> str:
    """The sequence that draws a picture over so many columns and rows, the cursor staying where it
    is."""
    text = b64encode(picture.data).decode("ascii")
    parts = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
    head = f"a=T,q=2,f=24,s={picture.width},v={picture.height},c={columns},r={rows},C=1,"
    return "".join(
        f"\x1b_G{head if at == 0 else ''}m={int(at < len(parts) - 1)};{part}\x1b\\"
        for at, part in enumerate(parts)
    )


def sixel_sequence(picture: Pixels) -> str:
    """The sequence that draws a picture; the cursor is in its last row afterwards."""
    width, height = picture.width, picture.height
    colours = [_cube(picture, at) for at in range(width * height)]
    used = sorted(set(colours))
    out = [f'\x1bPq"1;1;{width};{height}']
    for one in used:
        mixed = (one // 36, one // 6 % 6, one % 6)
        red, green, blue = (100 * level // (SIXEL_LEVELS - 1) for level in mixed)
        out.append(f"#{one};2;{red};{green};{blue}")
    for top in range(0, height, 6):
        out.append("$".join(_band(colours, width, height, top)) + "-")
    return "".join(out) + "\x1b\\"


def _cube(picture: Pixels, at: int) -> int:
    red, green, blue = (
        (one * (SIXEL_LEVELS - 1) + 127) // 255 for one in picture.data[3 * at : 3 * at + 3]
    )
    return 36 * red + 6 * green + blue


def _band(colours: list[int], width: int, height: int, top: int) -> list[str]:
    """Six rows, colour after colour: each sign has a bit a row."""
    masks: dict[int, list[int]] = {}
    for row in range(top, min(top + 6, height)):
        for column in range(width):
            colour = colours[row * width + column]
            masks.setdefault(colour, [0] * width)[column] |= 1 << (row - top)
    return [f"#{colour}{_packed(bits)}" for colour, bits in sorted(masks.items())]


def _packed(bits: list[int]) -> str:
    """Signs of a band, a count before those that come several times."""
    out, at = [], 0
    while at < len(bits):
        end = at
        while end < len(bits) and bits[end] == bits[at]:
            end += 1
        sign = chr(63 + bits[at])
        out.append(sign * (end - at) if end - at < 4 else f"!{end - at}{sign}")
        at = end
    return "".join(out)
