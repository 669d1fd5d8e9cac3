"""The relay's side: whom it gives a place, and which circuits it opens, as a state machine.

Pure: whoever runs it says who asks, from where and when, and passes the bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NoReturn

from ...crypto.keys import KeyPair
from ...sync.now import Now
from ..multiaddr import Address
from ..peer_id import peer_id_of_key
from ..rates import Rates
from .circuits import Circuit, Circuits, Way
from .messages import HopKind, HopMessage, Limit, Reservation, Status, StopKind, StopMessage
from .relay_limits import RelayLimits
from .reservations import Reservations
from .voucher import sign_voucher


class RelayRefused(Exception):
    """A request was refused; `status` is what the peer is told."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Relay:
    """Reservations and circuits of one volunteer. `counts` tells how often what was refused, by
    the name of the reason, and what was given."""

    def __init__(self, key: KeyPair, limits: RelayLimits) -> None:
        """`key` is the node's own, which signs vouchers."""
        self._key = key
        self._limits = limits
        self._peer_id = peer_id_of_key(key.public)
        self._asks = Rates(limits.asks, limits.asks_a_second, limits.tracked)
        self._called = Rates(
            limits.connects_to_a_peer, limits.connects_to_a_peer_a_second, limits.tracked
        )
        self.reservations = Reservations(limits)
        self.circuits = Circuits(limits)
        self.counts: Counter[str] = Counter()

    @property
    def limit(self) -> Limit:
        """What a circuit may carry and how long, as peers are told."""
        return Limit(self._limits.circuit_ms // 1000, self._limits.circuit_bytes)

    def reserve(
        self,
        peer: str,
        networks: Sequence[str],
        now: Now,
        *,
        addresses: Sequence[Address] = (),
        relayed: bool = False,
        useful: bool = False,
    ) -> HopMessage:
        """Answer a request for a place. `addresses` are those of this relay, which the peer may
        tell others; `relayed` is whether it comes through a relay itself, `useful` whether the
        peer is known to be so. Raises `RelayRefused`."""
        if relayed:
            self._refuse(Status.PERMISSION_DENIED, "a place for a peer that comes over a relay")
        self._charge(peer, networks, now)
        if not self.reservations.take(peer, networks, now.mono_ms, useful=useful):
            self._refuse(Status.RESERVATION_REFUSED, "no place is free")
        self.counts["reserved"] += 1
        expires = (now.wall_ms + self._limits.reservation_ms) // 1000
        voucher = sign_voucher(self._key, peer, expires)
        reservation = Reservation(expires, tuple(addresses), voucher)
        return HopMessage(HopKind.STATUS, "", reservation, self.limit, Status.OK)

    def connect(
        self, source: str, networks: Sequence[str], target: str, now: Now, *, relayed: bool = False
    ) -> Circuit:
        """A circuit from a peer to another, which is closed with `close`. Raises `RelayRefused`."""
        if relayed:
            self._refuse(Status.PERMISSION_DENIED, "a circuit over a circuit")
        self._charge(source, networks, now)
        if target in (source, self._peer_id):
            self._refuse(Status.PERMISSION_DENIED, "a circuit to oneself, or to the relay")
        if not self.reservations.has(target, now.mono_ms):
            self._refuse(Status.NO_RESERVATION, "the peer has no place here")
        if not self._called.spend(target, now.mono_ms):
            self._refuse(Status.RESOURCE_LIMIT_EXCEEDED, "the peer is called too often")
        circuit = self.circuits.open(source, _nearest(networks), target, now)
        if circuit is None:
            self._refuse(Status.RESOURCE_LIMIT_EXCEEDED, "too many circuits, or bytes today")
        self.counts["connected"] += 1
        return circuit

    def stop_message(self, circuit: Circuit) -> StopMessage:
        """What the peer that is to be reached is told."""
        return StopMessage(StopKind.CONNECT, circuit.source, self.limit)

    def connected(self, answer: StopMessage) -> HopMessage:
        """What who asked is told, once the other side has answered. Raises `RelayRefused` where
        that did not agree."""
        if answer.kind is not StopKind.STATUS or answer.status is not Status.OK:
            self._refuse(Status.CONNECTION_FAILED, "the peer did not want the circuit")
        return HopMessage(HopKind.STATUS, limit=self.limit, status=Status.OK)

    def carry(self, circuit: Circuit, way: Way, size: int, wall_ms: int) -> bool:
        """Whether bytes may pass; where not, both sides are reset, never ended: an end would say
        that all has been said."""
        carried = self.circuits.carry(circuit, way, size, wall_ms)
        self.counts["bytes" if carried else "over its bytes"] += size if carried else 1
        return carried

    def note_timeout(self) -> None:
        """A circuit lasted as long as it may."""
        self.counts["over its time"] += 1

    def note_failure(self) -> None:
        """The peer to be reached did not answer."""
        self.counts["not reached"] += 1

    def close(self, circuit: Circuit) -> None:
        """A circuit is over."""
        self.circuits.close(circuit)

    def gone(self, peer: str) -> None:
        """A peer's last connection is over: nobody can be led to it."""
        self.reservations.leave(peer)

    def _charge(self, peer: str, networks: Sequence[str], now: Now) -> None:
        if not self._asks.spend(_nearest(networks) or peer, now.mono_ms):
            self._refuse(Status.RESOURCE_LIMIT_EXCEEDED, "too many requests from one address")

    def _refuse(self, status: Status, reason: str) -> NoReturn:
        self.counts[reason] += 1
        raise RelayRefused(status, reason)


def refusal(status: Status) -> HopMessage:
    """What a peer is told whose request is refused."""
    return HopMessage(HopKind.STATUS, status=status)


def _nearest(networks: Sequence[str]) -> str:
    return next(iter(networks), "")
