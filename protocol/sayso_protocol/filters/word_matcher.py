"""Finding words in texts of any script, many words at once, in time linear in the text.

Text and words are compared as `sayso_protocol.text.words` cuts them: without case, accents and
what cannot be seen. A word is found where it begins and ends at the edge of a word of the text:
``art`` is not found in ``party``. Of the first tokens of each word, or phrase, the two that fewest
words have are looked for; a trie of tokens then says which words stand around them. Of ten thousand
phrases most texts have a word of some, and hardly any has two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from ..text.fold import bare
from ..text.words import tokens, tokens_of_bare

FEW, EACH = 32, 64
"""Rarest tokens of words that are looked for in a text before it is cut, and of how many characters
a long text has to have one more."""

AHEAD = 5
"""Tokens of a phrase among which the rarest are chosen, spaces included: it bounds how many tries
are looked into at each token of a text."""

_ENDS: Final = [""] * AHEAD
"""Behind the last token; themselves none."""

_SPACE: Final = " "
"""The token between words: never the rarest, since all texts have it."""


class _Node:
    """A place in the trie: what follows, and the words that end here."""

    __slots__ = ("after", "ending")

    def __init__(self) -> None:
        self.after: dict[str, _Node] = {}
        self.ending: str | None = None


_Tries = dict[int, _Node]
"""By how many tokens stand before the rarest, the trie of the words in which it stands so."""


class WordMatcher:
    """Looks for all of some words at once. Words are given folded, as `fold_word` makes them."""

    def __init__(self, words: Iterable[str]) -> None:
        cut = [(word, tokens(word)) for word in words if word]
        having = Counter(token for _, its in cut for token in set(its[:AHEAD]))
        self._pairs: dict[str, dict[int, dict[str, _Tries]]] = {}
        """By the rarest token, how far away the next rarest stands, and that: the words."""
        for word, its in cut:
            places = [place for place, token in enumerate(its[:AHEAD]) if token != _SPACE]
            places.sort(key=lambda place: (having[its[place]], -len(its[place])))
            at, beside = places[0], places[1 % len(places)]
            pairs = self._pairs.setdefault(its[at], {}).setdefault(beside - at, {})
            node = pairs.setdefault(its[beside], {}).setdefault(at, _Node())
            for token in its:
                node = node.after.get(token) or node.after.setdefault(token, _Node())
            node.ending = word

    def found_in(self, text: str) -> set[str]:
        """The words that stand in a text."""
        pairs, found = self._pairs, set[str]()
        if not pairs or not text:
            return found
        folded = bare(text)
        few = len(pairs) <= max(FEW, len(folded) // EACH)
        if few and not any(map(folded.__contains__, pairs)):
            return found  # most texts: finding that out costs less than cutting them
        cut = tokens_of_bare(folded)
        if pairs.keys().isdisjoint(cut):
            return found
        cut += _ENDS
        for place in [place for place, token in enumerate(cut) if token in pairs]:
            for away, partners in pairs[cut[place]].items():
                tries = partners.get(cut[place + away])  # before the first stand the ends
                if tries is not None:
                    for ahead, trie in tries.items():
                        if ahead <= place:
                            _walk(trie, cut, place - ahead, found)
        return found


def _walk(node: _Node, cut: list[str], at: int, found: set[str]) -> None:
    """Note the words of a trie that begin at a place; `cut` ends with `_ENDS`."""
    following = node.after.get(cut[at])
    while following is not None:
        at += 1
        if following.ending is not None:
            found.add(following.ending)
        following = following.after.get(cut[at])


def fold_word(word: str) -> str:
    """A word of a rule as `WordMatcher` takes it: empty where nothing of it can be found."""
    return "".join(tokens(word))
