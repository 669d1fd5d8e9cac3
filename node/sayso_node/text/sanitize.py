"""The one way from what strangers wrote to a person's terminal.

Post bodies, names, tags, addresses and reasons of refusal all pass through `foreign` or
`foreign_line` before they are printed. What comes out is a string of characters that
have a shape and stay where they are put: no control character, no escape sequence, no
bidirectional control, nothing invisible except where a script needs it (`codepoints`
has the table). Both are pure, and a second pass changes nothing.

Right-to-left text needs no control to run from right to left; terminals see to that. But
it takes neutral characters and digits beside it along, ours too. So a foreign field in
a line is fenced by `layout.line`, and foreign paragraphs get lines of their own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .codepoints import ZWJ, ZWNJ, CodepointKind, kind_of, may_join, may_select, name_of

MAX_MARKS = 4
"""Marks on one character. In 265,000 real posts nobody needs a fifth; piles of hundreds
are made to cover the lines above."""

TAB = "    "
NEWLINE_SIGN = "↵"
ELLIPSIS = "…"
CARRIER = "◌"
"""The sign that carries a mark that came with nothing to sit on, as in Unicode's own charts."""

_EMOJI_SELECTOR = "\ufe0f"
_ATTACHED = frozenset({CodepointKind.MARK, CodepointKind.SELECTOR, CodepointKind.JOINER})
_KNOWN_NARROW = re.compile(r"[ -~\u00a1-\u02ff\u2010-\u2027\u21b3\u2500-\u259f\u25c0]")
"""Letters of European languages, quotation marks, lines and blocks: one column each, and common
enough to save most commands the tables of all others."""

_ORDINARY = re.compile(r"[\n -~]*")


def foreign(text: str) -> str:
    """Return text of many lines, safe to print; only ``\\n`` is kept of all controls."""
    if _ORDINARY.fullmatch(text):
        return text
    lines = text.replace("\r\n", "\n").replace("\t", TAB).split("\n")
    return "\n".join(map(_shown, lines))


def foreign_line(text: str, width: int | None = None) -> str:
    """Return text as one line, safe to print, of at most ``width`` terminal columns.

    Line ends become ``↵``; what does not fit is cut, and an ellipsis says so.
    """
    if not (text.isascii() and text.isprintable()):
        one_line = text.replace("\r\n", "\n").replace("\n", NEWLINE_SIGN).replace("\t", TAB)
        text = _shown(one_line)
    return text if width is None else _clamped(text, width)


def columns(text: str) -> int:
    """Return how many terminal columns text from here takes at most.

    Terminals disagree about emoji sequences; the parts are counted one by one, because a
    column too many spoils an alignment, and one too few tears the line.
    """
    if text.isascii():
        return len(text)
    return sum(_advance(text, at) for at in range(len(text)))


def fitting(text: str, width: int) -> int:
    """Return how many characters of text fit into ``width`` columns.

    A character is not parted from its marks, nor from what is joined to it, unless all of that is
    too wide.
    """
    end = used = 0
    while end < len(text) and (used := used + _advance(text, end)) <= width:
        end += 1
    whole = end
    while 0 < whole < len(text) and (kind_of(text[whole]) in _ATTACHED or text[whole - 1] == ZWJ):
        whole -= 1
    return whole or end


def _shown(line: str) -> str:
    """Return one line with every character shown, replaced or named."""
    if all(kind_of(character) is CodepointKind.PLAIN for character in set(line)):
        return line
    return _Writer(line).written()


class _Writer:
    """Rewrites one line from left to right; knows what it wrote last."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._out: list[str] = []
        self._last = ""  # the character before, as written; empty after a name
        self._base = ""  # the last one that is no mark, joiner or selector
        self._marks = 0

    def written(self) -> str:
        """Return the whole line, rewritten."""
        for at, character in enumerate(self._line):
            kind = kind_of(character)
            if kind is CodepointKind.PLAIN:
                self._put_base(character)
            elif kind is CodepointKind.SPACE:
                self._put_base(" ")
            elif kind is CodepointKind.MARK:
                self._put_mark(character)
            elif self._fits(kind, character, self._line[at + 1 : at + 2]):
                self._put(character)
            else:
                self._put_name(character)
        return "".join(self._out)

    def _fits(self, kind: CodepointKind, character: str, following: str) -> bool:
        if following and kind_of(following) is CodepointKind.MARK and self._marks >= MAX_MARKS:
            following = ""  # it will not be there
        if kind is CodepointKind.JOINER:
            return may_join(character, self._last, self._base, following)
        return kind is CodepointKind.SELECTOR and may_select(character, self._last, following)

    def _put(self, character: str) -> None:
        self._out.append(character)
        self._last = character

    def _put_base(self, character: str) -> None:
        self._put(character)
        self._base = character
        self._marks = 0

    def _put_mark(self, mark: str) -> None:
        if not self._base:
            self._put_base(CARRIER)
        if self._marks < MAX_MARKS:
            self._put(mark)
            self._marks += 1

    def _put_name(self, character: str) -> None:
        self._out.append(name_of(character))
        self._last = self._base = ""
        self._marks = 0


def _clamped(text: str, width: int) -> str:
    if columns(text) <= width:
        return text
    if width < 1:
        return ""
    return text[: fitting(text, width - 1)].rstrip(ZWJ + ZWNJ) + ELLIPSIS


def _advance(text: str, at: int) -> int:
    """Return how many columns the character at an index adds, at most."""
    if text[at] == _EMOJI_SELECTOR:  # it may make the sign before it wide
        return 1 if at and _width(text[at - 1]) == 1 else 0
    return _width(text[at])


@lru_cache(maxsize=8192)
def _width(character: str) -> int:
    if _KNOWN_NARROW.fullmatch(character):
        return 1
    if unicodedata.category(character) == "Mc":  # terminals disagree about these, too
        return 1
    from wcwidth import wcwidth  # its tables cost more than most commands

    return max(wcwidth(character), 0)
