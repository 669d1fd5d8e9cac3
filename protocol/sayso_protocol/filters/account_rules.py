"""Rules that keep all of an account from being carried: known without looking at its entries."""

from __future__ import annotations

from typing import Final

from ..facts import Facts
from .conditions import values_of
from .rules import STAGES, Action, Clause, Clauses, Rule, Rules, Stage

ABOUT_ACCOUNTS: Final = frozenset({"account", "list"})
"""Conditions that hold for all entries of an account or for none, what comes through others
aside: that is theirs."""

_OWN: Final = 0


def drops_accounts(rules: Rules) -> bool:
    """Whether some rule may drop all of an account: else none need be asked."""
    return any(map(drops_all, rules.rules))


def dropping(rules: Rules, facts: Facts, now_ms: int) -> Rule | None:
    """The rule that drops every entry of an account, whatever it says; None where some entry
    may be decided otherwise. Of `facts` those about the author are asked."""
    for rule in rules.rules:
        if Stage.CARRY not in STAGES[rule.action] or rule.expired(now_ms):
            continue
        if not _may_apply(rule, facts):
            continue
        if not _is_about_accounts(rule):
            if rule.action is Action.DROP:
                continue  # what it drops would be dropped below as well
            return None
        if _excepted(rule, facts):
            continue
        return rule if rule.action is Action.DROP and facts.distance != _OWN else None
    return None


def drops_all(rule: Rule) -> bool:
    """Whether a rule drops all of an account, if it drops any: it looks at nothing but whose an
    entry is. What others carry of it is theirs, so such a rule does not look through."""
    return rule.action is Action.DROP and _is_about_accounts(rule)


def _is_about_accounts(rule: Rule) -> bool:
    every = [*rule.clauses, *(clause for one in rule.exceptions for clause in one)]
    return all(clause.condition in ABOUT_ACCOUNTS for clause in every)


def _may_apply(rule: Rule, facts: Facts) -> bool:
    return _all_hold([one for one in rule.clauses if one.condition in ABOUT_ACCOUNTS], facts)


def _excepted(rule: Rule, facts: Facts) -> bool:
    return any(_all_hold(one, facts) for one in rule.exceptions)


def _all_hold(clauses: Clauses | list[Clause], facts: Facts) -> bool:
    return all(
        not values_of(one.condition, facts, through=False).isdisjoint(one.values) for one in clauses
    )
