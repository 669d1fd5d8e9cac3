"""Readings: what a node counts anyway, looked at when somebody asks.

Nothing here names a person, a peer or an address, and nothing grows with their number."""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import trio

from sayso_protocol.seats import SeatCounts
from sayso_storage.interface.records import Counts, Engine
from sayso_storage.interface.store import Store, StoreError

from ...histogram import Histogram
from ...home.directory import Home
from ...media.blob_store import open_blobs
from ...network.link import Path
from ...sync.ingest.ingest import IngestStats
from ...sync.session_totals import SessionTotals
from ..node import Node
from ..status import HubLoad, LettersStatus, MediaLoad, RelayingStatus
from .loop_lag import LoopLag

log = logging.getLogger(__name__)

STORED_SECONDS: Final = 10.0
"""How old what is read from the disk may be: however often somebody asks, the disk is read no more
often."""


class SessionNow(NamedTuple):
    """A session that runs."""

    outbound: bool
    path: Path
    queued: int
    """Bytes that wait for the peer to read."""


class Stored(NamedTuple):
    """What is read from the disk."""

    engine: Engine | None
    """None where the store does not answer."""
    counts: Counts | None
    """The same."""
    media_bytes: int
    free_bytes: int
    letters: LettersStatus | None


class Reading(NamedTuple):
    """A node at one moment; counts are since its start."""

    sessions: Sequence[SessionNow]
    known_peers: int
    totals: SessionTotals
    left: Mapping[str, int]
    seats: SeatCounts
    ingest: IngestStats
    ingest_bytes: int
    ingest_stalled: int
    has_trouble: bool
    loop_lag: Histogram
    stored: Stored
    hub: HubLoad | None
    media: MediaLoad | None
    relaying: RelayingStatus | None


class NodeReader:
    """Reads one node."""

    def __init__(self, home: Home, store: Store, node: Node, loop_lag: LoopLag) -> None:
        self._home = home
        self._store = store
        self._node = node
        self._loop_lag = loop_lag
        self._stored: Stored | None = None
        self._stored_at = 0.0

    async def read(self) -> Reading:
        """The node now, what is on its disk some seconds ago. For one task at a time."""
        if self._stored is None or trio.current_time() - self._stored_at >= STORED_SECONDS:
            letters = await self._node.letters()
            self._stored = await trio.to_thread.run_sync(self._read_disk, letters)
            self._stored_at = trio.current_time()
        return self._read_memory(self._stored)

    def _read_memory(self, stored: Stored) -> Reading:
        """Copies of all that is counted: a thread makes text of it while the node goes on, and a
        count that was read in halves would seem to go back."""
        node, engine = self._node, self._node.engine
        stats = engine.ingest.stats
        return Reading(
            sessions=[
                SessionNow(one.link.outbound, one.link.path, one.send_queue.waiting_bytes)
                for one in engine.sessions.values()
            ],
            known_peers=len(node.connection_manager.known_peers),
            totals=engine.totals,
            left=dict(engine.left),
            seats=replace(node.network.seat_counts),
            ingest=replace(
                stats, refused_by=Counter(stats.refused_by), latency=stats.latency.copy()
            ),
            ingest_bytes=engine.ingest.waiting_bytes,
            ingest_stalled=engine.ingest.stalled,
            has_trouble=engine.ingest.trouble is not None,
            loop_lag=self._loop_lag.seconds.copy(),
            stored=stored,
            hub=node.hub(),
            media=node.media(),
            relaying=node.relaying(),
        )

    def _read_disk(self, letters: LettersStatus | None) -> Stored:
        engine, counts, media_bytes = None, None, 0
        try:
            engine, counts = self._store.engine, self._store.counts()
            media_bytes = open_blobs(self._home).occupied()
        except StoreError as error:
            log.warning("the store is not counted: %s", error)
        free = shutil.disk_usage(self._home.path).free
        return Stored(engine, counts, media_bytes, free, letters)
