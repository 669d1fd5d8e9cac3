"""Admission of inbound connections: limits on those that are pending, and on those established.

libp2p 0.8.1 counts both together and gives a slot back only when the whole node stops
(`network/swarm.py:1982, 2060`): 250 inbound connections in its life, silent ones among
them, and it refuses everybody. It cannot see IPv6 addresses either (`io/trio.py:104`).

A connection is pending until its peer has proved an identity, and established then. Here a
pending one is never refused because others are silent. Where too many are pending, the
longest silent of the address with most of them is dropped instead; so thousands of sockets
that say nothing cost the honest nothing, even from the same address. Seats are held only
by established ones; who gets one is decided in `sayso_protocol.seats`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import trio

from sayso_protocol.discovery.multiaddr import netgroup, networks
from sayso_protocol.seats import (
    Seat,
    SeatCounts,
    SeatLimits,
    Seats,
    Standing,
    StandingOf,
    crowding_of,
)

from ..link import PeerStandings
from .handshake_queue import HandshakeQueue
from .limits import TransportLimits
from .yamux.yamux_connection import YamuxConnection

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class PendingConnection:
    """An inbound socket that has proved nothing yet."""

    host: str
    networks: Sequence[str]
    group: str
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    has_spoken: bool = False
    """Whether it agreed on Noise: the silent are dropped before those."""


@dataclass(slots=True, eq=False)
class EstablishedConnection:
    """An inbound connection of a peer that proved its identity."""

    seat: Seat
    connection: YamuxConnection


class Admission:
    """Counts pending connections and seats those that are established; closes what has to go."""

    def __init__(
        self, limits: TransportLimits, descriptors: int, known: PeerStandings = dict
    ) -> None:
        """`descriptors` is how many files the process may have open; `known` says what is known
        of peers now."""
        self._limits = limits
        # Storage, logs and dials need descriptors as well: they keep a quarter.
        self._max_pending = max(1, min(limits.pending, descriptors // 4))
        self._seats = Seats(
            SeatLimits(
                seats=max(1, min(limits.inbound, descriptors // 2)),
                a_network=limits.inbound_per_address,
                a_peer=limits.inbound_per_peer,
                trial_ms=round(limits.trial * 1000),
                unused_ms=round(limits.unused_trial * 1000),
            )
        )
        self._known = known
        self._pending: dict[PendingConnection, None] = {}
        self._established: dict[Seat, EstablishedConnection] = {}
        self._handshakes = HandshakeQueue(limits)

    # Pending

    def add_pending(self, host: str) -> PendingConnection:
        """Let a socket from an IP address in to prove itself; may drop another."""
        pending = PendingConnection(host, networks(host), netgroup(host))
        same = [other for other in self._pending if other.group == pending.group]
        if len(same) >= self._limits.pending_per_address:
            self._drop_one_of(same)
        elif len(self._pending) >= self._max_pending:
            self.drop_pending()
        self._pending[pending] = None
        return pending

    def remove_pending(self, pending: PendingConnection) -> None:
        """The socket is gone, or its peer has proved an identity."""
        self._pending.pop(pending, None)

    def drop_pending(self) -> None:
        """There are too many, or too few descriptors: drop one where it is most crowded, if any."""
        crowding = crowding_of([one.networks for one in self._pending])
        most = max(crowding, default=0)
        crowd = [one for one, around in zip(self._pending, crowding, strict=True) if around == most]
        if crowd:
            self._drop_one_of(crowd)

    def _drop_one_of(self, same: Sequence[PendingConnection]) -> None:
        """Drop the oldest of them, one that has not spoken if there is one."""
        silent = [one for one in same if not one.has_spoken]
        dropped = (silent or same)[0]
        self.remove_pending(dropped)
        dropped.scope.cancel()

    async def wait_for_turn(self, pending: PendingConnection) -> None:
        """Wait until a pending connection may cost a handshake."""
        pending.has_spoken = True
        await self._handshakes.wait(pending.host)

    async def run(self) -> None:
        """Give turns to those who wait, until cancelled."""
        await self._handshakes.run()

    # Established

    @property
    def counts(self) -> SeatCounts:
        """How many were refused and gave way since the start."""
        return self._seats.counts

    def establish(
        self, pending: PendingConnection, connection: YamuxConnection
    ) -> EstablishedConnection:
        """Give an authenticated peer a seat; another may lose its own by that.

        Raises `NoSeatError`.
        """
        now_ms = round(trio.current_time() * 1000)
        seat = Seat(connection.peer_id, pending.networks, now_ms)
        established = EstablishedConnection(seat, connection)
        for gone in self._seats.take(seat, self._standings(), now_ms):
            self._close(self._established[gone], "its seat was needed")
        self.remove_pending(pending)
        self._established[seat] = established
        return established

    def remove_established(self, established: EstablishedConnection) -> None:
        """An established connection is over."""
        self._seats.leave(established.seat)
        self._established.pop(established.seat, None)

    def _standings(self) -> StandingOf:
        """What is known of each peer, of whom one may only just have got through."""
        known = self._known()

        def standing_of(seat: Seat) -> Standing:
            standing = known.get(seat.peer, Standing.IDLE)
            established = self._established.get(seat)
            unused = established is not None and established.connection.is_unused
            return Standing.UNUSED if unused and standing < Standing.CARRIER else standing

        return standing_of

    def _close(self, established: EstablishedConnection, reason: str) -> None:
        logger.info("%s is left: %s", established.connection.peer_id, reason)
        self.remove_established(established)
        established.connection.abort(reason)


def descriptor_limit() -> int:
    """The number of files that this process may have open."""
    try:
        import resource
    except ImportError:  # Windows has no such limit on sockets
        return 1 << 20
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 20 if soft == resource.RLIM_INFINITY else soft
