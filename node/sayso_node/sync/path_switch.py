"""From a relayed connection to a direct one: the session goes along as soon as there is one.

A new session takes the place of the old one, and goes on where that was; what was under way on the
old one is asked for again. Whoever opened the old session opens the new one, so that there are not
two at once.
"""

from __future__ import annotations

import logging

import trio

from ..network.link import SYNC_PROTOCOL, Connection, DialError, Network
from .engine import Engine
from .peer_connection import PeerConnection

log = logging.getLogger(__name__)

LINGER_SECONDS = 2.0
"""How long relayed connections stay beside a direct one that carries the session: who is reached
over them says what it still has to say, and then they cost the relay nothing more."""


class PathSwitch:
    """Watches sessions and connections for as long as `run` runs."""

    def __init__(self, network: Network, engine: Engine) -> None:
        self._network = network
        self._engine = engine
        self._connected = trio.Event()
        self._tried: set[Connection] = set()
        """Direct connections that a session was or is being moved to."""
        self.switched = 0
        """Sessions that were moved since the start."""
        network.on_connection(self._note)

    async def run(self) -> None:
        """Until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._look_when_sessions_change, nursery)
            while True:
                await self._connected.wait()
                self._connected = trio.Event()
                self._look(nursery)

    def _note(self, connection: Connection) -> None:
        if connection.path != "relayed":
            self._connected.set()

    async def _look_when_sessions_change(self, nursery: trio.Nursery) -> None:
        while True:
            await self._engine.sessions_changed.wait()
            self._look(nursery)

    def _look(self, nursery: trio.Nursery) -> None:
        """Move each session that this side opened over a relay, where there is a direct way."""
        for session in list(self._engine.sessions.values()):
            if session.link.path != "relayed" or not session.link.outbound:
                continue
            for connection in self._network.connections(session.link.peer_id):
                if connection.path != "relayed" and connection not in self._tried:
                    self._tried.add(connection)
                    nursery.start_soon(self._switch, session, connection)
                    break

    async def _switch(self, session: PeerConnection, connection: Connection) -> None:
        try:
            link = await connection.open_stream(SYNC_PROTOCOL)
            log.info("the session with %s leaves its relay", link.peer_id)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._end_relayed, connection)
                self.switched += 1
                await self._engine.serve(link)
                nursery.cancel_scope.cancel()
        except DialError as error:
            log.info("the session with %s stays on its relay: %s", session.link.peer_id, error)
        finally:
            self._tried.discard(connection)
            self._connected.set()

    async def _end_relayed(self, direct: Connection) -> None:
        """End what goes over relays to a peer, once it has proved that it is not needed."""
        await trio.sleep(LINGER_SECONDS)
        for connection in self._network.connections(direct.peer_id):
            if connection.path == "relayed":
                connection.close("a direct connection took its place")
