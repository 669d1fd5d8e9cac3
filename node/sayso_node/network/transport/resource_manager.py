"""The resources that all connections together hold: unread bytes and inbound streams.

libp2p 0.8.1 has a memory limit that nothing calls (`acquire_memory`), and one stream
limit for the whole node, which a single peer can use up (`network/swarm.py:369`).
"""

from __future__ import annotations

from collections import Counter

from .limits import TransportLimits
from .yamux.yamux_connection import YamuxConnection


class ResourceManager:
    """The `ResourceScope` of a node's connections."""

    def __init__(self, limits: TransportLimits) -> None:
        self._limits = limits
        self._total = 0
        self._holders: dict[YamuxConnection, int] = {}
        self._streams: Counter[str] = Counter()

    def unread_changed(self, connection: YamuxConnection, change: int) -> None:
        """Count unread bytes; beyond `TransportLimits.unread` the greatest holder is dropped."""
        self._total += change
        held = self._holders.pop(connection, 0) + change
        if held:
            self._holders[connection] = held
        while self._total > self._limits.unread:
            greatest = max(self._holders, key=self._holders.__getitem__)
            greatest.abort("it held too much unread data", drop_unread=True)

    def reserve_stream(self, peer_id: str) -> bool:
        """Count an inbound stream; False where the peer has its share already."""
        if self._streams[peer_id] >= self._limits.streams_per_peer:
            return False
        self._streams[peer_id] += 1
        return True

    def release_stream(self, peer_id: str) -> None:
        """An inbound stream is over."""
        self._streams[peer_id] -= 1
        if not self._streams[peer_id]:
            del self._streams[peer_id]
