"""Ingest in virtual time: the node's own code, with the time that it takes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from sayso_protocol.sync.effects import StoreRun, StoreStatements
from sayso_storage.interface.store import Store

from ...sync.ingest.ingest import BATCH, MAX_WAITING, Work, ingest_batch, weight
from ...sync.ingest.outcomes import Outcome
from ...sync.ingest.verifier import Verifier
from ...sync.relay_policy import RelayPolicy
from ..event_queue import EventQueue
from .sim_clock import SimClock

COMMIT_US: Final = 1_500
"""A commit without a sync, as measured on an ordinary disk."""

ENTRY_US: Final = 50
"""Verifying and storing one entry."""

SAID_BYTE_US: Final = 0.7
"""Verifying a byte of a statement: a key or a signature stands in each 70 of them."""


class SlowIngest:
    """Takes work at any time, settles it in batches, in order. What is in hand when the node
    stops was not stored."""

    def __init__(
        self,
        event_queue: EventQueue,
        clock: SimClock,
        store: Store,
        settle: Callable[[list[Outcome]], None],
        relay_policy: RelayPolicy,
    ) -> None:
        self._relay_policy = relay_policy
        self._event_queue = event_queue
        self._clock = clock
        self._store = store
        self._settle = settle
        self._verifier = Verifier(store)
        self._waiting: deque[Work] = deque()
        self._weight = 0
        self._busy = False
        self.closed = False

    @property
    def has_room(self) -> bool:
        """Whether a reader of a link may go on."""
        return self._weight < MAX_WAITING

    def put(self, work: Work) -> None:
        """Hand in work."""
        self._waiting.append(work)
        self._weight += weight(work)
        if not self._busy:
            self._begin()

    def _begin(self) -> None:
        batch: list[Work] = []
        taken = cost_us = 0
        while self._waiting and taken < BATCH:
            work = self._waiting.popleft()
            batch.append(work)
            taken += weight(work)
            cost_us += _cost_us(work)
        self._weight -= taken
        self._busy = True
        self._event_queue.after(COMMIT_US + cost_us, self._end, batch)

    def _end(self, batch: list[Work]) -> None:
        if self.closed:
            return
        outcomes = ingest_batch(
            self._store, self._verifier, batch, self._clock.now().wall_ms, self._relay_policy
        )
        self._busy = False
        if self._waiting:
            self._begin()
        self._settle(outcomes)


def _cost_us(work: Work) -> int:
    """For signatures to check and rows to write, about."""
    if isinstance(work, StoreStatements):
        return round(SAID_BYTE_US * sum(len(one.wire) for one in work.statements))
    return ENTRY_US * len(work.run.times if isinstance(work, StoreRun) else work)
