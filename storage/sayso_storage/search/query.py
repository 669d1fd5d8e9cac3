"""Queries for words, and the plain definition of a text that has it.

Stores may find candidates as they like; whether a text matches is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.text.scripts import is_unspaced

from .tokenizer import words


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow one another, at least one; `begun`: of the last one only the beginning
    is given."""

    words: tuple[str, ...]
    begun: bool = False

    @property
    def needle(self) -> str:
        """The part of a row of words (`row_of`) that is the phrase."""
        return f" {' '.join(self.words)}{'' if self.begun else ' '}"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A text matches that has a phrase of each of the groups `all_of`, of which there is at
    least one, and none of `none_of`."""

    all_of: tuple[tuple[Phrase, ...], ...]
    none_of: tuple[Phrase, ...] = ()

    @property
    def of_single_words(self) -> bool:
        """Whether an index of words alone tells which texts have all that is looked for."""
        return all(len(one.words) == 1 for group in self.all_of for one in group)

    def match(self, *texts: str) -> bool:
        """Whether some texts together have what is looked for; a phrase is in one of them."""
        if all(map(str.isascii, texts)) and not self._may_match("\n".join(texts).lower()):
            return False
        row = "\n".join(map(row_of, texts))
        return all(any(one.needle in row for one in group) for group in self.all_of) and not any(
            one.needle in row for one in self.none_of
        )

    def _may_match(self, folded: str) -> bool:
        """False only of an ASCII text in small letters that lacks words, of which cutting it would
        show nothing else."""
        return all(
            any(all(word in folded for word in one.words) for one in group) for group in self.all_of
        )


def row_of(text: str) -> str:
    """The words of a text, a space before and behind each."""
    return f" {' '.join(words(text))} "


def phrase_of(text: str, *, begun: bool = False) -> Phrase | None:
    """The phrase that a text is; None where it has no word.

    One character of a script without spaces is found wherever it stands: it begins a pair, or
    stands alone at the end. Behind a pair it says nothing that the pair does not.
    """
    found = words(text)
    if not found:
        return None
    last = found[-1]
    if not (len(last) == 1 and is_unspaced(last)):
        return Phrase(tuple(found), begun)
    follows = len(found) > 1 and len(found[-2]) == 2 and found[-2][1] == last
    if follows and is_unspaced(found[-2]):
        return Phrase(tuple(found[:-1]))
    return Phrase(tuple(found), begun=True)
