"""Messages whose time is over, let go of soon after. All are looked at only when one has expired.

The mailbox is not told of it: it sends nothing when its time is over.
"""

from __future__ import annotations

from typing import Final

from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from .conversation import delete_message, is_over
from .erasure import mark_deleted
from .kept_message import messages_with, partners

LOOK_MS: Final = 3_600_000
"""How often all are looked at in any case."""


class Expiry:
    """See the module. Everything raises `StoreError`."""

    def __init__(self, store: Store, records: SealedRecords) -> None:
        self._store, self._records = store, records
        self._next_ms: int | None = None
        """When to look at all of them, None for now."""

    def note(self, expires_ms: int | None) -> None:
        """A message is kept from now on, until then."""
        if expires_ms is not None and self._next_ms is not None:
            self._next_ms = min(self._next_ms, expires_ms)

    def update(self, now_ms: int) -> int:
        """Delete what is over, within a transaction, to be erased soon; gives the number."""
        if self._next_ms is not None and now_ms < self._next_ms <= now_ms + LOOK_MS:
            return 0
        self._next_ms = now_ms + LOOK_MS
        count = 0
        for partner in partners(self._records):
            for kept in list(messages_with(self._records, partner)):
                if is_over(kept, now_ms):
                    delete_message(self._store, self._records, kept)
                    count += 1
                else:
                    self.note(kept.message.expires_ms)
        if count:
            mark_deleted(self._records, now_ms)
        return count
