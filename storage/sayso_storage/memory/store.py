"""The store in memory: slow and obvious.

It is the oracle that the SQLite store is compared with, and the store of simulated
nodes. Every query is written as its definition: filter everything, sort, cut.
"""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Callable

from ..interface.records import CheckResult, Counts, Engine
from ..interface.store import Store
from .accounts import MemoryAccounts
from .bookmarks import MemoryBookmarks
from .content.labels import MemoryLabels
from .content.polls import MemoryPolls
from .content.relations import MemoryRelations
from .content.retractions import MemoryRetractions
from .content.versions import MemoryVersions
from .entries import MemoryEntries
from .feeds import MemoryFeeds
from .ingest import MemoryIngest
from .network.carriage import MemoryCarriage
from .network.invites import MemoryInvites
from .network.known_peers import MemoryKnownPeers
from .network.peers import MemoryPeers
from .search import MemorySearch
from .statements import MemoryStatements
from .withholding import MemoryWithholding


class MemoryStore(
    MemoryAccounts,
    MemoryFeeds,
    MemoryStatements,
    MemoryEntries,
    MemorySearch,
    MemoryRelations,
    MemoryLabels,
    MemoryInvites,
    MemoryWithholding,
    MemoryRetractions,
    MemoryCarriage,
    MemoryPeers,
    MemoryKnownPeers,
    MemoryVersions,
    MemoryPolls,
    MemoryBookmarks,
    Store,
):
    """See the module. `epoch` is sixteen random bytes."""

    def __init__(self, epoch: bytes) -> None:
        self._epoch = epoch
        self._lock = threading.RLock()
        self._held = MemoryIngest()

    @property
    def epoch(self) -> bytes:
        return self._epoch

    @property
    def engine(self) -> Engine:
        return Engine("memory")

    def counts(self) -> Counts:
        with self._lock:
            return Counts(
                len(self._held.accounts), len(self._held.feeds), len(self._held.entries), bytes=0
            )

    def check(self, account: bytes | None, progress: Callable[[int], None]) -> CheckResult:
        with self._lock:
            feeds = [
                known
                for known in self._held.feeds.values()
                if account in (None, known.state.account)
            ]
            errors = [error for one in feeds for error in one.errors()]
            errors += self._held.statements.errors() if account is None else []
            entries = sum(len(one.entries) for one in feeds)
            progress(entries)
            return CheckResult(len(feeds), entries, tuple(errors))

    def interrupt(self) -> None:
        """Nothing here takes long, and nothing is waited for."""

    def close(self) -> None:
        """Nothing to release."""
