"""Peers in the store in memory."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from dataclasses import replace

from sayso_protocol.sync.resume_state import NOTHING, Interest, ResumeState
from sayso_protocol.sync.resume_state import Place as Remembered
from sayso_protocol.sync.wire.frames import Mark

from ...interface.network.peers import (
    MAX_RESUME_STATES,
    MAX_SOURCES,
    OWN_ROSTER_MS,
    Peers,
    roster_row,
)
from ..ingest import MemoryIngest


class MemoryPeers(Peers):
    """See `Peers`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def mark(self, arrival: int | None = None) -> Mark | None:
        with self._lock:
            return self._held.entries.mark(arrival)

    def recent_sources(self, limit: int = MAX_SOURCES) -> list[str]:
        with self._lock:
            newest_first = sorted(self._held.sources.items(), reverse=True)
            return list(dict.fromkeys(peer for _, peer in newest_first))[: max(limit, 0)]

    def save_resume_state(self, peer_id: str, what: Interest | Remembered, now_ms: int) -> None:
        with self._lock:
            old = self._held.resume_states.pop(peer_id, NOTHING)
            if isinstance(what, Interest):
                self._held.resume_states[peer_id] = replace(old, interest=what)
            else:
                self._held.resume_states[peer_id] = replace(old, place=what)
            row = roster_row(peer_id)
            if what.basis.nodes and row in self._held.rosters:
                self._keep_roster(row, self._held.rosters[row][1], now_ms)
            self._forget()

    def resume_state(self, peer_id: str) -> ResumeState:
        with self._lock:
            return self._held.resume_states.get(peer_id, NOTHING)

    def save_roster(self, store: str, known: bytes, now_ms: int) -> None:
        with self._lock:
            self._keep_roster(roster_row(store), known, now_ms)
            self._forget()

    def rosters(self) -> list[bytes]:
        with self._lock:
            # In the order of the times at which they were heard of.
            return [known for _, known in sorted(self._held.rosters.values(), key=lambda r: r[0])]

    def _keep_roster(self, row: str, known: bytes, now_ms: int) -> None:
        """It stands among the peers, too, as the one that was heard of last."""
        self._held.rosters[row] = now_ms, known
        self._held.resume_states.pop(row, None)
        self._held.resume_states[row] = NOTHING

    def _forget(self) -> None:
        states, rosters = self._held.resume_states, self._held.rosters
        while len(states) > MAX_RESUME_STATES:
            own = {row for row, (heard_ms, _) in rosters.items() if heard_ms == OWN_ROSTER_MS}
            oldest = next(row for row in states if row not in own)
            del states[oldest]
            rosters.pop(oldest, None)
