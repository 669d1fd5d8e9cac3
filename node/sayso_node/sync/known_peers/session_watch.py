"""Tells the planner of connections which sessions there are, and what they bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sayso_protocol.discovery.connections.dial_planner import DialPlanner
from sayso_protocol.discovery.multiaddr import Address, AddressError
from sayso_protocol.sync.now import Now

from ..engine import Engine
from ..peer_connection import PeerConnection

PeerListener = Callable[[PeerConnection], None]


@dataclass(slots=True)
class _Watched:
    peer_id: str
    offered: int = 0
    """Feeds that it had offered when that was looked at."""
    has_resumed: bool = False


class SessionWatch:
    """Compares the engine's sessions with those that it saw when it looked last."""

    def __init__(self, engine: Engine, planner: DialPlanner) -> None:
        self._engine = engine
        self._planner = planner
        self._watched: dict[str, _Watched] = {}
        self._token = b""
        """Of the wants that the planner knows."""

    def look(self, now: Now) -> None:
        """Tell what has changed."""
        if self._engine.replica.wants_token != self._token:
            self._token = self._engine.replica.wants_token
            self._planner.needs.want(self._engine.replica.wanted)
        sessions = self._engine.sessions
        for name in [one for one in self._watched if one not in sessions]:
            gone = self._watched.pop(name)
            if self._engine.session_with(gone.peer_id) is None:
                self._planner.lost(gone.peer_id, now)
        for name, session in sessions.items():
            if name not in self._watched:
                self._watched[name] = _Watched(session.link.peer_id)
                outbound = session.link.outbound
                address = address_of(session)
                self._planner.connected(session.link.peer_id, address, now, outbound=outbound)
            self._look_at(name, self._watched[name], now)

    def _look_at(self, name: str, watched: _Watched, now: Now) -> None:
        """Find out which accounts a peer carries."""
        replica = self._engine.replica
        offered = replica.offered_count(name)
        if offered != watched.offered:
            watched.offered = offered
            self._planner.carries(watched.peer_id, replica.carried_by(name), now)
        if not watched.has_resumed and replica.goes_on(name):
            watched.has_resumed = True
            self._planner.resumed(watched.peer_id, now)


def address_of(session: PeerConnection) -> Address | None:
    """The remote end of a session, where it has an address of its own."""
    carrier = session.link.connection
    for text in (session.link.address, carrier.address if carrier is not None else ""):
        try:
            return Address.parse(text)
        except AddressError:
            continue  # the peer opened the stream on a connection that was dialled here
    return None
