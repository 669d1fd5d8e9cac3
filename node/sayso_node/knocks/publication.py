"""The prices that the owner chose, as they go into the profile."""

from __future__ import annotations

from sayso_protocol.letters.prices import DEFAULT, Price
from sayso_storage.interface.store import Store

from ..accounts.lineage import own_account
from ..accounts.profile import profile_of
from ..filters.file import load_rules
from ..home.directory import Home


def prices_to_publish(home: Home, store: Store) -> tuple[Price, ...]:
    """What a new profile says of prices: nothing where the owner never chose any but the usual
    ones. Raises `NotFound`, `FiltersError`."""
    chosen = load_rules(home).knock
    was = profile_of(store, own_account(store)).knock
    return () if chosen == DEFAULT and not was else tuple(chosen)
