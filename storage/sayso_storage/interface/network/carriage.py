"""Carriage: accounts that are carried for others, as a hub does, and what each of them takes.

They are stored and passed on, and are on no timeline, in no search and among no notifications for
that. An account that is followed too, or whose own store it is, loses nothing where carriage ends.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import Final

from sayso_protocol.discovery.hub.carried_account import CarriedAccount as CarriedAccount

ENTRY_BYTES: Final = 256
"""Bytes that an entry takes beside its body, with its rows in all indexes. Measured over posts of
16 words: 208 where an account has a hundred of them, 274 where it has ten (docs/hub.md)."""

COUNTED_AT_ONCE: Final = 10_000
"""Entries that one call counts: some 10 ms."""

REMOVED_AT_ONCE: Final = 500
"""Entries that one call removes: a post waits no longer than that takes."""


class Carriage(ABC):
    """See the module."""

    @abstractmethod
    def carry(self, account: bytes, word: str, asker: str, network: str, now_ms: int) -> bool:
        """Carry an account on somebody's word, which replaces another's. True where it was not
        carried for others. What the store has of it already is counted."""

    @abstractmethod
    def carried_for_others(self) -> list[CarriedAccount]:
        """The accounts that are carried for others, in the order in which that began."""

    @abstractmethod
    def let_grow(self, accounts: Collection[bytes], *, grows: bool) -> None:
        """Take more of carried accounts, or no more: then they are none of `carried_accounts` for
        that, and their feeds are still among `feeds_carried`."""

    @abstractmethod
    def note_read(self, accounts: Collection[bytes], now_ms: int) -> None:
        """Peers read these of the carried accounts."""

    @abstractmethod
    def end_carriage(self, account: bytes) -> bool:
        """Carry an account for others no longer. True where it was. Its entries go with
        `remove_uncarried`."""

    @abstractmethod
    def remove_uncarried(self, limit: int = REMOVED_AT_ONCE) -> list[bytes]:
        """Remove some of the entries of accounts whose carriage has ended and that the owner does
        not have otherwise. Gives the feeds of which some were removed, or none where nothing is
        left to remove."""

    @abstractmethod
    def count_carried(self, limit: int = COUNTED_AT_ONCE) -> bool:
        """Count entries that have arrived since. False where none is left to count."""
