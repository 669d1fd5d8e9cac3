"""Why an entry is shown as it is: what each rule answered, the labels, and how it came here.

The same store and files give the same answer on every machine; the clock counts only where a
rule looks at it, as an age or an end does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.facts import Facts
from sayso_protocol.feed.entry import id_text
from sayso_protocol.filters.conditions import CONDITIONS
from sayso_protocol.filters.conditions import Membership as Choosing
from sayso_protocol.filters.rules import STAGES, Action, Clause, Stage
from sayso_protocol.filters.trace import AskedRule, RuleAnswer
from sayso_storage.interface.store import Store, StoredEntry, Subscription
from sayso_storage.interface.withholding import RelayRule

from ..accounts.lineage import line_of
from ..timestamps import time_text
from .judge import Judge

Item = dict[str, Any]
Score = Callable[[Facts], Sequence[Item]]
"""The terms of an entry's score under a view: items with `term`, `value` and `failure`."""

_LABELS: Final = {
    "labels": "entry",
    "labels_through": "carried or answered entry",
    "lists": "account",
    "lists_through": "carried or answered account",
}
"""Facts that are labels or lists, and what those are on."""


def why(store: Store, choice: Judge, entry: StoredEntry, score: Score | None = None) -> Item:
    """The answer, ready for JSON.

    `shown` is false where a rule hides it; `hidden`, `folded`, `carry` name the rule that
    decides that, `points` are those of the rule that boosts. `withheld` tells of an entry that
    is not passed on by which rule that is, as it was then, and whether the body is `stored`:
    where it is not, rules about it can say nothing. `rules` has each rule that was
    tried, in order; `score` what `score` says, and the points of rules: empty without a view.
    Raises `StoreError`, `BadPattern`.
    """
    facts, asked = choice.explain(entry)
    deciding = {stage: _deciding(asked, stage) for stage in Stage}
    show, boost, carry = deciding[Stage.SHOW], deciding[Stage.BOOST], deciding[Stage.CARRY]
    kept = store.withheld_by(entry)
    hides = show is not None and show.rule.action is Action.HIDE
    return {
        "id": id_text(entry.id),
        "author": facts.account,
        "shown": not hides,
        "hidden": show.rule.title if show and hides else None,
        "folded": show.rule.title if show and not hides else None,
        "because": show.rule.because if show else None,
        "points": boost.rule.points if boost else 0,
        "carry": kept.title if kept else carry.rule.title if carry else None,
        "kept_back": None if kept is None else _withheld(entry, kept),
        "rules": [_tried(one) for one in asked],
        "labels": _labels(facts),
        "score": [] if score is None else [*score(facts), *_boosted(boost)],
        "came": came(store, entry),
    }


def came(store: Store, entry: StoredEntry) -> Item:
    """How an entry came here: `own`, or by which subscriptions to posts (`follows`) and to labels
    (`labellers`), from which `peers` (none where it was written or imported here, or that is not
    known), and when."""
    subscriptions = store.subscriptions()
    petnames = {one.account: one.petname for one in subscriptions}
    subscribed = [one for one in subscriptions if entry.account in line_of(store, one.account)]
    labellers = [key for key in store.labellers() if entry.account in line_of(store, key)]
    source = store.source_of(entry.arrival)
    return {
        "own": any(one.own for one in subscribed),
        "follows": [_follow(one) for one in subscribed if one.followed],
        "labellers": [
            {"account": key_text(key), "petname": petnames.get(key)} for key in labellers
        ],
        "peers": [] if source is None else [source],
        "arrived": time_text(entry.arrived_ms),
    }


def _withheld(entry: StoredEntry, rule: RelayRule) -> Item:
    return {
        "rule": rule.title,
        "action": rule.action,
        "by": rule.by or "owner",
        "because": rule.because,
        "stored": entry.body is not None,
    }


def _deciding(asked: Sequence[AskedRule], stage: Stage) -> AskedRule | None:
    """The rule that decided a stage; one that allows decides that nothing is done."""
    applied = (one for one in asked if one.applies and stage in STAGES[one.rule.action])
    first = next(applied, None)
    return None if first is None or first.rule.action is Action.ALLOW else first


def _boosted(boost: AskedRule | None) -> list[Item]:
    if boost is None:
        return []
    return [{"term": f"rule {boost.rule.title}", "value": boost.rule.points, "failure": None}]


def _tried(asked: AskedRule) -> Item:
    rule = asked.rule
    return {
        "number": rule.number,
        "rule": rule.title,
        "action": str(rule.action),
        # A subscription to labels makes rules that are its labeller's doing.
        "by": getattr(rule, "by", None) or "owner",
        "applies": asked.applies,
        "why": asked.why,
        "answers": [_answer(one) for one in asked.answers],
    }


def _answer(answer: RuleAnswer) -> Item:
    clause = answer.clause
    told: Item = {"condition": clause.condition, "holds": answer.holds}
    if isinstance(CONDITIONS[clause.condition], Choosing):
        return told | {"found": list(answer.found)}
    return told | {"value": answer.value, _bound(clause): clause.bound}


def _bound(clause: Clause) -> str:
    condition = CONDITIONS[clause.condition]
    assert not isinstance(condition, Choosing)
    return "below" if condition.below else "at_least"


def _labels(facts: Facts) -> list[Item]:
    found = list[Item]()
    for fact, on in _LABELS.items():
        for label in getattr(facts, fact):
            name, _, by = label.rpartition("@") if "@" in label else (label, "", "")
            found.append({"label": name, "by": by or "owner", "on": on})
    return found


def _follow(subscription: Subscription) -> Item:
    return {
        "account": key_text(subscription.account),
        "petname": subscription.petname,
        "since": time_text(subscription.since_ms),
    }
