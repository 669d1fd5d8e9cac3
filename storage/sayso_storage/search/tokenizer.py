"""The words of a text, in any language: what `Store.search` looks for.

A text is a row of words, compared without case, width and diacritics. Scripts that put no
spaces between words (Chinese, Japanese, Thai, …) and Korean, which joins particles to words,
are cut into overlapping pairs of characters, so that any two neighbours can be found; the
last of them stands alone. Emoji and other symbols are words of their own.

The words come from here alone and not from SQLite's tokenizers, so that every store, on every
machine, finds the same; ASCII texts, which are most, need no work at all (`words`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category, normalize

from sayso_protocol.limits import MAX_WORD

_ASCII_WORD = re.compile(r"[a-z0-9]+")

# Thai, Lao, Myanmar, Hangul letters, Khmer, iteration marks and zero of Han, kana, Han, Hangul.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e80-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17d3"
    "\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003fffd"
)
_RUNS = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")

# Marks that tell how to pronounce what is mostly written without them: accents of Latin, Greek
# and Cyrillic, Hebrew points, Arabic vowels and the letter that only makes words wider. Marks of
# other scripts are letters: without its vowel signs Hindi is another text.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
)
_VARIATION = re.compile("[\ufe00-\ufe0f]")


class _Spacing(dict[int, str]):
    """For `str.translate`: letters, marks and digits stay, symbols stand apart, the rest parts."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = category(char)
        if kind[0] in "LNM":
            spaced = char
        else:
            spaced = f" {char} " if code > 127 and kind in ("So", "Sm", "Sc") else " "
        self[code] = spaced
        return spaced


_SPACING = _Spacing()


def words(text: str) -> list[str]:
    """The words of a text in order; each has 1 to `MAX_WORD` characters."""
    if text.isascii():
        return [word[:MAX_WORD] for word in _ASCII_WORD.findall(text.lower())]
    spaced = _fold(text).translate(_SPACING)
    return [word for part in spaced.split() for word in _words_of(part)]


def _fold(text: str) -> str:
    """Without case, compatibility forms (Unicode Standard Annex 15) and diacritics."""
    bare = _MARKS.sub("", normalize("NFKD", _VARIATION.sub("", text).casefold()))
    # Twice: compatibility forms may have capitals.
    return normalize("NFKC", bare.casefold())


def _words_of(part: str) -> Iterator[str]:
    if _IS_UNSPACED.search(part) is None:
        yield part[:MAX_WORD]
        return
    for run in _RUNS.findall(part):
        if _IS_UNSPACED.match(run):
            yield from (run[at : at + 2] for at in range(len(run)))
        else:
            yield run[:MAX_WORD]


def is_unspaced(word: str) -> bool:
    """Whether a word comes from a script without spaces."""
    return _IS_UNSPACED.match(word) is not None
