"""Lines that hold our words and foreign ones, so that neither can pass for the other.

Two things could otherwise mislead a reader. Right-to-left text pulls digits and
punctuation beside it to its other side (Unicode's bidirectional algorithm, UAX #9): a
name could rearrange the line that it stands in. `line` puts a letter that runs from left
to right on either side of such a field; no invisible control is needed. And a post that
holds line ends, or spaces up to the terminal's edge, could draw a line that looks like
our own. `paragraph` wraps foreign text itself and puts a prefix before every line.
"""

from __future__ import annotations

import re
import unicodedata

from sayso_node.text.sanitize import columns, fitting, foreign, foreign_line

GAP = "  "
FENCE = "\u01c0"
"""Looks like a bar, but is a Latin letter (dental click): it holds place and direction."""

NARROWEST = 8
"""Columns that a paragraph takes even where the terminal is narrower."""

_WORDS = re.compile(" +|[^ ]+")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


class OwnText(str):
    """Text that `Style` has decorated: cleaned already, and the control bytes are ours.

    Any operation on it gives a plain `str`, which is cleaned like any other.
    """

    __slots__ = ()


def line(*parts: str) -> str:
    """Return parts side by side, each fenced off that holds right-to-left text."""
    out = ""
    fenced = False
    for part in filter(None, parts):
        shown = part if isinstance(part, OwnText) else foreign_line(part)
        turns = runs_right_to_left(shown)
        if turns or fenced:
            out += f"{GAP}{FENCE} {shown}" if out else f"{FENCE} {shown}"
        else:
            out += GAP + shown if out else shown
        fenced = turns
    return f"{out} {FENCE}" if fenced else out


def paragraph(text: str, width: int | None = None, prefix: str = GAP) -> str:
    """Return foreign text of many lines, each with our prefix, wrapped to ``width``."""
    room = None if width is None else max(width - columns(prefix), NARROWEST)
    lines = foreign(text).split("\n")
    if room is not None:
        lines = [piece for whole in lines for piece in wrapped(whole, room)]
    return "\n".join((prefix + each).rstrip(" ") for each in lines)


def padded(text: str, width: int) -> str:
    """Return foreign text in exactly ``width`` columns, cut or filled with spaces."""
    shown = foreign_line(text, width)
    return shown + " " * (width - columns(shown))


def wrapped(shown: str, width: int) -> list[str]:
    """Return one shown line in pieces of at most ``width`` columns.

    It is broken at spaces, which are dropped there; a word that is too long for a line
    of its own is broken where the line ends.
    """
    pieces: list[str] = []
    piece = ""
    for word in _WORDS.findall(shown):
        if columns(piece + word) <= width:
            piece += word
            continue
        if piece:
            pieces.append(piece)
        piece = "" if word.startswith(" ") else word
        while columns(piece) > width:
            end = max(fitting(piece, width), 1)
            pieces.append(piece[:end])
            piece = piece[end:]
    return [*pieces, piece] if piece or not pieces else pieces


def runs_right_to_left(shown: str) -> bool:
    """Say whether text holds a character that is written from right to left."""
    if shown.isascii():
        return False
    return any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in set(shown))
