"""What a running node neither stores nor passes on, by the owner's rules."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from sayso_protocol.filters.account_rules import dropping, drops_accounts
from sayso_protocol.filters.rules import Rules
from sayso_protocol.ranges import Range
from sayso_storage.interface.store import Store

from ..clock import now_ms
from .judge import gatherer
from .withholding import Keeper

log = logging.getLogger(__name__)


class InForce(Protocol):
    """Rules that may change while a node runs; see `KeptRules`."""

    @property
    def rules(self) -> Rules:
        """The last that were good."""

    @property
    def trouble(self) -> Exception | None:
        """What is wrong with those that were written since."""

    def refresh(self) -> bool:
        """Look again. True where something has changed."""


@dataclass(frozen=True, slots=True)
class Unchanging:
    """Rules that stay as they are: those of simulated nodes, and of benchmarks."""

    rules: Rules
    trouble: Exception | None = None

    def refresh(self) -> bool:
        """See `InForce`."""
        return False


class RelayFilter:
    """Reads the file again when it has changed; where it has mistakes the last good rules stay
    in force."""

    def __init__(self, store: Store, kept: InForce, clock: Callable[[], int] = now_ms) -> None:
        self._store = store
        self._clock = clock
        self._kept = kept
        self._keeper = Keeper(store)
        self._asked_ms = self._clock()

    def is_stale(self) -> bool:
        """Whether there are other rules now than when they were asked last."""
        ends = (rule.until_ms for rule in self._kept.rules.rules if rule.until_ms is not None)
        return self._kept.refresh() or any(self._asked_ms < end <= self._clock() for end in ends)

    def refresh(self) -> str | None:
        """Read the file if it was changed. Gives what is wrong with it, for a person. Raises
        `StoreError`."""
        if self._kept.refresh():
            log.info("rules: %s", self._kept.trouble or "read again")
        self._keeper.change(self._kept.rules, self._clock())
        return None if self._kept.trouble is None else str(self._kept.trouble)

    def dropped(self, accounts: Collection[bytes]) -> frozenset[bytes]:
        """Those of the accounts that are blocked. Costs nothing where there is no such rule.
        Raises `StoreError`."""
        rules, present = self._kept.rules, self._clock()
        self._asked_ms = present
        if not drops_accounts(rules):
            return frozenset()
        facts_of = gatherer(self._store, rules, present).facts_of_account
        return frozenset(one for one in accounts if dropping(rules, facts_of(one), present))

    def look(self) -> list[bytes]:
        """Look at what has come into the store before anybody hears of it. Gives the feeds of
        which other entries are passed on now. Raises `StoreError`."""
        return self._keeper.look(self._clock())

    def removed(self) -> list[bytes]:
        """The feeds of which entries were removed since the last call, to be fetched again."""
        return self._keeper.removed()

    def sweep(self) -> bool:
        """Look at some of what was there before, for `look` to tell of. False where nothing is
        left to look at. Raises `StoreError`."""
        return self._keeper.sweep(self._clock())

    def withheld(self, feeds: Iterable[bytes]) -> dict[bytes, list[Range]]:
        """The numbers of the entries that are held and not passed on, by feed. Costs nothing
        where no rule is about single entries. Raises `StoreError`."""
        return self._keeper.withheld(feeds)

    def kept_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        """The same of a part of a feed."""
        return self._keeper.kept_within(feed, first, last)
