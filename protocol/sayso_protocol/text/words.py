"""Where words begin and end: Unicode Standard Annex 29, with changes that it allows.

- Scripts that put no spaces between words, and Korean, have an edge at every character: no table
  of words is asked. A combining mark belongs to what stands before it.
- A full stop and a colon end a word between letters, too: what follows one without a space is
  more often the next sentence than the same word.
- A modifier of an emoji stands alone: a thumb is one in every colour. So does a geresh at the end
  of a Hebrew word, which may as well close a quotation, and a mark that stands on a space.

An apostrophe between letters is inside of a word, as are its kin in Catalan and Hebrew; between
digits full stop, comma and apostrophe are. The text is cut as it is compared: `bare`.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category

from .fold import bare
from .scripts import is_unspaced

_SPACE, _MARK, _UNSPACED, _OTHER = "s", "m", "u", "o"
_LETTER, _HEBREW, _DIGIT, _JOINING = "a", "h", "9", "_"

_SIGNS: Final = {
    "'": "q",  # within words and numbers
    '"': "d",  # within Hebrew words, whose gershayim it stands for
    **dict.fromkeys("·‧՟", "l"),  # within words
    **dict.fromkeys(".,;\u0589\u060c\u060d\u066c\u07f8\u2044", "n"),  # within numbers
    **dict.fromkeys("_‿⁀⁔", _JOINING),
}

_TOKEN: Final = re.compile(
    "(?:am*+(?:[ql]m*+(?=[ah]))?|hm*+(?:[ql]m*+(?=[ah])|dm*+(?=h))?|9m*+(?:[qn]m*+(?=9))?|_m*+)++"
    "|um*+|s|m++|om*+|[qdln]m*+"
)
_ASCII_TOKEN: Final = re.compile(
    "(?:[a-z]++(?:'(?=[a-z]))?|[0-9]++(?:[.,;'](?=[0-9]))?|_++)++|.", re.DOTALL
)

_REMEMBERED: Final = 1 << 16
"""Characters of which something is remembered: all that people use, and 6 MB."""


class _Classes(dict[int, str]):
    """The class of each character, by code point, worked out when it first comes."""

    def __missing__(self, point: int) -> str:
        made = _class_of(chr(point))
        if len(self) < _REMEMBERED:
            self[point] = made
        return made


def _class_of(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    if char.isspace():
        return _SPACE
    general = category(char)
    if general[0] == "M":
        return _MARK
    if not char.isalnum():
        return _OTHER
    if is_unspaced(char):
        return _UNSPACED
    if general == "Nd":
        return _DIGIT
    return _HEBREW if "\u05d0" <= char <= "\u05f2" else _LETTER


_CLASSES: Final = _Classes()


def tokens(text: str) -> list[str]:
    """Cut a text, made bare, into words, single other characters and spaces, of which any number
    is one and those at its ends are none."""
    return tokens_of_bare(bare(text))


def tokens_of_bare(folded: str) -> list[str]:
    """The same of a text that is bare."""
    if folded.isascii():
        return _ascii_tokens(folded)
    folded = " ".join(folded.split())
    classes = folded.translate(_CLASSES)
    return [folded[found.start() : found.end()] for found in _TOKEN.finditer(classes)]


def _ascii_tokens(folded: str) -> list[str]:
    """The same, in a fifth of the time."""
    chunks = folded.split()
    found = [" "] * (2 * len(chunks) - 1)
    found[::2] = chunks
    if not "".join(chunks).isalnum():
        for at in range(len(chunks) - 1, -1, -1):
            if not chunks[at].isalnum():
                found[2 * at : 2 * at + 1] = _ASCII_TOKEN.findall(chunks[at])
    return found


def is_within_word(text: str, at: int) -> bool:
    """Whether no word ends before the character at a place of a folded text, and none begins."""
    if not 0 < at < len(text):
        return False
    before, after = _CLASSES[ord(text[at - 1])], _CLASSES[ord(text[at])]
    return after == _MARK or (before in _INSIDE and after in _INSIDE)


_INSIDE: Final = frozenset((_MARK, _LETTER, _HEBREW, _DIGIT, _JOINING))
