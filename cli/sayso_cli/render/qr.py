"""Codes to scan (QR, ISO/IEC 18004), drawn in a terminal: two rows of modules a line.

Light is drawn and dark is left, so that it is right on a dark terminal. Where colours may be used
both are named, and it is right on every terminal.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Final

BORDER: Final = 2
"""Light modules around a code. The standard asks for four; readers do with two, and a small
terminal has not the lines for more."""

_PLAIN_BLOCKS: Final = " ▄▀█"
"""By whether the upper (2) and the lower module (1) are drawn."""

_COLOURS: Final = "\x1b[38;5;231;48;5;16m"
"""White on black, of the 256 colours: of those that a theme does not change."""
_RESET: Final = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Room:
    """The columns and lines of a terminal."""

    columns: int
    lines: int

    @classmethod
    def of_terminal(cls) -> Room:
        """The terminal that is there, or the smallest that is usual."""
        return cls(*shutil.get_terminal_size((80, 24)))

    def holds(self, link: str) -> bool:
        """Whether a link fits as a code, with a line below it for the prompt."""
        from segno import DataOverflowError

        try:
            rows = _modules(link, BORDER)
        except DataOverflowError:
            return False
        return len(rows) <= self.columns and (len(rows) + 1) // 2 < self.lines


def drawing(link: str, *, colours: bool, invert: bool) -> list[str]:
    """The lines of a code with a link in it; `invert` for dark on light without colours."""
    rows = _modules(link, BORDER)
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    ink = [[is_dark == (invert and not colours) for is_dark in row] for row in rows]
    lines = [
        "".join(_PLAIN_BLOCKS[2 * upper + lower] for upper, lower in zip(one, other, strict=True))
        for one, other in zip(ink[::2], ink[1::2], strict=True)
    ]
    return [f"{_COLOURS}{line}{_RESET}" for line in lines] if colours else lines


def _modules(link: str, border: int) -> list[list[bool]]:
    """Rows of modules, true where dark. In capitals a link takes 11 bits for two letters
    (alphanumeric mode); level L mends 7 % of a code, which on a screen is clean."""
    import segno

    text = link.upper() if link.startswith("sayso:") else link  # paths of a page have small letters
    code = segno.make(text, error="l", boost_error=False, micro=False)
    return [[bool(module) for module in row] for row in code.matrix_iter(border=border)]
