"""Which accounts a running node neither stores nor passes on, by the owner's rules."""

from __future__ import annotations

import logging
from collections.abc import Collection

from sayso_protocol.choice.accounts import dropping, drops_accounts
from sayso_storage.interface import Store

from ..clock import now_ms
from .choosing import gatherer
from .keeping import KeptRules

log = logging.getLogger(__name__)


class Carrying:
    """Reads the file again when it has changed; where it has mistakes the last good rules stay
    in force."""

    def __init__(self, store: Store, kept: KeptRules) -> None:
        self._store = store
        self._kept = kept
        self._asked_ms = now_ms()

    def is_stale(self) -> bool:
        """Whether there are other rules now than when they were asked last."""
        ends = (rule.until_ms for rule in self._kept.rules.rules if rule.until_ms is not None)
        return self._kept.refresh() or any(self._asked_ms < end <= now_ms() for end in ends)

    def refresh(self) -> str | None:
        """Read the file if it was changed. Gives what is wrong with it, for a person."""
        if self._kept.refresh():
            log.info("rules: %s", self._kept.trouble or "read again")
        return None if self._kept.trouble is None else str(self._kept.trouble)

    def dropped(self, accounts: Collection[bytes]) -> frozenset[bytes]:
        """Those of the accounts that are blocked. Costs nothing where there is no such rule.
        Raises `StoreError`."""
        rules, present = self._kept.rules, now_ms()
        self._asked_ms = present
        if not drops_accounts(rules):
            return frozenset()
        facts_of = gatherer(self._store, rules, present).facts_of_account
        return frozenset(one for one in accounts if dropping(rules, facts_of(one), present))
