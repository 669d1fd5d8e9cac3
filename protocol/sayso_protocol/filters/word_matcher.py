"""Finding words in texts of any script, many words at once, in time linear in the text.

Text and words are compared case-folded and without what cannot be seen: normal form NFKC
(Unicode Standard Annex 15), then `str.casefold`, without format characters. A word is found
where it begins and ends at the edge of a word of the text: ``art`` is not found in
``party``. Scripts that write words without spaces between them, or glue endings on to
them, have such an edge at every character; a combining mark belongs to what stands before it.

It is done by cutting both into tokens, so that edges are where tokens end: a run of letters,
digits and marks of other scripts; one character of those scripts; a run of spaces; any other
character. All words make one trie of tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from unicodedata import category, normalize

_GLUED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul letters
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x2E80, 0x2FDF),  # radicals of Han
    (0x3005, 0x3007),  # signs that stand for Han
    (0x3040, 0x312F),  # Hiragana, Katakana, Bopomofo
    (0x3130, 0x318F),  # Hangul letters
    (0x31A0, 0x31FF),  # Bopomofo, Katakana
    (0x3400, 0x9FFF),  # Han
    (0xA980, 0xA9DF),  # Javanese
    (0xA9E0, 0xA9FF),  # Myanmar
    (0xAA60, 0xAADF),  # Myanmar, Tai Viet
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),  # Han
    (0x1AFF0, 0x1B16F),  # Katakana, Hiragana
    (0x20000, 0x3FFFD),  # Han
)
"""Blocks of scripts without spaces between words (unicode.org/reports/tr14, class SA and ID), and
of Korean, whose particles follow a word without one."""

_SPACE, _MARK, _GLUE, _WORD, _OTHER = "s", "m", "g", "w", "o"
_TOKEN = re.compile("gm*|[wm]+|s|om*")
_ASCII_TOKEN = re.compile("[a-z0-9_]+|.", re.DOTALL)
_END: Final = ""
"""Behind the last token; itself none."""


_REMEMBERED: Final = 1 << 16
"""Characters of which something is remembered: all that people use, and 6 MB."""


class _Classes(dict[int, str | None]):
    """The class of each character, by code point, worked out when it first comes."""

    def __missing__(self, point: int) -> str | None:
        made = _class_of(point)
        if len(self) < _REMEMBERED:
            self[point] = made
        return made


def _class_of(point: int) -> str | None:
    char = chr(point)
    general = category(char)
    if char.isspace():
        return _SPACE
    if general[0] == "M":
        return _MARK
    if any(low <= point <= high for low, high in _GLUED):
        return _GLUE if char.isalnum() else _OTHER
    return _WORD if char.isalnum() or char == "_" else _OTHER


class _Unseen(dict[int, int | None]):
    """Takes format characters (category Cf) away: joiners, soft hyphens, directions."""

    def __missing__(self, point: int) -> int | None:
        made = None if category(chr(point)) == "Cf" else point
        if len(self) < _REMEMBERED:
            self[point] = made
        return made


_CLASSES: Final = _Classes()
_UNSEEN: Final = _Unseen()


def fold(text: str) -> str:
    """The form in which texts are compared."""
    if text.isascii():
        return text.lower()
    # Folding can leave what is not normal, and the other way round.
    return normalize("NFKC", normalize("NFKC", text.translate(_UNSEEN)).casefold())


def tokens(text: str) -> list[str]:
    """Cut a text, folded; spaces of any number become one, at its ends none."""
    folded = fold(text)
    if folded.isascii():
        return _ascii_tokens(folded)
    folded = " ".join(folded.split())
    classes = folded.translate(_CLASSES)
    return [folded[found.start() : found.end()] for found in _TOKEN.finditer(classes)]


def _ascii_tokens(folded: str) -> list[str]:
    """The same, in half of the time."""
    found: list[str] = []
    for chunk in folded.split():
        found.append(" ")
        if chunk.isalnum():
            found.append(chunk)
        else:
            found += _ASCII_TOKEN.findall(chunk)
    return found[1:]


class _Node:
    """A place in the trie: what follows, and the words that end here."""

    __slots__ = ("after", "ending")

    def __init__(self) -> None:
        self.after: dict[str, _Node] = {}
        self.ending: str | None = None


class WordMatcher:
    """Looks for all of some words at once. Words are given folded, as `fold_word` makes them."""

    def __init__(self, words: Iterable[str]) -> None:
        self._root = _Node()
        for word in words:
            node = self._root
            for token in tokens(word):
                node = node.after.get(token) or node.after.setdefault(token, _Node())
            node.ending = word

    def found_in(self, text: str) -> set[str]:
        """The words that stand in a text."""
        first, found = self._root.after, set[str]()
        if not first or not text:
            return found
        cut = [*tokens(text), _END]
        for at in [at for at, token in enumerate(cut) if token in first]:
            node = first.get(cut[at])
            while node is not None:
                if node.ending is not None:
                    found.add(node.ending)
                at += 1
                node = node.after.get(cut[at])
        return found


def fold_word(word: str) -> str:
    """A word of a rule as `WordMatcher` takes it: empty where nothing of it can be found."""
    return "".join(tokens(word))
