"""The owner's rules at work on stored entries, for whoever shows some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sayso_protocol.facts import Facts
from sayso_protocol.filters.regex import BadPattern
from sayso_protocol.filters.rule_engine import RuleEngine, Verdict
from sayso_protocol.filters.rules import NO_RULES, Rule, Rules, Stage
from sayso_protocol.filters.trace import AskedRule, trace
from sayso_protocol.translation import _
from sayso_storage.interface.content.labels import Labels
from sayso_storage.interface.store import Store, StoredEntry

from ..clock import now_ms
from ..home.directory import Home
from .facts.gatherer import Gatherer
from .file import FiltersError, load_rules


class Judge:
    """Rules, and the store whose entries they judge, as of one moment (Unix milliseconds);
    `labels` are those of labellers, by default what the store has of that."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        now_ms: int,
        stages: Sequence[Stage] = tuple(Stage),
        home: Home | None = None,
        labels: Labels | None = None,
    ) -> None:
        try:
            self._engine = RuleEngine(rules, stages)
        except BadPattern as error:
            raise FiltersError(
                _("the rules cannot be used: {error}").format(error=error)
            ) from error
        self._rules = rules
        self.now_ms = now_ms
        self._labels = labels
        self._gatherer = gatherer(store, rules, now_ms, home, labels)

    def judge(self, entries: Sequence[StoredEntry]) -> list[Verdict]:
        """The verdict on each entry. Raises `StoreError`."""
        return [verdict for _, verdict in self.facts_and_verdicts(entries)]

    def facts_and_verdicts(self, entries: Sequence[StoredEntry]) -> list[tuple[Facts, Verdict]]:
        """The facts of each entry, and the verdict on it. Raises `StoreError`."""
        facts = self._gatherer.facts_of(entries)
        return list(zip(facts, self._verdicts(facts), strict=True))

    def _verdicts(self, facts: Sequence[Facts]) -> list[Verdict]:
        return [self._engine.judge(one, self.now_ms) for one in facts]

    def answers(self, entry: StoredEntry) -> tuple[Facts, list[AskedRule]]:
        """The facts of an entry, and the answer of every rule of all stages. Raises
        `StoreError`."""
        [facts] = self._gatherer.facts_of([entry])
        return facts, trace(self._rules, facts, self.now_ms)


class Comparison:
    """Two judges of one store, as of one moment, asked about the same entries."""

    def __init__(self, one: Judge, other: Judge) -> None:
        self._one, self._other = one, other
        self._changed: RuleEngine | None = None
        if one._labels is other._labels and _sees_alike(one._rules, other._rules):
            self._changed = RuleEngine(_changed(one._rules, other._rules), Stage)

    def verdicts(
        self, entries: Sequence[StoredEntry]
    ) -> Iterator[tuple[StoredEntry, Verdict, Verdict]]:
        """The verdicts of both on each entry on which they may differ: where no rule waits for it
        that only one of them has, they agree. Raises `StoreError`."""
        facts = self._one._gatherer.facts_of(entries)
        if self._changed is None:
            yield from zip(
                entries, self._one._verdicts(facts), self._other.judge(entries), strict=True
            )
            return
        now_ms = self._one.now_ms
        for entry, each in zip(entries, facts, strict=True):
            if self._changed.may_decide(each):
                engines = self._one._engine, self._other._engine
                before, after = (engine.judge(each, now_ms) for engine in engines)
                yield entry, before, after


def _changed(one: Rules, other: Rules) -> Rules:
    """The rules of both between those at the beginning and at the end that both have."""
    first, second = list(one.rules), list(other.rules)
    for at in (0, -1):
        while first and second and _same(first[at], second[at]):
            del first[at], second[at]
    return replace(one, rules=(*first, *second))


def _same(one: Rule, other: Rule) -> bool:
    return one._replace(number=other.number) == other


def _sees_alike(one: Rules, other: Rules) -> bool:
    """True where the facts of an entry are the same under both."""
    return one.lists == other.lists and _labellers(one) == _labellers(other)


def _labellers(rules: Rules) -> list[str]:
    return [one.account for one in rules.labellers]


def gatherer(
    store: Store,
    rules: Rules,
    now_ms: int,
    home: Home | None = None,
    labels: Labels | None = None,
) -> Gatherer:
    """The gatherer of the facts that rules ask for, as of one moment (Unix milliseconds)."""
    return Gatherer(store, now_ms, rules.lists, _labellers(rules), home, labels)


def open_judge(home: Home, store: Store) -> Judge:
    """The judge of what is shown, by the rules of a home. Raises `FiltersError`."""
    return Judge(store, load_rules(home), now_ms(), (Stage.SHOW, Stage.BOOST), home)


def without_rules(store: Store, home: Home | None = None) -> Judge:
    """No rules: nothing is hidden, folded or boosted."""
    return Judge(store, NO_RULES, now_ms(), home=home)
