"""The words of a text, in any language: what `Store.search` looks for.

A text is a row of words, compared as rules compare them (`sayso_protocol.text`): without case,
width, accents and what cannot be seen. What stands on both sides of an apostrophe, a hyphen or a
full stop is found by itself as well as together, so that a search finds whatever a rule would.
Scripts that put no spaces between words (Chinese, Japanese, Thai, …) and Korean, which joins
particles to words, are cut into overlapping pairs of characters, so that any two neighbours can be
found; the last of them stands alone. Emoji and other symbols are words of their own.

The words come from here alone and not from SQLite's tokenizers, so that every store, on every
machine, finds the same; ASCII texts, which are most, need no work at all (`words`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from unicodedata import category

from sayso_protocol.limits import MAX_FOLDED, MAX_WORD
from sayso_protocol.text.scripts import UNSPACED, is_unspaced
from sayso_protocol.text.unicode_fold import bare_unicode

_ASCII = bytes(
    ord(char.lower()) if char.isascii() and char.isalnum() else ord(" ")
    for char in map(chr, range(256))
)
"""For `bytes.translate`: letters become small, what is neither letter nor digit a space."""

_RUNS = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+")
_HAS_UNSPACED = re.compile(f"[{UNSPACED}]")


_REMEMBERED: Final = 1 << 16
"""Characters of which something is remembered: all that people use, and 6 MB."""


class _Spacing(dict[int, str]):
    """For `str.translate`: letters, marks and digits stay, symbols stand apart, the rest parts."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = category(char)
        if kind[0] in "LNM":
            spaced = char
        else:
            spaced = f" {char} " if code > 127 and kind in ("So", "Sm", "Sc") else " "
        if len(self) < _REMEMBERED:
            self[code] = spaced
        return spaced


_SPACING = _Spacing()


def words(text: str) -> list[str]:
    """The words of a text in order, in time linear in it; each has 1 to `MAX_WORD` characters."""
    if text.isascii():
        found = text.encode().translate(_ASCII).decode().split()
        is_short = len(text) <= MAX_WORD or len(max(found, key=len, default="")) <= MAX_WORD
        return found if is_short else [word[:MAX_WORD] for word in found]
    folded = bare_unicode(text)[:MAX_FOLDED]
    parts = folded.translate(_SPACING).split()
    if _HAS_UNSPACED.search(folded) is None:
        return [part[:MAX_WORD] for part in parts]
    return [word for part in parts for word in _words_of(part)]


def _words_of(part: str) -> Iterator[str]:
    if _HAS_UNSPACED.search(part) is None:
        yield part[:MAX_WORD]
        return
    for run in _RUNS.findall(part):
        if is_unspaced(run):
            yield from (run[at : at + 2] for at in range(len(run)))
        else:
            yield run[:MAX_WORD]
