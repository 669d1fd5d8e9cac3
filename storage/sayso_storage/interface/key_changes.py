"""Key changes: what happened to the keys of accounts that are shown, for their readers to know.

They are noted as they come in, since statements carry no time: only of the own account and of
those that are followed, each once, and nothing while a new home is filled (before the own feed has
an entry all of it is past). An account has a bounded number of feeds, so of one account a bounded
number is noted, whatever it signs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final, NamedTuple

from sayso_protocol.accounts.statement import Revoke, Rotate

from .records import FeedState

KEY_CHANGED: Final = "key-changed"
DEVICE_ADDED: Final = "device-added"
DEVICE_REVOKED: Final = "device-revoked"
FORKED: Final = "forked"
FORK_ENDED: Final = "fork-ended"


class KeyChange(NamedTuple):
    """One change: `account` was rotated to the key `about` (`KEY_CHANGED`); or the feed `about` of
    it is new beside others that were held (`DEVICE_ADDED`), was ended by a revoke
    (`DEVICE_REVOKED`), has forked (`FORKED`), or had forked and was ended by a revoke
    (`FORK_ENDED`). `time_ms` is when that came here."""

    kind: str
    account: bytes
    about: bytes
    time_ms: int


def kind_of_change(statement: Revoke | Rotate, feed: FeedState | None) -> str:
    """The kind of change that a statement makes; `feed` is that of a revoke, if it is known."""
    if isinstance(statement, Rotate):
        return KEY_CHANGED
    return FORK_ENDED if feed is not None and feed.forked_at is not None else DEVICE_REVOKED


class KeyChanges(ABC):
    """The key changes that a store has noted."""

    @abstractmethod
    def key_changes(self, limit: int = 50, since_ms: int | None = None) -> list[KeyChange]:
        """Those of `shown_accounts`, newest first; `since_ms` is included. What `declare` says is
        not among them: whoever declares knows of it."""
