"""The whole of a store: the sum of its roles. `records` is what it gives, `errors` what it raises.

A store takes only objects that checking made (`Grant`, `Run`), so nothing unverified can
be in it. It never looks at the network and knows no clock: times are arguments, Unix
milliseconds UTC. Sequence ranges are pairs (first, last), both included.

Reading is safe from several threads and processes at once, each with its own store
object; writing too, since every write is one transaction.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Self

from .accounts import Accounts
from .blobs import Blobs
from .bookmarks import Bookmarks
from .content.labels import Labels
from .content.polls import Polls
from .content.relations import Relations
from .content.retractions import Retractions
from .content.versions import Versions
from .entries import StoredEntries
from .errors import (
    AlreadyHeld,
    NotSubscribed,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreInterrupted,
    StoreTooNew,
)
from .feeds import Feeds, Taken
from .network.carriage import Carriage
from .network.invites import Invites
from .network.known_peers import KnownPeers
from .network.peers import MAX_RESUME_STATES, Peers
from .records import (
    Changes,
    CheckResult,
    Counts,
    Engine,
    FeedState,
    Held,
    Place,
    StoredEntry,
    Subscription,
    TimelineQuery,
)
from .search import Search
from .statements import Statements
from .withholding import Withholding

__all__ = [
    "MAX_RESUME_STATES",
    "AlreadyHeld",
    "Changes",
    "CheckResult",
    "Counts",
    "Engine",
    "FeedState",
    "Held",
    "NotSubscribed",
    "Place",
    "Store",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreInterrupted",
    "StoreTooNew",
    "StoredEntry",
    "Subscription",
    "Taken",
    "TimelineQuery",
]


class Store(
    Accounts,
    Feeds,
    Statements,
    StoredEntries,
    Search,
    Relations,
    Labels,
    Invites,
    Withholding,
    Retractions,
    Carriage,
    Peers,
    KnownPeers,
    Versions,
    Polls,
    Bookmarks,
):
    """See the module. Every method may raise `StoreError`."""

    open_blobs: Callable[[], Blobs] | None = None
    """The blobs that lie beside this store; None where there are none, as beside one in memory."""

    @property
    @abstractmethod
    def epoch(self) -> bytes:
        """Sixteen random bytes, new with every new or restored store."""

    @property
    def unwritable(self) -> str | None:
        """Why the store can only be read, for a person; None where it can be written."""
        return None

    @property
    @abstractmethod
    def engine(self) -> Engine:
        """What it is kept by."""

    @abstractmethod
    def counts(self) -> Counts:
        """The amount that is held."""

    @abstractmethod
    def check(self, account: bytes | None, progress: Callable[[int], None]) -> CheckResult:
        """Verify every stored entry (of one account) again, from the bytes: signatures at
        each stretch's tip, ids, links, body hashes, indexes against bodies. `progress` is
        called with the number of entries done."""

    def changes_elsewhere(self, patience: float) -> Changes | None:
        """What other processes have changed since the last call, waited for at most `patience`
        seconds; of what was before the first call all may be otherwise. None where that is told
        otherwise: several nodes can only share a database."""
        return None

    @abstractmethod
    def interrupt(self) -> None:
        """Give up what other threads wait for or do here: each of them gets `StoreInterrupted`, as
        does whoever begins something from now on, and what was not committed is not kept. To be
        called again while they are not done. Never waits."""

    @abstractmethod
    def close(self) -> None:
        """Release files; idempotent."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
