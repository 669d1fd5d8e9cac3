"""The table of what each code point may do on a terminal, behind `foreign_text`.

The rule is an allow-list. Letters, digits, punctuation and symbols that this Python's
Unicode tables know are shown as they are. Marks are shown on something that carries
them. Four kinds of invisible characters are shown only where a script needs them.
Everything else is *named*, as ``^[`` or ``<U+202E>``: controls, format characters,
bidirectional controls, line and paragraph separators, private use, surrogates and what
is not assigned. A Python with older tables names newer characters rather than guess.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import lru_cache


class CodepointKind(Enum):
    """The treatment of a code point by `foreign_text`."""

    PLAIN = "shown as it is, wherever it stands"
    SPACE = "shown as a space"
    MARK = "shown on a character that carries it, up to a number of marks"
    JOINER = "shown between characters that it joins or parts, else named"
    SELECTOR = "shown after a character whose form it selects, else named"
    NAMED = "never shown: its name stands for it"


ZWNJ, ZWJ = "\u200c", "\u200d"
KEYCAP = "\u20e3"

_BLANK_THOUGH_NOT_SPACES = frozenset(
    "\u034f"  # combining grapheme joiner
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers
    "\u17b4\u17b5"  # Khmer inherent vowels
    "\u180b\u180c\u180d\u180f"  # Mongolian variation selectors
    "\ufffc"  # object replacement: nothing to see without the object
    "\U00016fe4"  # Khitan filler
    "\U0001d159"  # musical null notehead
)
"""Letters, marks and symbols by category that nevertheless draw nothing."""

_BLANK_BRAILLE = "\u2800"
"""The pattern without dots: the space of drawings made of Braille dots."""

_IDEOGRAPHIC_SPACE = "\u3000"
"""Two columns wide, and the ordinary space of Chinese and Japanese text."""

_SHOWN_CATEGORIES = frozenset("LNPS")

Ranges = tuple[tuple[int, int], ...]

_PICTOGRAPHS: Ranges = (
    (0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122),
    (0x2139, 0x2139), (0x2190, 0x21FF), (0x2300, 0x23FF), (0x24C2, 0x24C2), (0x25A0, 0x27BF),
    (0x2934, 0x2935), (0x2B00, 0x2BFF), (0x3030, 0x3030), (0x303D, 0x303D), (0x3297, 0x3297),
    (0x3299, 0x3299), (0x1F000, 0x1F1E5), (0x1F200, 0x1FAFF),
)  # fmt: skip
"""A little more than Extended_Pictographic of UTS #51: no letter or digit is among them."""

_CJK: Ranges = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFD))
"""Han characters, whose written form a selector may choose, as Japanese names need."""

_JOINED_SCRIPTS: Ranges = ((0x0620, 0x085F), (0x0860, 0x08FF), (0x1807, 0x18AA), (0x1E900, 0x1E95F))
"""Arabic, Syriac, N'Ko, Mongolian, Adlam: letters that join, and words that part them."""

_INDIC: Ranges = ((0x0900, 0x0DFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xA800, 0xABFF))
_VIRAMA_CLASS = 9


@lru_cache(maxsize=8192)  # more than any script needs; a bound, because posts choose what comes
def kind_of(character: str) -> CodepointKind:
    """Return how one code point is treated."""
    if character in _BLANK_THOUGH_NOT_SPACES:
        return CodepointKind.NAMED
    if character in (ZWNJ, ZWJ):
        return CodepointKind.JOINER
    if _is_selector(ord(character)):
        return CodepointKind.SELECTOR
    category = unicodedata.category(character)
    if category == "Zs" or character == _BLANK_BRAILLE:
        return (
            CodepointKind.PLAIN if character in (" ", _IDEOGRAPHIC_SPACE) else CodepointKind.SPACE
        )
    if category[0] == "M":
        return CodepointKind.MARK
    return CodepointKind.PLAIN if category[0] in _SHOWN_CATEGORIES else CodepointKind.NAMED


def name_of(character: str) -> str:
    """Return what stands for a code point that is not shown: ``^[``, ``<U+202E>``."""
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return "^" + chr(code ^ 0x40)
    return f"<U+{code:04X}>"


def may_join(joiner: str, last: str, base: str, following: str) -> bool:
    """Say whether ZWJ or ZWNJ does something between its neighbours.

    ``last`` is the character before it, ``base`` the last one before it that is no mark,
    ``following`` the one after it; each may be empty. Nothing here lets an invisible
    character into Latin, Greek, Cyrillic, Han or Hangul text, or two of them in a row.
    """
    if not last or last in (ZWNJ, ZWJ):
        return False
    if _is_virama(last) or (_in(base, _JOINED_SCRIPTS) and _in(following, _JOINED_SCRIPTS)):
        # Persian and Urdu part letters inside words, Indic scripts choose conjunct forms.
        return True
    if joiner == ZWNJ:
        return False
    if _is_virama(following):
        return _in(base, _INDIC)  # Bengali ya-phalaa, Kannada repha
    return _in(base, _PICTOGRAPHS) and _in(following, _PICTOGRAPHS)


def may_select(selector: str, last: str, following: str) -> bool:
    """Say whether a variation selector can apply to ``last``, the character before it."""
    if selector in "\ufe0e\ufe0f":
        return _in(last, _PICTOGRAPHS) or (last in set("0123456789#*") and following == KEYCAP)
    return _in(last, _CJK)


def _is_selector(code: int) -> bool:
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF


def _is_virama(character: str) -> bool:
    return character != "" and unicodedata.combining(character) == _VIRAMA_CLASS


def _in(character: str, ranges: Ranges) -> bool:
    if not character or kind_of(character) is not CodepointKind.PLAIN:
        return False
    code = ord(character)
    return any(first <= code <= last for first, last in ranges)
