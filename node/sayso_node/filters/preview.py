"""The effect of rules on all posts that are held: of new ones before they count, and of those in
force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import nlargest
from typing import NamedTuple

from sayso_protocol.filters.rule_engine import Verdict
from sayso_protocol.filters.rules import Action, Rule, Rules, Stage
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.names import Names
from ..entries.item import Item
from ..entries.loader import PAGE, load_items
from .facts.author import FOLLOWED, AuthorFacts
from .judge import Comparison, Judge

Progress = Callable[[int], None]

_SHOW = (Stage.SHOW,)


class Change(NamedTuple):
    """A post that would be shown in another way: as ``hidden``, ``folded`` or ``shown``, and
    the rule that does it, or did."""

    entry: StoredEntry
    now: str
    then: str
    rule: Rule


@dataclass
class Tried:
    """The numbers of posts that change, counted while `changes` are read."""

    posts: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """By what they become: ``hidden``, ``folded``, ``shown``."""
    from_followed: Counter[str] = field(default_factory=Counter)
    """Of these, those by accounts that are followed."""


def held_posts(
    store: Store, since_ms: int | None, progress: Progress, arrival: int = 0
) -> Iterator[list[StoredEntry]]:
    """All posts of the timeline in pages, as they came, in an eighth of the time that it takes
    newest first, from behind a place in the order of arrival; `progress` is told how many are
    done."""
    while page := store.shown_after(arrival, PAGE, since_ms):
        yield page
        progress(len(page))
        arrival = page[-1].arrival


def changes(
    store: Store, pages: Iterator[list[StoredEntry]], old: Judge, new: Judge, tried: Tried
) -> Iterator[Change]:
    """The posts that other rules would show in another way, in the order of the pages."""
    authors, comparison = AuthorFacts(store), Comparison(old, new)
    for page in pages:
        tried.posts += len(page)
        for entry, before, after in comparison.verdicts(page):
            rule = after.show or before.show
            if rule is None or _how(before) == _how(after):
                continue
            tried.counts[_how(after)] += 1
            tried.from_followed[_how(after)] += authors.distance(entry.account) == FOLLOWED
            yield Change(entry, _how(before), _how(after), rule)


def newest_first(found: Iterator[Change], most: int) -> list[Change]:
    """So many of the changes; all of them are read."""
    return nlargest(most, found, key=lambda change: change.entry.place)


def try_rules(
    store: Store, old: Rules, new: Rules, now_ms: int, most: int, progress: Progress
) -> tuple[Tried, list[ChangedPost]]:
    """The effect of other rules on all posts that are held: how many change, and the newest of
    these. Raises `FiltersError`, `StoreError`."""
    tried = Tried()
    judges = Judge(store, old, now_ms, _SHOW), Judge(store, new, now_ms, _SHOW)
    found = newest_first(changes(store, held_posts(store, None, progress), *judges, tried), most)
    return tried, load_changed(store, found)


@dataclass(frozen=True, slots=True)
class ChangedPost:
    """A change, with its post as an item."""

    item: Item
    change: Change

    @property
    def rule(self) -> str:
        """The name of the rule."""
        return self.change.rule.title

    def as_json(self) -> dict[str, object]:
        """The post for programs, with `was`, `becomes` and `rule`."""
        was, becomes = self.change.now, self.change.then
        return self.item.as_json() | {"was": was, "becomes": becomes, "rule": self.rule}


def load_changed(store: Store, changes: Iterable[Change]) -> list[ChangedPost]:
    """The posts of changes, in order."""
    found, names = list(changes), Names(store)
    items = load_items(store, names, [change.entry for change in found])
    return [ChangedPost(item, change) for item, change in zip(items, found, strict=True)]


class Count(NamedTuple):
    """Of how many posts a rule decides something."""

    rule: Rule
    posts: int
    expired: bool


def counts(
    store: Store, rules: Rules, now_ms: int, since_ms: int | None, progress: Progress
) -> list[Count]:
    """The number of held posts that each rule hides, folds, boosts, allows or keeps from being
    carried: those on which it has the last word."""
    judge, found = Judge(store, rules, now_ms), Counter[int]()
    for page in held_posts(store, since_ms, progress):
        for verdict in judge.judge(page):
            deciding = (verdict.show, verdict.boost, verdict.carry, verdict.allow)
            found.update(rule.number for rule in deciding if rule is not None)
    return [Count(rule, found[rule.number], rule.expired(now_ms)) for rule in rules.rules]


def _how(verdict: Verdict) -> str:
    if verdict.show is None:
        return "shown"
    return "hidden" if verdict.show.action is Action.HIDE else "folded"
