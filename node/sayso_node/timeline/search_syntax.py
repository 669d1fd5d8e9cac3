"""The language in which a person types what to search for.

    harbour bread          posts that have both words
    "fresh bread"          these words, one after the other
    bread OR cake          one of the two
    -butter -"white bread" without these
    harb*                  words that begin so
    author:@anna           of one account; from:@anna is the same
    tag:sea lang:pt        with this tag; in this language, or a case of it
    since:7d until:1d      from then on; up to then

Filters need no words beside them. All else that is typed is words: nothing of it reaches the
store as syntax.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sayso_protocol.limits import MAX_QUERY, MAX_QUERY_WORDS
from sayso_protocol.translation import _
from sayso_storage.search.query import Phrase, SearchQuery, phrase_of

from ..errors import QueryError

_QUOTES = str.maketrans("“”„«»", '"""""')
_PART = re.compile(r'(?P<minus>-?)(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')
_FILTER = re.compile(r"([A-Za-z]+):(.*)", re.DOTALL)
_FILTERS = ("author", "from", "tag", "lang", "since", "until")
_SYNONYMS = {"from": "author"}
_LANG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_OR = "OR"


@dataclass(slots=True)
class SearchRequest:
    """A search as typed: the terms, none of which need be there, and the filters as they stand."""

    terms: SearchQuery
    author: str | None = None
    tag: str | None = None
    lang: str | None = None
    since: str | None = None
    until: str | None = None


def read_query(text: str) -> SearchRequest:
    """Read a search. Raises `QueryError`, which says what to type instead."""
    if len(text) > MAX_QUERY:
        raise QueryError(
            _("a search has at most {max_query} characters: look for less").format(
                max_query=MAX_QUERY
            )
        )
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
        if bare is not None and self._filter(bare, minus=minus):
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

    def _filter(self, bare: str, *, minus: bool) -> bool:
        """Take a part that is a filter. What only looks like one is words."""
        found = _FILTER.fullmatch(bare)
        if found is None:
            return False
        name, value = found[1].lower(), found[2]
        if name not in _FILTERS:
            if value:
                _check_no_slip(name, bare)
            return False
        if minus:
            raise QueryError(_("-{name}: cannot be left out; only words can").format(name=name))
        _check_value(name, value)
        if self.filters.setdefault(_SYNONYMS.get(name, name), value) != value:
            raise QueryError(_("only one {name}: can be asked for at a time").format(name=name))
        return True

    def request(self) -> SearchRequest:
        """All of it. Raises `QueryError`."""
        if not (self.groups or self.filters):
            raise QueryError(
                _(
                    "name a word to look for, or a filter such as tag:sea: there is none, or only "
                    "what "
                    "to leave out"
                )
            )
        terms = SearchQuery(tuple(map(tuple, self.groups)), tuple(self.without))
        if _size(terms) > MAX_QUERY_WORDS:
            raise QueryError(
                _("a search has at most {max_query_words} words: look for less").format(
                    max_query_words=MAX_QUERY_WORDS
                )
            )
        return SearchRequest(terms, **self.filters)


def _check_no_slip(name: str, bare: str) -> None:
    """Raise `QueryError` for a filter with a slip in its name: as words it would find nothing."""
    from sayso_protocol.suggestion import similar

    guess = similar(name, _FILTERS)
    if guess:
        raise QueryError(
            _('there is no filter {name}{guess} As words it stands in quotes: "{bare}"').format(
                name=name, guess=guess, bare=bare
            )
        )


def _check_value(name: str, value: str) -> None:
    if not value.strip("#＃"):
        raise QueryError(_("{name}: needs a value behind it, without a space").format(name=name))
    if name == "lang" and not _LANG.fullmatch(value):
        raise QueryError(
            _("lang:{value} is no language tag: write lang:en or lang:pt-BR").format(value=value)
        )


def _size(terms: SearchQuery) -> int:
    groups = (*terms.all_of, terms.none_of)
    return sum(len(phrase.words) for group in groups for phrase in group)
