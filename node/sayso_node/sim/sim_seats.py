"""The seats of simulated nodes: who may dial whom, as in the transport of real ones."""

from __future__ import annotations

from collections.abc import Mapping

from sayso_protocol.seats import NoSeatError, Seat, SeatLimits, Seats, Standing

from ..sync.standings import standing_of
from .machine.sim_node import SimNode
from .scenario import House

_NEVER_MS = 10**12


class SimSeats:
    """For each node the seats of those who dialled it; without a `House` everybody has one."""

    def __init__(self, house: House | None, online: Mapping[int, SimNode]) -> None:
        self._house = house
        self._online = online
        self._seats: dict[int, Seats] = {}
        self._followers: dict[int, set[str]] = {}

    def take(self, host: int, guest: int, now_ms: int) -> tuple[Seat, list[Seat]] | None:
        """A seat for a guest, and those that lose theirs by it; None where there is none."""
        seat = Seat(str(guest), (f"{guest}", f"{guest}-", f"{guest}--"), now_ms)
        if self._house is None:
            return seat, []
        seats = self._seats.setdefault(host, Seats(_limits(self._house)))
        try:
            return seat, seats.take(seat, lambda one: self._standing(host, one), now_ms)
        except NoSeatError:
            return None

    def leave(self, host: int, seat: Seat) -> None:
        """A seat is free again."""
        if host in self._seats:
            self._seats[host].leave(seat)

    def _standing(self, host: int, seat: Seat) -> Standing:
        node = self._online.get(host)
        known = self._followers.setdefault(host, set())
        if node is None or seat.peer in known:
            return Standing.FOLLOWER if seat.peer in known else Standing.IDLE
        for name, session in node.sessions.items():
            if str(session.peer) == seat.peer:
                peer = node.replica.peers.get(name)
                has_read = peer is not None and peer.synced.heard
                standing = standing_of(node.replica, name, has_read=has_read)
                if standing is Standing.FOLLOWER:
                    known.add(seat.peer)
                return standing
        return Standing.IDLE


def _limits(house: House) -> SeatLimits:
    limits = SeatLimits(seats=house.seats, a_network=8, a_peer=4)
    if house.turns:
        return limits
    return SeatLimits(seats=house.seats, a_network=8, a_peer=4, turn_ms=_NEVER_MS)
