"""Peers in the store in memory."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from dataclasses import replace

from sayso_protocol.sync.resume_state import NOTHING, Interest, ResumeState
from sayso_protocol.sync.resume_state import Place as Remembered
from sayso_protocol.sync.wire.frames import Mark

from ...interface.network.peers import MAX_RESUME_STATES, MAX_SOURCES, Peers, roster_row
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
            if row in self._held.resume_states:
                self._keep_roster(row, self._held.rosters[row])
            self._forget()

    def resume_state(self, peer_id: str) -> ResumeState:
        with self._lock:
            return self._held.resume_states.get(peer_id, NOTHING)

    def save_roster(self, store: str, known: bytes, now_ms: int) -> None:
        with self._lock:
            self._keep_roster(roster_row(store), known)
            self._forget()

    def rosters(self) -> list[bytes]:
        with self._lock:
            rows = [row for row in self._held.resume_states if row in self._held.rosters]
            return [self._held.rosters[row] for row in rows]

    def _keep_roster(self, row: str, known: bytes) -> None:
        """It stands among the peers, too, as the one that was heard of last."""
        self._held.rosters[row] = known
        self._held.resume_states.pop(row, None)
        self._held.resume_states[row] = NOTHING

    def _forget(self) -> None:
        states = self._held.resume_states
        while len(states) > MAX_RESUME_STATES:
            oldest = next(iter(states))
            del states[oldest]
            self._held.rosters.pop(oldest, None)
