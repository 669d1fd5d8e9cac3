"""What the owner's rules make of stored entries, for whoever shows some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from sayso_protocol.facts import Facts
from sayso_protocol.filters.engine import NOTHING, Engine, Verdict
from sayso_protocol.filters.regex import BadPattern
from sayso_protocol.filters.rules import NO_RULES, Rules, Stage
from sayso_protocol.filters.trace import Asked, trace
from sayso_storage.interface.labels import Labels
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery

from ..accounts.names import Names
from ..clock import now_ms
from ..entries.item import PAGE, Item, describe
from ..home.directory import Home
from .facts.gatherer import Gatherer
from .file import FiltersError, load_rules

FEW = 16
"""Posts that are looked at once, at least, for the last that a page lacks."""

_SIFTED = 500
"""Items that are looked at together."""


class Choice:
    """Rules, and the store whose entries they judge, as of one moment (Unix milliseconds);
    `labels` are what labellers say, by default what the store has of that."""

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
            self._engine = Engine(rules, stages)
        except BadPattern as error:
            raise FiltersError(f"the rules cannot be used: {error}") from error
        self._rules = rules
        self.now_ms = now_ms
        self._labels = labels
        self._gatherer = gatherer(store, rules, now_ms, home, labels)

    def judge(self, entries: Sequence[StoredEntry]) -> list[Verdict]:
        """The verdict on each entry. Raises `StoreError`."""
        return [verdict for _, verdict in self.look_at(entries)]

    def look_at(self, entries: Sequence[StoredEntry]) -> list[tuple[Facts, Verdict]]:
        """The facts of each entry, and the verdict on it. Raises `StoreError`."""
        facts = self._gatherer.facts_of(entries)
        return list(zip(facts, self._verdicts(facts), strict=True))

    def _verdicts(self, facts: Sequence[Facts]) -> list[Verdict]:
        return [self._engine.judge(one, self.now_ms) for one in facts]

    def explain(self, entry: StoredEntry) -> tuple[Facts, list[Asked]]:
        """What every rule of all stages answered about an entry, and its facts. Raises
        `StoreError`."""
        [facts] = self._gatherer.facts_of([entry])
        return facts, trace(self._rules, facts, self.now_ms)


def judged_by(
    one: Choice, other: Choice, entries: Sequence[StoredEntry]
) -> tuple[list[Verdict], list[Verdict]]:
    """The verdicts of two choices on entries of one store, as of one moment. Raises
    `StoreError`."""
    facts = one._gatherer.facts_of(entries)
    if one._labels is not other._labels or not _sees_alike(one._rules, other._rules):
        return one._verdicts(facts), other.judge(entries)
    return one._verdicts(facts), other._verdicts(facts)


def _sees_alike(one: Rules, other: Rules) -> bool:
    """Whether the facts of an entry are the same under both."""
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
    """What gathers the facts that rules ask for, as of one moment (Unix milliseconds)."""
    return Gatherer(store, now_ms, rules.lists, _labellers(rules), home, labels)


def open_choice(home: Home, store: Store) -> Choice:
    """What the rules of a home say about showing. Raises `FiltersError`."""
    return Choice(store, load_rules(home), now_ms(), (Stage.SHOW, Stage.BOOST), home)


def without_rules(store: Store, home: Home | None = None) -> Choice:
    """No rules: nothing is hidden, folded or boosted."""
    return Choice(store, NO_RULES, now_ms(), home=home)


def chosen(
    store: Store,
    names: Names,
    choice: Choice,
    entries: Sequence[StoredEntry],
    *,
    most: int | None = None,
    unfiltered: bool = False,
) -> list[Item]:
    """Items of entries, in order and at most `most`, without the hidden ones unless `unfiltered`.

    In each `hidden` and `folded` name the rule that does it, `because` is what the rule gives
    as its reason, and `points` are those for views.
    """
    judged = zip(entries, choice.judge(entries), strict=True)
    kept = [(one, verdict) for one, verdict in judged if unfiltered or not verdict.hidden][:most]
    items = describe(store, names, [one for one, _ in kept])
    return [
        item | marks(verdict) if verdict.show or verdict.boost else item
        for item, (_, verdict) in zip(items, kept, strict=True)
    ]


def chosen_timeline(
    store: Store, query: TimelineQuery, choice: Choice, *, unfiltered: bool = False
) -> Iterator[Item]:
    """As `reading.timeline`, by the rules: as many posts as the query asks for are looked for
    behind those that are hidden."""
    names, left, size = Names(store), query.limit, min(query.limit, PAGE)
    while left > 0:
        page = store.timeline(replace(query, limit=size))
        items = chosen(store, names, choice, page, most=left, unfiltered=unfiltered)
        yield from items
        if len(page) < size:
            return
        left -= len(items)
        query = replace(query, before=page[-1].place)
        # Where much is hidden, few long looks are faster.
        size = min(2 * size if 2 * len(items) < size else max(2 * left, FEW), PAGE)


def sifted(
    store: Store, choice: Choice, items: Iterable[Item], key: str, *, unfiltered: bool = False
) -> Iterator[Item]:
    """Any items by the rules, without the hidden ones unless `unfiltered`: marked as `chosen`
    marks them. `key` is where an item has the id of its entry; what is not held is passed on."""
    left = iter(items)
    while some := list(islice(left, _SIFTED)):
        found = [store.entry(bytes.fromhex(item[key])) for item in some]
        verdicts = iter(choice.judge([entry for entry in found if entry is not None]))
        for item, entry in zip(some, found, strict=True):
            verdict = NOTHING if entry is None else next(verdicts)
            if unfiltered or not verdict.hidden:
                yield item | marks(verdict) if verdict.show or verdict.boost else item


def marks(verdict: Verdict) -> Item:
    """What an item says of a verdict; see `chosen`."""
    hidden, folded = verdict.hidden, verdict.folded
    return {
        "hidden": hidden.title if hidden else None,
        "folded": folded.title if folded else None,
        "because": verdict.show.because if verdict.show else None,
        "points": verdict.points,
    }
