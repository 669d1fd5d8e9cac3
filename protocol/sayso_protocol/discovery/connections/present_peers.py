"""The peers that are connected, as far as it matters for whom to dial next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .decisions import Why


@dataclass(slots=True)
class PresentPeer:
    """One of them. `network` as in `address_book.trust.network_of`; `why` is None where the peer
    dialled, or the owner by hand."""

    peer_id: str
    is_outbound: bool
    network: str
    since_ms: int
    """By a clock that never jumps."""
    why: Why | None


class PresentPeers:
    """See the module."""

    def __init__(self) -> None:
        self._peers: dict[str, PresentPeer] = {}

    def __contains__(self, peer_id: str) -> bool:
        return peer_id in self._peers

    def __iter__(self) -> Iterator[PresentPeer]:
        return iter(self._peers.values())

    def __len__(self) -> int:
        return len(self._peers)

    def add(self, peer: PresentPeer) -> None:
        """A peer is connected, in place of an earlier connection with it."""
        self._peers[peer.peer_id] = peer

    def remove(self, peer_id: str) -> PresentPeer | None:
        """A peer is connected no longer."""
        return self._peers.pop(peer_id, None)

    def get(self, peer_id: str) -> PresentPeer | None:
        """One that is connected."""
        return self._peers.get(peer_id)

    def count(self, why: Why) -> int:
        """Those that were dialled for this."""
        return sum(peer.why is why for peer in self._peers.values())

    @property
    def networks(self) -> set[str]:
        """Networks in which a peer was dialled."""
        return {peer.network for peer in self._peers.values() if peer.is_outbound}

    @property
    def eldest(self) -> list[PresentPeer]:
        """Those that were dialled, in the order of their coming."""
        dialled = [peer for peer in self._peers.values() if peer.is_outbound]
        return sorted(dialled, key=lambda peer: peer.since_ms)
