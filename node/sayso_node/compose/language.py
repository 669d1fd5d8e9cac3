"""The language of a text, guessed without asking anybody: by CLD3, Google's compact detector.

It is an extra, and a guess: where it is not installed, the text is short, or the detector is not
sure, a post has no language. On real posts of eight languages nine guesses in ten are those of
people; most of the others are posts in two languages.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

MIN_LETTERS: Final = 20
"""Letters of a text that is guessed at; of shorter ones any language may be."""

MIN_UNSPACED: Final = 6
"""The same where a character is a syllable or a word."""

SURE: Final = 0.95
"""Probability from which on a guess counts."""

MOST: Final = 2000
"""Characters of a text that are looked at."""

_NO_WORDS: Final = re.compile(r"https?://\S+|[@#＠＃]\S+")
"""Names and links are of no language."""


def guess_language(text: str) -> str | None:
    """The language tag of a text, as ``en`` or ``zh``; None where it is not known."""
    words = _NO_WORDS.sub(" ", text[:MOST])
    if not _is_enough(words):
        return None
    with suppress(ImportError):
        import gcld3

        found = gcld3.NNetLanguageIdentifier(0, MOST).FindLanguage(words)
        if found.is_reliable and found.probability >= SURE:
            return _tag(found.language)
    return None


def _is_enough(words: str) -> bool:
    letters = sum(map(str.isalpha, words))
    if letters >= MIN_LETTERS:
        return True
    from sayso_protocol.text.scripts import is_unspaced

    return sum(map(is_unspaced, words)) >= MIN_UNSPACED


def _tag(language: str) -> str | None:
    """A tag of CLD3 as others write it (RFC 5646): ``iw`` is Hebrew's older one, ``und`` is
    none."""
    return None if language == "und" else language.replace("iw", "he")
