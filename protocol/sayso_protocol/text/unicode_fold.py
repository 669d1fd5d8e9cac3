"""The fold of texts that are not ASCII: its tables and its steps. `fold` and `bare` lead here."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize

from .marks import without_crowds

_IGNORABLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Characters that have no look of their own: those with the property Default_Ignorable_Code_Point
(DerivedCoreProperties.txt), and the marks of annotations."""

ALIKE: Final = {
    # Apostrophes and single quotation marks, primes, accents on their own; letters that are one.
    **dict.fromkeys(
        "\u2018\u2019\u201a\u201b\u2032\u00b4\u1ffd\u02b9\u0374\u02bb\u02bc\u02bd"
        "\u02c8\u055a\u05f3\ua78b\ua78c\uff07",
        "'",
    ),
    "\u0149": "'n",
    # Quotation marks, double primes, gershayim.
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u05f4\uff02", '"'),
    "\u2034": "'''",
    "\u2057": "''''",
    # Hyphens, dashes, the sign for minus, maqaf.
    **dict.fromkeys(
        "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u207b\u208b\u2e3a\u2e3b\u2e1a\u2e40"
        "\u058a\u05be\u1400\u1806\ufe58\ufe63\uff0d\ufe31\ufe32",
        "-",
    ),
}
"""Signs that are written for one another, and the one that stands for all."""

_UNSEEN: Final = re.compile(f"[{_IGNORABLE}]")
_CHANGED: Final = re.compile(f"[{_IGNORABLE}{re.escape(''.join(ALIKE))}]")
_FLAG: Final = re.compile("(?<=\U0001f3f4)[\U000e0020-\U000e007e]{1,8}\U000e007f")
"""Letters of a flag (England, Scotland, Wales): unseen by themselves, and yet what it shows."""

_DOTTED: Final = re.compile("i\u0307+")

_ACCENTED: Final = re.compile(
    "[\u00c0-\u024f\u0300-\u0481\u048a-\u052f\u0590-\u06ff\u1c80-\u1c8f\u1e00-\u1fff\u2190-\u22ff]"
)
"""Characters with an accent, or that are one: whoever has none of them has none to lose."""

_ACCENTS: Final = (
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
)
"""Marks that tell how to pronounce what is mostly written without them: accents of Latin, Greek
and Cyrillic, Hebrew points, Arabic vowels and the letter that only makes words wider. Marks of
other scripts are letters: without its vowel signs Hindi is another text."""

_LONGEST: Final = "\ufdfa"
_LONGEST_FOLDED: Final = normalize("NFKC", _LONGEST)
"""A sentence in one character, which becomes eighteen; no other becomes more than eight."""


def fold_unicode(text: str) -> str:
    """See `sayso_protocol.text.fold.fold`."""
    if _CHANGED.search(text) is not None:
        text = _without_unseen(text)
    # Folding can leave what is not normal, and the other way round.
    folded = normalize("NFKC", normalize("NFKC", without_crowds(text)).casefold())
    if "ı" in folded or "i\u0307" in folded:
        folded = normalize("NFC", _DOTTED.sub("i", folded.replace("ı", "i")))
    return folded


def bare_unicode(text: str) -> str:
    """See `sayso_protocol.text.fold.bare`."""
    if _LONGEST in text:
        text = text.replace(_LONGEST, _LONGEST_FOLDED)  # which is quicker than to normalise it
    folded = fold_unicode(text)
    if _ACCENTED.search(folded) is not None:
        folded = normalize("NFC", re.sub(_ACCENTS, "", normalize("NFD", folded)))
    return folded


def without_ignorable(text: str) -> str:
    """The text without the characters that have no look of their own."""
    return _UNSEEN.sub("", text)


def _without_unseen(text: str) -> str:
    if "\U0001f3f4" not in text:
        return _CHANGED.sub(_changed, text)
    parts, start = [], 0
    for flag in _FLAG.finditer(text):
        parts += [_CHANGED.sub(_changed, text[start : flag.start()]), flag[0]]
        start = flag.end()
    return "".join([*parts, _CHANGED.sub(_changed, text[start:])])


def _changed(found: re.Match[str]) -> str:
    return ALIKE.get(found[0], "")
