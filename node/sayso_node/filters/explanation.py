"""The reasons why an entry is shown as it is: the answers of rules, the labels, the way it came.

The same store and files give the same answer on every machine; the clock counts only where a
rule looks at it, as an age or an end does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.facts import Facts
from sayso_protocol.feed.entry import id_text
from sayso_protocol.filters.conditions import CONDITIONS, Membership
from sayso_protocol.filters.rules import STAGES, Action, Clause, Rule, Stage
from sayso_protocol.filters.trace import AskedRule, RuleAnswer
from sayso_storage.interface.store import Store, StoredEntry, Subscription
from sayso_storage.interface.withholding import RelayRule

from ..accounts.lineage import line_of
from ..accounts.lookup import find_entry
from ..clock import now_ms
from ..home.directory import Home
from ..timestamps import time_text
from .file import load_rules
from .judge import Judge

if TYPE_CHECKING:
    from sayso_protocol.views.ranking import Term

Score = Callable[[Facts], Sequence["Term"]]
"""The terms of an entry's score under a view."""

_LABELS: Final = {
    "labels": "entry",
    "labels_through": "carried or answered entry",
    "lists": "account",
    "lists_through": "carried or answered account",
}
"""Facts that are labels or lists, and what those are on."""


@dataclass(frozen=True, slots=True)
class LabelFound:
    """A label that rules can look at: who says it, ``owner`` or a labeller, and on what."""

    label: str
    by: str
    on: str

    def as_json(self) -> dict[str, object]:
        """The label for programs."""
        return {"label": self.label, "by": self.by, "on": self.on}


@dataclass(frozen=True, slots=True)
class Arrival:
    """The way on which an entry came here: as an `own` one, or by subscriptions to posts
    (`follows`) and to labels (`labellers`, with petnames); from which peer (None where it was
    written or imported here, or that is not known); and when."""

    own: bool
    follows: Sequence[Subscription]
    labellers: Sequence[tuple[bytes, str | None]]
    peer: str | None
    arrived_ms: int

    def as_json(self) -> dict[str, object]:
        """The arrival for programs."""
        return {
            "own": self.own,
            "follows": [_subscription_json(one) for one in self.follows],
            "labellers": [
                {"account": key_text(key), "petname": petname} for key, petname in self.labellers
            ],
            "peers": [] if self.peer is None else [self.peer],
            "arrived": time_text(self.arrived_ms),
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer. `show`, `boost` and `carry` are the rules that decide; `withheld_by` is the one
    by which it is not passed on, as it was then: where the body is not held, rules about it can
    say nothing. `asked` has each rule that was tried, in order; `terms` make the score of a view,
    where one was asked for."""

    entry: StoredEntry
    author: str
    show: Rule | None
    boost: Rule | None
    carry: Rule | None
    withheld_by: RelayRule | None
    asked: Sequence[AskedRule]
    labels: Sequence[LabelFound]
    terms: Sequence[Term] | None
    arrival: Arrival

    @property
    def hidden(self) -> str | None:
        """The name of the rule that hides it."""
        return self.show.title if self.show and self.show.action is Action.HIDE else None

    @property
    def folded(self) -> str | None:
        """The name of the rule that folds it."""
        return self.show.title if self.show and self.show.action is not Action.HIDE else None

    @property
    def score(self) -> list[tuple[str, int | None, str | None]]:
        """Text, value and failure of each term of the score, then the points of rules; empty
        without a view."""
        if self.terms is None:
            return []
        found = [(one.text, one.value, one.failure or None) for one in self.terms]
        boost = self.boost
        return found if boost is None else [*found, (f"rule {boost.title}", boost.points, None)]

    def as_json(self) -> dict[str, object]:
        """The answer for programs."""
        withheld, carry = self.withheld_by, self.carry
        return {
            "id": id_text(self.entry.id),
            "author": self.author,
            "shown": self.hidden is None,
            "hidden": self.hidden,
            "folded": self.folded,
            "because": self.show.because if self.show else None,
            "points": self.boost.points if self.boost else 0,
            "carry": withheld.title if withheld else carry.title if carry else None,
            "kept_back": None if withheld is None else _withheld_json(self.entry, withheld),
            "rules": [_asked_json(one) for one in self.asked],
            "labels": [one.as_json() for one in self.labels],
            "score": [
                {"term": text, "value": value, "failure": failure}
                for text, value, failure in self.score
            ],
            "came": self.arrival.as_json(),
        }


def explain(
    store: Store, judge: Judge, entry: StoredEntry, score: Score | None = None
) -> Explanation:
    """The reasons why an entry is shown as it is. Raises `StoreError`, `BadPattern`."""
    facts, asked = judge.answers(entry)
    return Explanation(
        entry,
        facts.account,
        _deciding(asked, Stage.SHOW),
        _deciding(asked, Stage.BOOST),
        _deciding(asked, Stage.CARRY),
        store.withheld_by(entry),
        asked,
        _labels(facts),
        None if score is None else score(facts),
        arrival_of(store, entry),
    )


def explain_entry(home: Home, store: Store, typed: str) -> Explanation:
    """The reasons for the entry that an ID names, by the rules of the home and as of now. Raises
    `NodeError`, `StoreError`."""
    judge = Judge(store, load_rules(home), now_ms(), home=home)
    return explain(store, judge, find_entry(store, typed))


def arrival_of(store: Store, entry: StoredEntry) -> Arrival:
    """The way on which an entry came here."""
    subscriptions = store.subscriptions()
    petnames = {one.account: one.petname for one in subscriptions}
    subscribed = [one for one in subscriptions if entry.account in line_of(store, one.account)]
    labellers = [key for key in store.labellers() if entry.account in line_of(store, key)]
    return Arrival(
        any(one.own for one in subscribed),
        [one for one in subscribed if one.followed],
        [(key, petnames.get(key)) for key in labellers],
        store.source_of(entry.arrival),
        entry.arrived_ms,
    )


def found_by(answer: RuleAnswer) -> tuple[str, ...] | None:
    """The values that a clause found; None where it compares a number."""
    return answer.found if _is_choice(answer.clause) else None


def _deciding(asked: Sequence[AskedRule], stage: Stage) -> Rule | None:
    """The rule that decided a stage; one that allows decides that nothing is done."""
    applied = (one.rule for one in asked if one.applies and stage in STAGES[one.rule.action])
    first = next(applied, None)
    return None if first is None or first.action is Action.ALLOW else first


def _labels(facts: Facts) -> list[LabelFound]:
    found = list[LabelFound]()
    for fact, on in _LABELS.items():
        for label in getattr(facts, fact):
            name, _, by = label.rpartition("@") if "@" in label else (label, "", "")
            found.append(LabelFound(name, by or "owner", on))
    return found


def _withheld_json(entry: StoredEntry, rule: RelayRule) -> dict[str, object]:
    return {
        "rule": rule.title,
        "action": rule.action,
        "by": rule.by or "owner",
        "because": rule.because,
        "stored": entry.body is not None,
    }


def _asked_json(asked: AskedRule) -> dict[str, object]:
    rule = asked.rule
    return {
        "number": rule.number,
        "rule": rule.title,
        "action": str(rule.action),
        # A subscription to labels makes rules that are its labeller's doing.
        "by": rule.by or "owner",
        "applies": asked.applies,
        "why": asked.why,
        "answers": [_answer_json(one) for one in asked.answers],
    }


def _answer_json(answer: RuleAnswer) -> dict[str, object]:
    clause, found = answer.clause, found_by(answer)
    common: dict[str, object] = {"condition": clause.condition, "holds": answer.holds}
    if found is not None:
        return common | {"found": list(found)}
    return common | {"value": answer.value, _bound(clause): clause.bound}


def _is_choice(clause: Clause) -> bool:
    return isinstance(CONDITIONS[clause.condition], Membership)


def _bound(clause: Clause) -> str:
    condition = CONDITIONS[clause.condition]
    assert not isinstance(condition, Membership)
    return "below" if condition.below else "at_least"


def _subscription_json(subscription: Subscription) -> dict[str, object]:
    return {
        "account": key_text(subscription.account),
        "petname": subscription.petname,
        "since": time_text(subscription.since_ms),
    }
