"""Upkeep of a routing table: which lookup is due, if any.

The own id is looked up at the start, and then as often as the neighbourhood changes: every hour
where much does, every eighth where little does. A node that serves has to know it, and to be known
there; a client needs some contacts only. Where a node serves, buckets that no lookup went through
are refreshed by one for a key in them.
"""

from __future__ import annotations

from .kademlia_limits import (
    FEW_CONTACTS,
    FEW_LOOKUP_MS,
    IDLE_BUCKET_MS,
    MANY_NEW,
    OWN_LOOKUP_MS,
    QUIET_LOOKUP_MS,
    REFRESHED_BITS,
    SOME_NEW,
)
from .keyspace import key_beside, place_of
from .routing_table import RoutingTable


class Maintenance:
    """The upkeep of one table. `seed` is any bytes, others for each node and start: it chooses the
    keys for which buckets are refreshed."""

    def __init__(self, table: RoutingTable, seed: bytes) -> None:
        self._table = table
        self._seed = seed
        self._own_ms: int | None = None
        self._pause_ms = OWN_LOOKUP_MS
        self._few_ms = FEW_LOOKUP_MS
        """The pause while there are few contacts, and none that is new."""
        self._neighbours: frozenset[bytes] = frozenset()
        self._count = 0

    def due(self, mono_ms: int, *, serves: bool) -> bytes | None:
        """The key to look up now; None where nothing is due, or nobody is there to ask. It counts
        as done."""
        if not len(self._table):
            return None
        if self._own_ms is None or mono_ms - self._own_ms >= self._pause(serves=serves):
            self._own_ms = mono_ms
            self._note_neighbours()
            return self._table.own_id
        if not serves:
            return None
        for bits in self._table.idle(mono_ms - IDLE_BUCKET_MS, REFRESHED_BITS):
            self._count += 1
            seed = self._seed + self._count.to_bytes(8, "big")
            key = key_beside(self._table.own_place, bits, seed)
            self._table.used(place_of(key), mono_ms)
            return key
        return None

    def _pause(self, *, serves: bool) -> int:
        if len(self._table) >= FEW_CONTACTS:
            return self._pause_ms if serves else QUIET_LOOKUP_MS
        # Whoever knows hardly anybody asks again soon: those that it knows may be as new.
        return FEW_LOOKUP_MS if self._present() != self._neighbours else self._few_ms

    def _note_neighbours(self) -> None:
        present = self._present()
        new = len(present - self._neighbours)
        self._neighbours = present
        self._few_ms = FEW_LOOKUP_MS if new else min(2 * self._few_ms, OWN_LOOKUP_MS)
        if new >= MANY_NEW:
            self._pause_ms = max(self._pause_ms // 2, OWN_LOOKUP_MS)
        elif new < SOME_NEW:
            self._pause_ms = min(2 * self._pause_ms, QUIET_LOOKUP_MS)

    def _present(self) -> frozenset[bytes]:
        return frozenset(one.id for one in self._table.closest(self._table.own_place))
