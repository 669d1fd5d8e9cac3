"""The own address as others see it, and what that tells of the router.

Each peer says from which address a connection comes (identify, field 4). A peer may lie, so what
counts is what several networks say.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from ..multiaddr import Address
from .status import PortUse

MAX_OBSERVERS: Final = 32
"""Networks whose newest observation is kept."""

KEPT_MS: Final = 3_600_000
"""How long one counts: providers change the addresses of their customers daily."""

ENOUGH: Final = 2
"""Networks that have to say the same before anything is guessed from it."""


@dataclass(frozen=True, slots=True)
class _Observation:
    seen: Address
    local_port: int
    at_ms: float


class Observations:
    """What observers of other networks said last. Times are milliseconds of a clock that never
    jumps."""

    def __init__(self) -> None:
        self._by_network: dict[tuple[str, int], _Observation] = {}

    def note(self, network: str, seen: Address, local_port: int, now_ms: float) -> None:
        """An observer of a network saw a connection, which this node made from `local_port`, come
        from `seen`. What cannot be true of a connection over the internet is left out."""
        if not (network and seen.is_ip and seen.is_public and seen.port and seen.relay is None):
            return
        key = (network, local_port)
        self._by_network.pop(key, None)
        self._by_network[key] = _Observation(seen, local_port, now_ms)
        while len(self._by_network) > MAX_OBSERVERS:
            del self._by_network[next(iter(self._by_network))]

    def forget_older(self, now_ms: float) -> None:
        """Let go of what is too old to count."""
        self._by_network = {
            key: one for key, one in self._by_network.items() if one.at_ms > now_ms - KEPT_MS
        }

    def clear(self) -> None:
        """Forget all: the machine is in another network."""
        self._by_network.clear()

    def hosts(self, protocol: str) -> list[str]:
        """The addresses of a family (``ip4``, ``ip6``) that observers see, the most named first.
        One voice is enough for a guess that is tried out before it counts."""
        voices: dict[str, set[str]] = {}
        for (network, _), one in self._by_network.items():
            if one.seen.protocol == protocol:
                voices.setdefault(one.seen.host, set()).add(network)
        return sorted(voices, key=lambda host: -len(voices[host]))

    @property
    def ports(self) -> PortUse:
        """What the router seems to do with ports of IPv4 connections that go out."""
        found = [
            (network, one) for (network, _), one in self._by_network.items()
            if one.seen.protocol == "ip4"
        ]  # fmt: skip
        for port, count in Counter(one.local_port for _, one in found if one.local_port).items():
            if count >= ENOUGH:
                ends = {
                    (one.seen.host, one.seen.port) for _, one in found if one.local_port == port
                }
                return PortUse.KEPT if len(ends) == 1 else PortUse.SYMMETRIC
        kept = {network for network, one in found if one.seen.port == one.local_port}
        if len(kept) >= ENOUGH and 2 * len(kept) > len({network for network, _ in found}):
            return PortUse.KEPT
        return PortUse.UNKNOWN
