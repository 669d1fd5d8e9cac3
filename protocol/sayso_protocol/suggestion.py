"""Suggestions: which of the known words somebody may have meant who wrote another one.

Whatever is chosen from a known list is suggested by these two: commands and their options, the
keys and names in an owner's files, petnames, labels, views.
"""

from __future__ import annotations

from collections.abc import Iterable

from .translation import _

CUTOFF = 0.66
"""Likeness (Ratcliff and Obershelp's, 0 to 1) from which on a word is suggested: a letter of three
may be wrong, and one of four in the wrong place."""

MOST = 10_000
"""Known words that are looked at: a tenth of a second."""


LONGEST = 64
"""Characters of a word that is suggested."""


def closest(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known words that are most like `word`, the best first; case does not matter. A word that
    goes on where `word` ends is like it, however long it is. Some are names that strangers chose:
    what could pass for words of ours around it is never suggested."""
    from difflib import get_close_matches
    from itertools import islice

    asked, folded = word.casefold(), dict[str, str]()
    for one in sorted(filter(_is_plain, islice(known, MOST))):
        folded.setdefault(one.casefold(), one)
    begun = [one for one in folded if len(asked) > 1 and one.startswith(asked)]
    as_long = [one for one in folded if abs(len(one) - len(asked)) <= max(1, len(asked) // 2)]
    near = get_close_matches(asked, as_long, most, CUTOFF)
    return [folded[one] for one in dict.fromkeys((*begun, *near))][:most]


def similar(word: str, known: Iterable[str]) -> str:
    """A hint for a word that is much like a known one; empty where none is."""
    found = closest(word, known, 1)
    return _(": did you mean `{word}`?").format(word=found[0]) if found else ""


def _is_plain(word: str) -> bool:
    return len(word) <= LONGEST and word.isprintable() and "`" not in word
