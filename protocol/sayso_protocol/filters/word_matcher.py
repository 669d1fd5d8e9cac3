"""Finding words in texts of any script, many words at once, in time linear in the text.

Text and words are compared as `sayso_protocol.text.words` cuts them: without case, accents and
what cannot be seen. A word is found where it begins and ends at the edge of a word of the text:
``art`` is not found in ``party``. All words make one trie of tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..text.fold import bare
from ..text.words import tokens, tokens_of_bare

FEW, EACH = 32, 64
"""First tokens of words that are looked for in a text before it is cut, and of how many characters
a long text has to have one more."""

_END: Final = ""
"""Behind the last token; itself none."""


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
        folded = bare(text)
        few = len(first) <= max(FEW, len(folded) // EACH)
        if few and not any(token in folded for token in first):
            return found  # most texts: finding that out costs less than cutting them
        cut = tokens_of_bare(folded)
        if first.keys().isdisjoint(cut):
            return found
        cut.append(_END)
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
