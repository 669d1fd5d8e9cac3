"""New devices of accounts with which there are private messages, among what happened to keys."""

from __future__ import annotations

from collections.abc import Iterable

from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.statements import DEVICE_ADDED, KeyChange
from sayso_storage.interface.store import Store

from ..messages.new_devices import new_devices
from .key_changes import KeyChangeItem, key_change_items


def new_device_items(
    store: Store,
    records: SealedRecords,
    since_ms: int | None = None,
    accounts: Iterable[bytes] | None = None,
) -> list[KeyChangeItem]:
    """Of all accounts that are not followed, whose changes are told anyway, or of `accounts`; the
    newest first. Raises `StoreError`."""
    is_told = set(store.shown_accounts()) if accounts is None else frozenset[bytes]()
    changes = [
        KeyChange(DEVICE_ADDED, one.account, one.feed, one.since_ms)
        for one in new_devices(records, accounts)
        if one.since_ms >= (since_ms or 0) and one.account not in is_told
    ]
    return key_change_items(store, changes[::-1], is_written_to=True)
