"""Views: open rankings. An expression over facts gives each entry a score, term by term.

The same facts give the same scores and the same order on every machine: scores are whole
numbers, and what is equal goes newest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ..facts import Facts
from .language import VIEW_FACTS, Activation, Failed, Program, activation, check_expression
from .terms import names_in, terms_of

NEWEST: Final = "newest"
"""The view that is no ranking: newest first."""

_LABELS: Final = frozenset({"labels", "labels_through"})
_INTEGERS: Final = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class View:
    """A ranking. `by` is whose it was (key text), where it was adopted."""

    name: str
    expression: str
    about: str = ""
    by: str | None = None


class Term(NamedTuple):
    """A term of a score, and its value; None where it has none, and `failure` says why."""

    text: str
    value: int | None
    failure: str = ""


class Ranking:
    """A view, compiled. Raises `BadView` where its expression cannot be used."""

    def __init__(self, expression: str) -> None:
        check_expression(expression)
        self._whole = Program(expression)
        self._terms = [(text, Program(text)) for text in terms_of(expression)]
        self._facts = sorted(names_in(expression) & VIEW_FACTS.keys())

    def terms(self, facts: Facts) -> list[Term]:
        """The value of each term. Raises what asking for facts raises."""
        known = self._known(facts)
        return [_term(text, program, known) for text, program in self._terms]

    def score(self, facts: Facts) -> int | None:
        """The score of an entry, which is the `total` of its terms; None where it has none. Raises
        as `terms`."""
        try:
            return self._whole.value(self._known(facts))
        except Failed:
            return None

    def _known(self, facts: Facts) -> Activation:
        return activation({name: value_of(name, facts) for name in self._facts})


def score_terms(view: View, facts: Facts) -> list[Term]:
    """The terms of an entry's score. Raises `BadView`, and what asking for facts raises."""
    return Ranking(view.expression).terms(facts)


def total(terms: list[Term]) -> int | None:
    """Their sum from left to right, as CEL adds; None where one has no value, or it overflows."""
    score = 0
    for term in terms:
        if term.value is None or score + term.value not in _INTEGERS:
            return None
        score += term.value
    return score


Order = tuple[bool, int, int, int, bytes]
"""By what entries are sorted, highest first."""


def order(score: int | None, sort_ms: int, seq: int, entry_id: bytes) -> Order:
    """Highest score first, equal ones newest first; those without a score last. When entries
    arrived does not count: that differs between machines."""
    return score is not None, score or 0, sort_ms, seq, entry_id


def value_of(name: str, facts: Facts) -> Any:
    """A fact as views see it: a label ``name@key`` is there as ``name`` too, as in rules."""
    value = getattr(facts, name)
    if isinstance(value, tuple):
        names = {label.partition("@")[0] for label in value} if name in _LABELS else set()
        return sorted(names | set(value)) if names else list(value)
    return value


def _term(text: str, program: Program, known: Activation) -> Term:
    try:
        return Term(text, program.value(known))
    except Failed as error:
        return Term(text, None, str(error))
