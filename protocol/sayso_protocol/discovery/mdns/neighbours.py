"""The peers that were heard on one link: bounded, and each told on once in a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..multiaddr import Address
from .mdns_limits import MAX_NEIGHBOURS, MAX_PEERS_A_HOST, TELL_AGAIN_MS


@dataclass(slots=True)
class _Neighbour:
    address: Address
    told_ms: float


class Neighbours:
    """Whom a link has heard, by peer id; the one heard longest ago gives way. `peer_id` is the own
    one, which comes back from every link and is nobody's."""

    def __init__(self, peer_id: str) -> None:
        self._own = peer_id
        self._heard: dict[str, _Neighbour] = {}
        """In the order in which they were heard last."""

    def hear(self, addresses: Iterable[Address], now_ms: float) -> list[Address]:
        """Note who was heard; gives those who are new, or have moved, or were told of
        `TELL_AGAIN_MS` ago."""
        return [one for one in addresses if self._hear(one, now_ms)]

    def forget(self, addresses: Iterable[Address]) -> None:
        """Forget peers that take their addresses back: when they return they are new."""
        for address in addresses:
            known = self._heard.get(address.peer_id or "")
            if known is not None and known.address == address:
                del self._heard[address.peer_id or ""]

    def __len__(self) -> int:
        return len(self._heard)

    def _hear(self, address: Address, now_ms: float) -> bool:
        peer = address.peer_id
        if not peer or peer == self._own:
            return False
        known = self._heard.pop(peer, None)
        if known is None and self._is_crowded(address.host):
            return False
        again = known is None or known.address != address or now_ms >= known.told_ms + TELL_AGAIN_MS
        told_ms = now_ms if known is None or again else known.told_ms
        self._heard[peer] = _Neighbour(address, told_ms)
        if len(self._heard) > MAX_NEIGHBOURS:
            del self._heard[next(iter(self._heard))]
        return again

    def _is_crowded(self, host: str) -> bool:
        of_host = Counter(one.address.host for one in self._heard.values())
        return of_host[host] >= MAX_PEERS_A_HOST
