"""The owner's rules at work in a running node: what it neither fetches nor passes on.

Each entry that comes is decided on before anybody hears of it, and all others again when the rules
change. What came before a rule keeps its body, and is not passed on from then on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable
from typing import Final

from sayso_protocol.filters.account_rules import dropping, drops_accounts
from sayso_protocol.filters.relay_rules import rules_on_entries
from sayso_protocol.filters.rules import NO_RULES, Rules
from sayso_protocol.ranges import Range
from sayso_storage.interface.store import Store, StoredEntry
from sayso_storage.interface.withholding import RuleProgress

from ..clock import now_ms
from .entry_rules import EntryRules
from .judge import gatherer
from .live_rules import LiveRules

log = logging.getLogger(__name__)

PAGE: Final = 500
"""Entries that are decided on together."""

AGAIN_MS: Final = 24 * 3_600_000
"""After this time all entries are decided on again: what a rule asks for may have come since."""


class RelayFilter:
    """The relay policy of a node with rules: those of a home, which may change, or fixed ones. Any
    thread may call it."""

    def __init__(
        self, store: Store, rules: LiveRules | Rules, clock: Callable[[], int] = now_ms
    ) -> None:
        self._store = store
        self._clock = clock
        self._given = rules
        self._lock = threading.Lock()
        self._entry_rules = EntryRules(store, NO_RULES)
        self._begun: Rules | None = None
        """The last rules about entries of which the store was told."""
        self._changed: dict[bytes, None] = {}
        """Feeds of which `scan` has not told yet."""
        self._removed: dict[bytes, None] = {}
        """Feeds of which `take_removed` has not told yet."""
        self._swept_ms: int | None = None
        """When nothing was left to decide on."""
        self._upto: int | None = None
        """How far a sweep goes that is not the first."""
        self._applied_ms = self._clock()
        """When the rules about accounts were applied last."""

    # --- the rules in force ------------------------------------------------------------------

    @property
    def _rules(self) -> Rules:
        return self._given.rules if isinstance(self._given, LiveRules) else self._given

    @property
    def trouble(self) -> str | None:
        """Why the rules that were written last are not in force, for a person."""
        trouble = self._given.trouble if isinstance(self._given, LiveRules) else None
        return None if trouble is None else str(trouble)

    def _reload(self) -> bool:
        return isinstance(self._given, LiveRules) and self._given.refresh()

    def is_stale(self) -> bool:
        """Whether there are other rules now than when they were applied last."""
        ends = (rule.until_ms for rule in self._rules.rules if rule.until_ms is not None)
        return self._reload() or any(self._applied_ms < end <= self._clock() for end in ends)

    def refresh(self) -> str | None:
        """Read the rules again if they were changed: some entries may be passed on again, and some
        be fetched again. Gives the `trouble`. Raises `StoreError`."""
        if self._reload():
            log.info("rules: %s", self.trouble or "read again")
        present = self._clock()
        chosen = rules_on_entries(self._rules, present)
        with self._lock:
            if chosen != self._begun:
                self._entry_rules = EntryRules(self._store, chosen)
                self._begin(present)
                self._begun = chosen  # where the store failed it is told again
        return self.trouble

    def _begin(self, present: int) -> None:
        key, good = self._entry_rules.key, self._entry_rules.keys
        before = self._store.rule_progress()
        if (before.rules if before else None) == key:
            return  # as when the node stopped
        self._swept_ms = self._upto = None
        released = self._store.change_relay_rules(key, good)
        self._note(released.feeds)
        self._removed |= dict.fromkeys(released.removed)
        self._recheck_withheld(good, present)

    def _recheck_withheld(self, good: Collection[bytes], present: int) -> None:
        """Decide at once on what other rules withheld: who took one of those away waits."""
        asked, before = self._store.rule_progress(), None
        while asked and (page := self._store.withheld_entries(PAGE, before)):
            others = [one.entry for one in page if one.rule.key not in good]
            decisions = self._entry_rules.decide(others, present)
            self._note(self._store.withhold(decisions, asked))
            before = page[-1].entry.arrival

    # --- accounts ----------------------------------------------------------------------------

    def dropped(self, accounts: Collection[bytes]) -> frozenset[bytes]:
        """Those of the accounts that are blocked. Costs nothing where there is no such rule.
        Raises `StoreError`."""
        rules, present = self._rules, self._clock()
        self._applied_ms = present
        if not drops_accounts(rules):
            return frozenset()
        facts_of = gatherer(self._store, rules, present).facts_of_account
        return frozenset(one for one in accounts if dropping(rules, facts_of(one), present))

    # --- entries -----------------------------------------------------------------------------

    def scan(self) -> list[bytes]:
        """Decide on what has come into the store before anybody hears of it. Gives the feeds of
        which other entries are passed on than at the last call. Raises `StoreError`."""
        if not (self._entry_rules.is_active or self._changed):
            return []
        present = self._clock()
        with self._lock:
            asked, rules = self._store.rule_progress(), self._entry_rules
            while asked and (page := self._store.arrived_after(asked.judged, PAGE)):
                asked = asked._replace(judged=page[-1].arrival)
                found = rules.decide(page, present, since=asked.since)
                found += rules.decide(rules.labelled(page), present)
                self._note(self._store.withhold(found, asked))
            changed, self._changed = self._changed, {}
            return list(changed)

    def sweep(self) -> bool:
        """Decide on some of what was there before, or is to be decided on again; `scan` tells of
        it. False where nothing is left. Raises `StoreError`."""
        if not self._entry_rules.is_active:
            return False
        present = self._clock()
        with self._lock:
            asked = self._store.rule_progress()
            if asked is not None and self._swept_ms is not None:
                if present - self._swept_ms < AGAIN_MS:
                    return False
                self._swept_ms, self._upto = None, asked.judged
                asked = asked._replace(swept=0)
            if asked is None or not (page := self._unswept(asked)):
                self._swept_ms = present
                return False
            found = self._entry_rules.decide(page, present)
            self._note(self._store.withhold(found, asked._replace(swept=page[-1].arrival)))
            return True

    def take_removed(self) -> list[bytes]:
        """The feeds of which thinned entries were removed since the last call, to be fetched
        again."""
        if not self._removed:
            return []
        with self._lock:
            removed, self._removed = self._removed, {}
            return list(removed)

    def withheld(self, feeds: Iterable[bytes]) -> dict[bytes, list[Range]]:
        """The numbers of the entries that are held and not passed on, by feed. Costs nothing
        where no rule is about single entries. Raises `StoreError`."""
        return self._store.withheld(feeds) if self._entry_rules.is_active else {}

    def withheld_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        """The same of a part of a feed."""
        if not self._entry_rules.is_active:
            return []
        return self._store.withheld_within(feed, first, last)

    def _note(self, feeds: Iterable[bytes]) -> None:
        self._changed |= dict.fromkeys(feeds)

    def _unswept(self, asked: RuleProgress) -> list[StoredEntry]:
        upto = asked.since if self._upto is None else self._upto
        if asked.swept >= upto:
            return []
        page = self._store.arrived_after(asked.swept, PAGE)
        return [entry for entry in page if entry.arrival <= upto]
