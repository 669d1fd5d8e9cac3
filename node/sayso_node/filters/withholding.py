"""Rules about single entries at work in a running node: each entry that comes is looked at before
anybody hears of it, and all others again when the rules change.

What came before a rule keeps its body, and is not passed on from then on.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from sayso_protocol.content.body import Label, read_body
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.filters.engine import RuleEngine
from sayso_protocol.filters.relay_rules import THINNING, keys_of, rules_on_entries
from sayso_protocol.filters.rules import NO_RULES, Rule, Rules, Stage
from sayso_protocol.ranges import Range
from sayso_storage.interface.store import Store, StoredEntry
from sayso_storage.interface.withholding import Decision, RelayRule, RuleProgress

from .facts.gatherer import Gatherer
from .judge import gatherer

PAGE: Final = 500
"""Entries that are looked at together."""

FRESH_MS: Final = 30_000
"""How old what is known of people, labels and copies may be when an entry is looked at: with a
rule about copies it costs a second to gather."""

AGAIN_MS: Final = 24 * 3_600_000
"""After this time all entries are looked at again: what a rule asks for may have come since."""


class Keeper:
    """Asks the rules of one store; any thread may call it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._rules = NO_RULES
        self._begun: Rules | None = None
        """The last rules of which the store was told."""
        self._names: dict[Rule, RelayRule] = {}
        self._engine = RuleEngine(NO_RULES)
        self._gatherer: tuple[int, Gatherer] | None = None
        self._changed: dict[bytes, None] = {}
        """Feeds of which `look` has not told yet."""
        self._removed: dict[bytes, None] = {}
        """Feeds of which `removed` has not told yet."""
        self._swept_ms: int | None = None
        """When nothing was left to look at."""
        self._upto: int | None = None
        """How far a sweep goes that is not the first."""

    @property
    def is_active(self) -> bool:
        """Whether there are such rules."""
        return bool(self._rules.rules)

    def change(self, rules: Rules, now_ms: int) -> None:
        """These are the owner's rules now: some entries may be passed on again, and some be
        fetched again. Raises `StoreError`."""
        chosen = rules_on_entries(rules, now_ms)
        with self._lock:
            if chosen == self._begun:
                return
            engine, keys = RuleEngine(chosen, (Stage.CARRY,)), keys_of(chosen)
            self._rules, self._engine, self._gatherer = chosen, engine, None
            self._names = {rule: _named(rule, key) for rule, key in keys.items()}
            self._begin(next(reversed(keys.values()), None), set(keys.values()), now_ms)
            self._begun = chosen  # where the store failed it is told again

    def _begin(self, key: bytes | None, good: Collection[bytes], now_ms: int) -> None:
        before = self._store.rule_progress()
        if (before.rules if before else None) == key:
            return  # as when the node stopped
        self._swept_ms = self._upto = None
        released = self._store.change_relay_rules(key, good)
        self._tell(released.feeds)
        self._removed |= dict.fromkeys(released.removed)
        self._look_at_kept(good, now_ms)

    def _look_at_kept(self, good: Collection[bytes], now_ms: int) -> None:
        """Ask the rules at once about what others kept back: who took one of those away waits."""
        asked, before = self._store.rule_progress(), None
        while asked and (page := self._store.withheld_entries(PAGE, before)):
            others = [one.entry for one in page if one.rule.key not in good]
            self._tell(self._store.withhold(self._decide(others, now_ms), asked))
            before = page[-1].entry.arrival

    def look(self, now_ms: int) -> list[bytes]:
        """Look at what has come. Gives the feeds of which other entries are passed on now than at
        the last call. Raises `StoreError`."""
        if not (self.is_active or self._changed):
            return []
        with self._lock:
            asked = self._store.rule_progress()
            while asked and (page := self._store.arrived_after(asked.judged, PAGE)):
                asked = asked._replace(judged=page[-1].arrival)
                found = self._decide(page, now_ms, since=asked.since)
                found += self._decide(self._labelled(page), now_ms)
                self._tell(self._store.withhold(found, asked))
            changed, self._changed = self._changed, {}
            return list(changed)

    def removed(self) -> list[bytes]:
        """The feeds of which thinned entries were removed since the last call, to be fetched."""
        if not self._removed:
            return []
        with self._lock:
            removed, self._removed = self._removed, {}
            return list(removed)

    def _tell(self, feeds: Iterable[bytes]) -> None:
        self._changed |= dict.fromkeys(feeds)

    def sweep(self, now_ms: int) -> bool:
        """Look at some of what was there before, or is to be looked at again; `look` tells of it.
        False where nothing is left to look at. Raises `StoreError`."""
        if not self.is_active:
            return False
        with self._lock:
            asked = self._store.rule_progress()
            if asked is not None and self._swept_ms is not None:
                if now_ms - self._swept_ms < AGAIN_MS:
                    return False
                self._swept_ms, self._upto = None, asked.judged
                asked = asked._replace(swept=0)
            if asked is None or not (page := self._unswept(asked)):
                self._swept_ms = now_ms
                return False
            found = self._decide(page, now_ms)
            self._tell(self._store.withhold(found, asked._replace(swept=page[-1].arrival)))
            return True

    def _unswept(self, asked: RuleProgress) -> list[StoredEntry]:
        upto = asked.since if self._upto is None else self._upto
        if asked.swept >= upto:
            return []
        page = self._store.arrived_after(asked.swept, PAGE)
        return [entry for entry in page if entry.arrival <= upto]

    def withheld(self, feeds: Iterable[bytes]) -> dict[bytes, list[Range]]:
        """See `Store.kept_back`. Raises `StoreError`."""
        return self._store.withheld(feeds) if self.is_active else {}

    def kept_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        """See `Store.withheld_within`. Raises `StoreError`."""
        return self._store.withheld_within(feed, first, last) if self.is_active else []

    def _decide(
        self, entries: Sequence[StoredEntry], now_ms: int, since: int | None = None
    ) -> list[Decision]:
        """What is to change about entries; of new ones, which came after `since`, nothing is known
        yet, and bodies go."""
        held = [entry for entry in entries if entry.body is not None]
        found: list[Decision] = []
        for entry, facts in zip(held, self._gather(now_ms).facts_of(held), strict=True):
            decides = self._engine.judge(facts, now_ms).carry
            rule = None if decides is None else self._names[decides]
            is_new = since is not None and entry.arrival > since
            if rule != (None if is_new else self._store.withheld_by(entry)):
                thins = decides is not None and decides.action in THINNING
                found.append(Decision(entry, rule, thin=is_new and thins))
        return found

    def _gather(self, now_ms: int) -> Gatherer:
        if self._gatherer is None or not 0 <= now_ms - self._gatherer[0] < FRESH_MS:
            self._gatherer = now_ms, gatherer(self._store, self._rules, now_ms)
        return self._gatherer[1]

    def _labelled(self, page: Iterable[StoredEntry]) -> list[StoredEntry]:
        """Entries that are labelled in a page by somebody whose labels the owner has chosen."""
        chosen = {one.account for one in self._rules.labellers}
        ids: dict[bytes, None] = {}
        for entry in page if chosen else ():
            if entry.body is not None and key_text(entry.account) in chosen:
                body = read_body(entry.body)
                if isinstance(body, Label):
                    ids |= dict.fromkeys(one.id for one in body.entries)
        if ids:
            self._gatherer = None  # it does not know of these labels
        return [one for entry_id in ids if (one := self._store.entry(entry_id)) is not None]


def _named(rule: Rule, key: bytes) -> RelayRule:
    return RelayRule(key, rule.action.value, rule.title, rule.by, rule.because)
