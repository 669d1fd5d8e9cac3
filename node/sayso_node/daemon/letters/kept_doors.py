"""The doors that a node keeps: those of its owner, and as a hub those of whom it carries."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Final

from sayso_protocol.content.body import Profile
from sayso_protocol.letters.prices import PriceHistory, published_prices
from sayso_storage.interface.store import Store

from ...accounts.lineage import own_accounts
from ...accounts.profile import profile_in
from ...letters.carrier_service import LeastBits

MAX_DOORS: Final = 10_000
"""Accounts whose doors are kept, those first that came first: some 10 MB."""


class KeptDoors:
    """See the module. `refresh` runs in a thread; what `doors` gives may be used meanwhile."""

    def __init__(self, store: Store, *, is_hub: bool) -> None:
        self._store = store
        self._is_hub = is_hub
        self._histories: dict[bytes, PriceHistory] = {}
        self._doors: Mapping[bytes, LeastBits] = {}

    @property
    def doors(self) -> Mapping[bytes, LeastBits]:
        """Each account with its prices: another mapping whenever the accounts change."""
        return self._doors

    def refresh(self, now_ms: int) -> None:
        """Read again for whom doors are kept, and what their profiles ask. Raises `StoreError`,
        `NotFound`."""
        accounts = dict.fromkeys(own_accounts(self._store))
        if self._is_hub:
            carried = (one.account for one in self._store.carried_for_others())
            accounts |= dict.fromkeys(carried)
        kept = list(islice(accounts, MAX_DOORS))
        profiles = self._store.latest_of_each(kept, Profile.KIND)
        before, self._histories = self._histories, {}
        for account in kept:
            history = self._histories[account] = before.get(account) or PriceHistory()
            entry = profiles.get(account)
            profile = profile_in(entry)
            if entry is not None and profile is not None:
                history.publish(published_prices(profile.knock), min(entry.time_ms, now_ms))
        if self._histories.keys() != self._doors.keys():
            self._doors = {one: history.least for one, history in self._histories.items()}

    def may_collect(self, account: bytes, feed: bytes) -> bool:
        """Whether a feed with a grant of an account still stands: neither ended nor forked. A feed
        of which nothing is known here may be new, but not where the account has another key by
        now: the old one may be in the wrong hands. Raises `StoreError`."""
        state = self._store.feed(feed)
        if state is not None:
            return state.account == account and state.end is None and state.forked_at is None
        return self._store.successor(account) is None

    def ended(self, account: bytes) -> list[bytes]:
        """The known feeds of an account that stand no more. Raises `StoreError`."""
        feeds = self._store.feeds_of(account)
        return [one.feed for one in feeds if one.end is not None or one.forked_at is not None]
