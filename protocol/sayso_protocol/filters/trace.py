"""Why: every rule that was asked of an entry, in order, and what it answered.

The plain definition of what rules mean, slow and word by word; `engine` gives the same
verdicts and is held to this by tests.
"""

from __future__ import annotations

from typing import NamedTuple

from ..facts import Facts
from .conditions import CONDITIONS, Membership, reaches, texts_of, values_of
from .regex import Patterns
from .rule_engine import OWN
from .rules import STAGES, Action, Clause, Clauses, Rule, Rules, Stage
from .word_matcher import WordMatcher


class RuleAnswer(NamedTuple):
    """The outcome of one clause: `found` are its values that were there, or `value` the number
    that was compared."""

    clause: Clause
    holds: bool
    found: tuple[str, ...] = ()
    value: int = 0


class AskedRule(NamedTuple):
    """The answers of one rule. `answers` end with the first clause that does not hold."""

    rule: Rule
    applies: bool
    why: str
    """``applies``, ``expired``, ``decided`` (by an earlier rule), ``no`` (a clause does not
    hold), ``except`` (an exception does) or ``own`` (the entry is the owner's)."""
    answers: tuple[RuleAnswer, ...] = ()


def trace(rules: Rules, facts: Facts, now_ms: int) -> list[AskedRule]:
    """Ask each rule up to the one that allows, or the last. Raises what asking for facts does."""
    open_stages, found = set(Stage), list[AskedRule]()
    for rule in rules.rules:
        asked = _ask(rule, facts, now_ms, open_stages)
        found.append(asked)
        if asked.applies:
            open_stages -= STAGES[rule.action]
            if rule.action is Action.ALLOW:
                break
    return found


def _ask(rule: Rule, facts: Facts, now_ms: int, open_stages: set[Stage]) -> AskedRule:
    if rule.expired(now_ms):
        return AskedRule(rule, False, "expired")
    if not STAGES[rule.action] & open_stages:
        return AskedRule(rule, False, "decided")
    answers = _answers(rule, rule.clauses, facts)
    if not answers[-1].holds:
        return AskedRule(rule, False, "no", answers)
    for exception in rule.exceptions:
        more = _answers(rule, exception, facts)
        if more[-1].holds:
            return AskedRule(rule, False, "except", more)
    if facts.distance == OWN:
        return AskedRule(rule, False, "own", answers)
    return AskedRule(rule, True, "applies", answers)


def _answers(rule: Rule, clauses: Clauses, facts: Facts) -> tuple[RuleAnswer, ...]:
    answers = list[RuleAnswer]()
    for clause in clauses:
        answers.append(_answer(rule, clause, facts))
        if not answers[-1].holds:
            break
    return tuple(answers)


def _answer(rule: Rule, clause: Clause, facts: Facts) -> RuleAnswer:
    condition = CONDITIONS[clause.condition]
    if not isinstance(condition, Membership):
        return RuleAnswer(clause, reaches(clause, facts), value=getattr(facts, condition.fact))
    has = _values(clause, facts, through=rule.through)
    found = tuple(value for value in clause.values if value in has)
    return RuleAnswer(clause, bool(found), found)


def _values(clause: Clause, facts: Facts, *, through: bool) -> set[str] | frozenset[str]:
    match clause.condition:
        case "words":
            finder: WordMatcher | Patterns = WordMatcher(clause.values)
        case "pattern":
            finder = Patterns(clause.values)
        case condition:
            return values_of(condition, facts, through=through)
    texts = texts_of(clause.condition, facts, through=through)
    return set[str]().union(*map(finder.found_in, texts))
