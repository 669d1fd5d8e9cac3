"""The language in which a person types what to search for.

    harbour bread          posts that have both words
    "fresh bread"          these words, one after the other
    bread OR cake          one of the two
    -butter -"white bread" without these
    harb*                  words that begin so
    author:@anna tag:sea since:7d

Whatever is typed is words: nothing of it reaches the store as syntax.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sayso_protocol.limits import MAX_QUERY, MAX_QUERY_WORDS
from sayso_storage.search.query import Phrase, SearchQuery, phrase_of

from ..errors import QueryError

_QUOTES = str.maketrans("“”„«»", '"""""')
_PART = re.compile(r'(?P<minus>-?)(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')
_FILTER = re.compile(r"(author|tag|since):(.*)", re.DOTALL)
_OR = "OR"


@dataclass(slots=True)
class SearchRequest:
    """A search as typed: the terms, and the filters as they stand there."""

    terms: SearchQuery
    author: str | None = None
    tag: str | None = None
    since: str | None = None


def read_query(text: str) -> SearchRequest:
    """Read a search. Raises `QueryError`, which says what to type instead."""
    if len(text) > MAX_QUERY:
        raise QueryError(f"a search has at most {MAX_QUERY} characters: look for less")
    reader = _QueryReader()
    for part in _PART.finditer(text.translate(_QUOTES)):
        reader.take(part)
    return reader.request()


@dataclass(slots=True)
class _QueryReader:
    """The parts that have been read so far."""

    groups: list[list[Phrase]] = field(default_factory=list)
    without: list[Phrase] = field(default_factory=list)
    filters: dict[str, str] = field(default_factory=dict)
    joins: bool = False
    """True where the last part was OR."""

    def take(self, part: re.Match[str]) -> None:
        """Take the next part."""
        bare, minus = part["bare"], bool(part["minus"])
        if bare == _OR and not minus:
            self.joins = True
            return
        joins, self.joins = self.joins, False
        found = _FILTER.fullmatch(bare or "")
        if found is not None:
            self._filter(found[1], found[2], minus=minus)
            return
        phrase = phrase_of(part["quoted"] or bare or "", begun=bare is not None and bare[-1] == "*")
        if phrase is None:
            return
        if minus:
            self.without.append(phrase)
        elif joins and self.groups:
            self.groups[-1].append(phrase)
        else:
            self.groups.append([phrase])

    def _filter(self, name: str, value: str, *, minus: bool) -> None:
        if minus:
            raise QueryError(f"-{name}: cannot be left out; only words can")
        if not value:
            raise QueryError(f"{name}: needs a value behind it, without a space")
        if self.filters.setdefault(name, value) != value:
            raise QueryError(f"only one {name}: can be asked for at a time")

    def request(self) -> SearchRequest:
        """All of it. Raises `QueryError`."""
        if not self.groups:
            raise QueryError("name a word to look for: there is none, or only what to leave out")
        terms = SearchQuery(tuple(map(tuple, self.groups)), tuple(self.without))
        if _size(terms) > MAX_QUERY_WORDS:
            raise QueryError(f"a search has at most {MAX_QUERY_WORDS} words: look for less")
        return SearchRequest(terms, **self.filters)


def _size(terms: SearchQuery) -> int:
    groups = (*terms.all_of, terms.none_of)
    return sum(len(phrase.words) for group in groups for phrase in group)
