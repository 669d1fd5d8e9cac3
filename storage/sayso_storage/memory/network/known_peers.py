"""Known peers in the store in memory."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Iterable

from sayso_protocol.discovery.address_book.carriers import Carried
from sayso_protocol.discovery.address_book.known_codec import KnownRow

from ...interface.network.known_peers import KnownPeers
from ..ingest import MemoryIngest


class MemoryKnownPeers(KnownPeers):
    """See `KnownPeers`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def book_secret(self, fresh: bytes) -> bytes:
        with self._lock:
            self._held.book_secret = self._held.book_secret or fresh
            return self._held.book_secret

    def known_peers(self) -> list[KnownRow]:
        with self._lock:
            return sorted(self._held.known_peers.values())

    def save_known_peers(self, changed: Iterable[KnownRow], gone: Iterable[str]) -> None:
        with self._lock:
            for peer_id in gone:
                self._held.known_peers.pop(peer_id, None)
            self._held.known_peers |= {row.peer_id: row for row in changed}

    def carriers(self) -> list[Carried]:
        with self._lock:
            return sorted((*pair, at_ms) for pair, at_ms in self._held.carriers.items())

    def save_carriers(self, changes: Iterable[tuple[bytes, str, int | None]]) -> None:
        with self._lock:
            for account, peer_id, at_ms in changes:
                self._held.carriers.pop((account, peer_id), None)
                if at_ms is not None:
                    self._held.carriers[account, peer_id] = at_ms
