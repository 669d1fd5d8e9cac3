"""The processor time that peers may cost this node: by peer, and by address.

Each peer has a little of its own, which nobody can take from it, and the peers of one address
share more. Who has used up both waits until its own part has grown enough again: it is not read
meanwhile. Who goes on so that it waits most of the time is left in the end.

A peer that nobody knows begins with next to nothing of its own, so that new identities are worth no
more than the address that they come from.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ...errors import Overdrawn
from ...limits import (
    MAX_BUDGETS,
    NETWORK_US,
    NETWORK_US_A_SECOND,
    NEW_PEER_US,
    PATIENCE_MS,
    PATIENCE_MS_A_SECOND,
    PAUSE_MS,
    PEER_US,
    PEER_US_A_SECOND,
)
from ...token_bucket import TokenBucket


@dataclass(slots=True)
class _PeerBudget:
    own: TokenBucket = field(
        default_factory=lambda: TokenBucket(PEER_US, PEER_US_A_SECOND, NEW_PEER_US)
    )
    patience: TokenBucket = field(
        default_factory=lambda: TokenBucket(PATIENCE_MS, PATIENCE_MS_A_SECOND)
    )


class ProcessorBudget:
    """Budgets of all peers and addresses, also of those that have gone: who comes back finds his
    as he left it."""

    def __init__(self) -> None:
        self._peers: Recent[_PeerBudget] = Recent()
        self._networks: Recent[TokenBucket] = Recent()

    def charge(self, peer: str, network: str, amount_us: float, mono_ms: float) -> float:
        """A peer, at an address that belongs to `network`, has cost so much time. Gives the
        milliseconds for which it must wait now. Raises `Overdrawn` where it has waited too long."""
        budget = self._peers.of(peer) or self._peers.put(peer, _PeerBudget())
        if budget.own.spend(amount_us, mono_ms):
            return 0.0
        shared = self._networks.of(network) or self._networks.put(
            network, TokenBucket(NETWORK_US, NETWORK_US_A_SECOND)
        )
        if shared.spend(amount_us, mono_ms):
            return 0.0
        pause_ms = budget.own.reserve(mono_ms, amount_us)
        if pause_ms < PAUSE_MS:
            return 0.0
        if not budget.patience.spend(pause_ms, mono_ms):
            raise Overdrawn("it makes too much work of which nothing comes")
        return pause_ms


T = TypeVar("T")


class Recent(Generic[T]):
    """Values by name, of which those are forgotten that were used longest ago."""

    def __init__(self, most: int = MAX_BUDGETS) -> None:
        self._most = most
        self._values: OrderedDict[str, T] = OrderedDict()

    def of(self, name: str) -> T | None:
        """The value of a name; it counts as used."""
        value = self._values.get(name)
        if value is not None:
            self._values.move_to_end(name)
        return value

    def put(self, name: str, value: T) -> T:
        """Give a name its value."""
        if self.is_full:
            self.pop_oldest()
        self._values[name] = value
        return value

    @property
    def is_full(self) -> bool:
        """Whether the next new name makes one be forgotten."""
        return len(self._values) >= self._most

    def pop_oldest(self) -> T:
        """Forget the value that was used longest ago, and give it."""
        return self._values.popitem(last=False)[1]
