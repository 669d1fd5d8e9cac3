"""Rules at work: facts in, verdict out.

Ten thousand rules cost an entry little, since each waits under one of its clauses in an index
by account, list, tag and so on; all words and all patterns are looked for at once. Only rules
under something that the entry has are looked at, in the order of the file, cheap clauses
first; facts that no rule asks for are never gathered. What it does is what `trace` says
word by word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Final

from ..facts import Facts
from .conditions import CONDITIONS, TEXTUAL, Membership, reaches, texts_of, values_of
from .regex import Patterns
from .rules import STAGES, Action, Clause, Clauses, Rule, Rules, Stage
from .word_matcher import WordMatcher

OWN: Final = 0
"""The distance of own entries, to which no rule applies."""

_INDEXED: Final = (
    "account", "words", "pattern", "host", "tag", "media_kind", "list", "label", "lang", "kind",
)  # fmt: skip
"""Conditions that rules wait under: the first that a rule has, the rarest kind of match first."""

_RARITY: Final = {name: place for place, name in enumerate(_INDEXED)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of rules on an entry, and which of them decided; no rule, no say."""

    show: Rule | None = None
    """Hides or folds it."""
    boost: Rule | None = None
    carry: Rule | None = None
    """Drops it, keeps its header only, or does not relay it."""
    allow: Rule | None = None
    """Ended the search before something was decided."""

    @property
    def hidden(self) -> Rule | None:
        """The rule that hides it."""
        return self.show if self.show and self.show.action is Action.HIDE else None

    @property
    def folded(self) -> Rule | None:
        """The rule that folds it."""
        return self.show if self.show and self.show.action is Action.FOLD else None

    @property
    def points(self) -> int:
        """Points for views."""
        return self.boost.points if self.boost else 0


NOTHING: Final = Verdict()

_NONE: Final[Set[str]] = frozenset()


class RuleEngine:
    """Compiled rules. Making one takes time in proportion to their number.

    Raises `BadPattern` where their patterns together are too much.
    """

    def __init__(self, rules: Rules, stages: Iterable[Stage] = tuple(Stage)) -> None:
        self._stages = frozenset(stages)
        self._rules = [rule for rule in rules.rules if STAGES[rule.action] & self._stages]
        self._waiting: defaultdict[tuple[str, bool], defaultdict[str, list[int]]]
        self._waiting = defaultdict(lambda: defaultdict(list))
        self._always: list[int] = []
        for place, rule in enumerate(self._rules):
            self._enter(place, rule)
        sought = _sought(self._rules)
        self._finders: dict[str, WordMatcher | Patterns] = {
            "words": WordMatcher(sought["words"]),
            "pattern": Patterns(sought["pattern"]),
        }

    def _enter(self, place: int, rule: Rule) -> None:
        under = _index_clause(rule.clauses)
        if under is None:
            self._always.append(place)
            return
        index = self._waiting[under.condition, _looks_through(rule, under)]
        for value in under.values:
            index[value].append(place)

    def may_decide(self, facts: Facts) -> bool:
        """Whether any rule waits for such an entry; where none does it decides nothing. Raises as
        `judge`."""
        return bool(self._rules) and bool(self._candidates(_Look(facts, self._finders)))

    def judge(self, facts: Facts, now_ms: int) -> Verdict:
        """The verdict on an entry. Raises what asking for facts raises."""
        if not self._rules:
            return NOTHING
        look = _Look(facts, self._finders)
        candidates = self._candidates(look)
        if not candidates:
            return NOTHING
        open_stages = set(self._stages)
        decided: dict[Stage, Rule] = {}
        for place in sorted(candidates):
            rule = self._rules[place]
            stages = STAGES[rule.action] & open_stages
            if not stages or not look.applies(rule, now_ms):
                continue
            if facts.distance == OWN:
                return NOTHING
            if rule.action is Action.ALLOW:
                return _verdict(decided, rule)
            decided |= dict.fromkeys(stages, rule)
            open_stages -= stages
            if not open_stages:
                break
        return _verdict(decided)

    def _candidates(self, look: _Look) -> set[int]:
        found = set(self._always)
        for (condition, through), index in self._waiting.items():
            for value in look.values(condition, through=through):
                if value in index:
                    found.update(index[value])
        return found


class _Look:
    """One entry as clauses see it; each thing is looked for once."""

    def __init__(self, facts: Facts, finders: dict[str, WordMatcher | Patterns]) -> None:
        self._facts = facts
        self._finders = finders
        self._seen: dict[tuple[str, bool], Set[str]] = {}

    def values(self, condition: str, *, through: bool) -> Set[str]:
        """The values of the entry that a condition looks at."""
        key = condition, through
        if key not in self._seen:
            self._seen[key] = self._look(condition, through=through)
        return self._seen[key]

    def _look(self, condition: str, *, through: bool) -> Set[str]:
        if condition not in TEXTUAL:
            return values_of(condition, self._facts, through=through)
        texts = texts_of(condition, self._facts, through=through)
        if not texts:
            return _NONE
        first, *more = map(self._finders[condition].found_in, texts)
        return first.union(*more)

    def applies(self, rule: Rule, now_ms: int) -> bool:
        """Whether a rule applies, its author aside."""
        if rule.expired(now_ms) or not self._all_hold(rule, rule.clauses):
            return False
        return not any(self._all_hold(rule, exception) for exception in rule.exceptions)

    def _all_hold(self, rule: Rule, clauses: Clauses) -> bool:
        return all(self._holds(rule, clause) for clause in clauses)

    def _holds(self, rule: Rule, clause: Clause) -> bool:
        if not isinstance(CONDITIONS[clause.condition], Membership):
            return reaches(clause, self._facts)
        has = self.values(clause.condition, through=_looks_through(rule, clause))
        return any(value in has for value in clause.values)


def _looks_through(rule: Rule, clause: Clause) -> bool:
    condition = CONDITIONS[clause.condition]
    return rule.through and isinstance(condition, Membership) and bool(condition.through)


def _index_clause(clauses: Clauses) -> Clause | None:
    found = [clause for clause in clauses if clause.condition in _RARITY]
    return min(found, key=lambda clause: _RARITY[clause.condition], default=None)


def _sought(rules: list[Rule]) -> dict[str, list[str]]:
    """All values of textual conditions, without repeats."""
    found: dict[str, dict[str, None]] = {name: {} for name in TEXTUAL}
    for rule in rules:
        for clauses in (rule.clauses, *rule.exceptions):
            for clause in clauses:
                if clause.condition in TEXTUAL:
                    found[clause.condition] |= dict.fromkeys(clause.values)
    return {name: list(values) for name, values in found.items()}


def _verdict(decided: dict[Stage, Rule], allow: Rule | None = None) -> Verdict:
    if not decided and allow is None:
        return NOTHING
    show, boost, carry = map(decided.get, (Stage.SHOW, Stage.BOOST, Stage.CARRY))
    return Verdict(show, boost, carry, allow)
