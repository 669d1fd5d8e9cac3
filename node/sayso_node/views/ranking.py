"""Posts as a view ranks them.

What is ranked is bounded: the newest `MAX_RANKED` posts of the last `RANKED_MS`, or since
another moment. Rules come first: what they hide is not ranked, and the points of boosts are added
to the scores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from sayso_protocol.facts import Facts
from sayso_protocol.filters.rule_engine import Verdict
from sayso_protocol.limits import MAX_RANKED, RANKED_MS
from sayso_protocol.translation import _
from sayso_protocol.views.language import BadView
from sayso_protocol.views.ranking import Ranking, Term, View, order
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery

from ..filters.judge import Judge
from .file import ViewsError


class Ranked(NamedTuple):
    """A post and its score, points of rules included; None where the view has none for it."""

    entry: StoredEntry
    verdict: Verdict
    score: int | None


def ranked(
    store: Store, query: TimelineQuery, judge: Judge, view: View, *, unfiltered: bool = False
) -> list[Ranked]:
    """The posts that a query is about, all that are ranked, best first; its `limit` does not
    count. Without the hidden ones unless `unfiltered`. Raises `ViewsError`, `StoreError`."""
    ranking = _ranking(view)
    since = judge.now_ms - RANKED_MS if query.since_ms is None else query.since_ms
    entries = store.timeline(replace(query, limit=MAX_RANKED, since_ms=max(since, 0)))
    found = list[Ranked]()
    for entry, (facts, verdict) in zip(entries, judge.facts_and_verdicts(entries), strict=True):
        if unfiltered or not verdict.hidden:
            score = ranking.score(facts)
            found.append(Ranked(entry, verdict, None if score is None else score + verdict.points))
    return sorted(found, key=_order, reverse=True)


def score_of(view: View) -> Callable[[Facts], list[Term]]:
    """The function that gives the terms of a score under a view. Raises `ViewsError`."""
    return _ranking(view).terms


def _ranking(view: View) -> Ranking:
    try:
        return Ranking(view.expression)
    except BadView as error:
        raise ViewsError(
            _("the view {name} cannot be used: {error}").format(name=view.name, error=error)
        ) from error


def _order(one: Ranked) -> tuple[bool, int, int, int, bytes]:
    return order(one.score, one.entry.sort_ms, one.entry.seq, one.entry.id)
