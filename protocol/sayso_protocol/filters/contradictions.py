"""Rules that cannot mean what they say."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..translation import _
from .conditions import CONDITIONS, Bound
from .rules import Action, Clause, Rule


def contradictions(rule: Rule, keys: Collection[str]) -> Iterator[tuple[str, str]]:
    """The keys of a rule that contradict each other, and why; `keys` are those that it has."""
    if not CONDITIONS.keys() & keys:
        yield "", _("the rule has no condition, and would apply to everything")
    if (rule.action is Action.BOOST) != ("points" in keys):
        key = "points" if "points" in keys else "action"
        yield key, _("`points` belong to `boost`, and `boost` needs `points`")
    bounds = {clause.condition: clause.bound for clause in rule.clauses}
    if 0 < bounds.get("younger", 0) <= bounds.get("older", 0):
        yield "younger", _("nothing is older and younger than that: the rule never applies")
    for exception in rule.exceptions:
        if exception and all(_follows(clause, rule) for clause in exception):
            yield "not", _("the exception holds wherever the rule does: it never applies")
            return


def _follows(clause: Clause, rule: Rule) -> bool:
    """Whether a clause of an exception holds wherever the rule's own do."""
    for own in rule.clauses:
        if own.condition == clause.condition:
            return _implies(own, clause)
    return False


def _implies(one: Clause, other: Clause) -> bool:
    condition = CONDITIONS[one.condition]
    if isinstance(condition, Bound):
        if not one.bound or not other.bound:
            return False  # a mistake of its own
        return (one.bound <= other.bound) if condition.below else (one.bound >= other.bound)
    return bool(one.values) and set(one.values) <= set(other.values)
