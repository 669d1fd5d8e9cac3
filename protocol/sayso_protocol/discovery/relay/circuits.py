"""Circuits: the connections that this relay passes bytes of, and what is left of their budgets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Literal

from ...sync.now import Now
from .relay_limits import RelayLimits

Way = Literal[0, 1]
"""0 from who asked to who was asked for, 1 back."""

_DAY_MS: Final = 86_400_000


@dataclass(eq=False, slots=True)
class Circuit:
    """One of them. `network` is that of who asked for it."""

    source: str
    target: str
    network: str
    ends_ms: float
    """By the clock that never jumps."""
    left: list[int] = field(default_factory=list)
    """Bytes that it may still carry, each way."""


class DayBudget:
    """Bytes of a UTC day: those of each network, and of all."""

    def __init__(self, limits: RelayLimits) -> None:
        self._limits = limits
        self._day = -1
        self._used: Counter[str] = Counter()
        self.used = 0

    def used_on(self, wall_ms: int) -> int:
        """Bytes that all have used on the day of this time so far."""
        self._begin_day(wall_ms)
        return self.used

    def spend(self, network: str, size: int, wall_ms: int) -> bool:
        """Whether so many bytes more may be carried for a network; then they are counted."""
        if not self._has_left(network, size, wall_ms):
            return False
        self.used += size
        self._used[network] += size
        return True

    def is_spent(self, network: str, wall_ms: int) -> bool:
        """Whether nothing is left for a network today."""
        return not self._has_left(network, 1, wall_ms)

    def _has_left(self, network: str, size: int, wall_ms: int) -> bool:
        limits = self._limits
        self._begin_day(wall_ms)
        if self.used + size > limits.bytes_a_day:
            return False
        if network not in self._used and len(self._used) >= limits.tracked:
            return False
        return self._used[network] + size <= limits.bytes_a_day_a_network

    def _begin_day(self, wall_ms: int) -> None:
        if (day := wall_ms // _DAY_MS) != self._day:
            self._day, self.used = day, 0
            self._used.clear()


class Circuits:
    """Those that are open."""

    def __init__(self, limits: RelayLimits) -> None:
        self._limits = limits
        self._open: set[Circuit] = set()
        self._of_peer: Counter[str] = Counter()
        self._of_network: Counter[str] = Counter()
        self.day = DayBudget(limits)

    def __len__(self) -> int:
        return len(self._open)

    def open(self, source: str, network: str, target: str, now: Now) -> Circuit | None:
        """A new circuit; none where all that may be are open, or the day is used up."""
        limits = self._limits
        busiest = max(self._of_peer[source], self._of_peer[target])
        if (
            len(self._open) >= limits.circuits
            or busiest >= limits.circuits_a_peer
            or (network and self._of_network[network] >= limits.circuits_a_network)
            or self.day.is_spent(network, now.wall_ms)
        ):
            return None
        circuit = Circuit(
            source, target, network, now.mono_ms + limits.circuit_ms, [limits.circuit_bytes] * 2
        )
        self._open.add(circuit)
        self._count(circuit, 1)
        return circuit

    def carry(self, circuit: Circuit, way: Way, size: int, wall_ms: int) -> bool:
        """Whether so many bytes more may pass; then they are counted."""
        if size > circuit.left[way] or not self.day.spend(circuit.network, size, wall_ms):
            return False
        circuit.left[way] -= size
        return True

    def close(self, circuit: Circuit) -> None:
        """A circuit is over."""
        if circuit in self._open:
            self._open.remove(circuit)
            self._count(circuit, -1)

    def _count(self, circuit: Circuit, change: int) -> None:
        for counter, names in (
            (self._of_peer, {circuit.source, circuit.target}),
            (self._of_network, {circuit.network}),
        ):
            for name in names:
                counter[name] += change
                if not counter[name]:
                    del counter[name]
