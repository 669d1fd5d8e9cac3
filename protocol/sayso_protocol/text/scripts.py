"""Scripts that put no spaces between words."""

from __future__ import annotations

from typing import Final

_UNSPACED: Final = (
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
    (0xA960, 0xA97F),  # Hangul letters
    (0xA980, 0xA9DF),  # Javanese
    (0xA9E0, 0xA9FF),  # Myanmar
    (0xAA60, 0xAADF),  # Myanmar, Tai Viet
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),  # Han
    (0x1AFF0, 0x1B16F),  # Katakana, Hiragana
    (0x20000, 0x3FFFD),  # Han
)
"""Blocks of such scripts (Unicode Standard Annex 14, classes SA and ID), and of Korean, whose
particles follow a word without a space."""

UNSPACED: Final = "".join(f"{chr(low)}-{chr(high)}" for low, high in _UNSPACED)
"""Their characters, as a class of a regular expression; marks and signs of theirs among them."""


def is_unspaced(char: str) -> bool:
    """Whether a text, which has at least one character, begins with one of such a script."""
    point = ord(char[0])
    return point >= _FIRST and any(low <= point <= high for low, high in _UNSPACED)


_FIRST: Final = _UNSPACED[0][0]


def script_of(letter: str) -> str:
    """The script of a letter, as the names of its characters begin: ``LATIN``, ``CJK``."""
    from unicodedata import name

    return name(letter, "").partition(" ")[0]
