"""Members of the owner's groups whom he does not follow: their feeds are carried, since these say
which devices and carriers they have. Peers see that the account is asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sayso_protocol.discovery.hub.carried_account import BY_OWNER
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

CARRIED_MEMBER: Final = "carried member"
"""Accounts that are carried, or grow, since they are in a group with the owner."""

BEGUN: Final = b"begun"
GROWN: Final = b"grown"
"""It was carried already, and no more was taken of it."""


class CarriedMembers:
    """See the module. Raises `StoreError`."""

    def __init__(self, store: Store, records: SealedRecords) -> None:
        self._store, self._records = store, records
        self._is_first = True

    def keep_up(self, members: Collection[bytes], now_ms: int) -> bool:
        """Carry these accounts, as far as they are not carried anyway, and none that was carried
        for it and is in no group with the owner any more; whether that changed anything."""
        store, records = self._store, self._records
        kept = {row.key: row.value for row in records.scan(CARRIED_MEMBER)}
        listed = {one.account: one for one in store.carried_for_others()}
        everybody = frozenset(store.carried_accounts())
        changed = False
        for account in members:
            if account in everybody:
                continue
            # Whoever runs no hub lets nobody grow when he starts; what a hub decides later stays.
            is_back = account in kept and account in listed
            if is_back and not self._is_first:
                continue
            if account not in kept:
                records.put(CARRIED_MEMBER, account, GROWN if account in listed else BEGUN)
            if account not in listed:
                store.carry(account, BY_OWNER, "", "", now_ms)
            else:
                store.let_grow([account], grows=True)
            changed = True
        for account in kept.keys() - frozenset(members):
            if kept[account] == BEGUN:
                store.end_carriage(account)
            else:
                store.let_grow([account], grows=False)
            records.delete(CARRIED_MEMBER, account)
            changed = True
        self._is_first = False
        return changed
