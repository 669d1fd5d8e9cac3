"""Connections between nodes: dialled, dialled again, reset, cut off by partitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sayso_protocol.discovery.connections import dial_limits
from sayso_protocol.seats import Seat

from .checks.monitor import Monitor
from .event_queue import SECOND, Chance, EventQueue, microseconds
from .machine.sim_connection import SimConnection
from .machine.sim_node import SimNode
from .pipe import Pipe, Quality
from .scenario import House, Links
from .sim_seats import SimSeats
from .topology.graph_shapes import Edge

FIRST_PAUSE: Final = dial_limits.FIRST_PAUSE / 1000
LONGEST_PAUSE: Final = dial_limits.LONGEST_PAUSES[0][1] / 1000
STEADY_SECONDS: Final = dial_limits.STEADY / 1000
"""Seconds: everybody here dials friends who were there within an hour."""

HANDSHAKE_TRIPS: Final = 6
"""One-way trips before the first frame: TCP, Noise, yamux and the stream's protocol."""

NEVER: Final = -1
"""When an edge is dialled that is to be dialled no more."""

NOTICED_SECONDS: Final = (5.0, 30.0)
"""How long a peer that has fallen silent is believed to be there."""


@dataclass(eq=False, slots=True)
class _Connection:
    edge: Edge
    began_us: int
    pipes: tuple[Pipe, Pipe]
    """The one that the dialling node sends on, and the one that it receives on."""
    seat: Seat
    """Of the dialling node, at the one that is dialled."""
    ends: dict[int, SimConnection] = field(default_factory=dict)
    """By node; an end that has learnt that the connection is over is no longer there."""


class SimNetwork:
    """Keeps each edge connected while both its nodes are on line and can reach each other."""

    def __init__(
        self,
        event_queue: EventQueue,
        chance: Chance,
        links: Links,
        online: Mapping[int, SimNode],
        monitor: Monitor,
        house: House | None = None,
    ) -> None:
        self._house = SimSeats(house, online)
        self._seated: dict[Seat, _Connection] = {}
        self._event_queue = event_queue
        self._chance = chance.stream("net")
        self._seeds = chance
        self._links = links
        self._online = online
        self._monitor = monitor
        self._lines: dict[Edge, Quality] = {}
        self._open: dict[Edge, _Connection] = {}
        self._of: dict[SimConnection, _Connection] = {}
        self._due_us: dict[Edge, int] = {}
        self._pause: dict[Edge, float] = {}
        self._sides: Mapping[int, int] = {}
        self.is_steady = False
        """No more resets."""

    # --- dialling --------------------------------------------------------------------------

    def keep(self, edges: Iterable[Edge]) -> None:
        """Dial these edges soon, and whenever they are lost; their diallers are on line."""
        for edge in edges:
            if edge not in self._lines:
                line = self._seeds.stream("line", *edge)
                self._lines[edge] = Quality.draw(self._links, line)
            self._pause[edge] = FIRST_PAUSE
            self._plan(edge, self._chance.random())

    def _plan(self, edge: Edge, seconds: float) -> None:
        self._due_us[edge] = due_us = self._event_queue.now_us + microseconds(seconds)
        self._event_queue.at(due_us, self._dial, edge, due_us)

    def _again(self, edge: Edge) -> None:
        pause = self._pause[edge]
        self._pause[edge] = min(2 * pause, LONGEST_PAUSE)
        self._plan(edge, pause * self._chance.uniform(0.8, 1.2))

    def _dial(self, edge: Edge, due_us: int) -> None:
        if due_us != self._due_us[edge] or edge[0] not in self._online or edge in self._open:
            return
        if edge[1] not in self._online or self._apart(edge):
            self._again(edge)
            return
        trip_us = self._lines[edge].latency_us
        self._event_queue.after(HANDSHAKE_TRIPS * trip_us, self._connect, edge, due_us)

    def _connect(self, edge: Edge, due_us: int) -> None:
        if due_us != self._due_us[edge] or edge[0] not in self._online:
            return
        if edge[1] not in self._online or self._apart(edge):
            self._again(edge)
            return
        taken = self._house.take(edge[1], edge[0], self._event_queue.now_us // 1000)
        if taken is None:
            self._monitor.count("no-seat", *edge)
            self._again(edge)
            return
        seat, gone = taken
        for other in gone:
            self._monitor.count("gave-way", edge[1])
            self._break(self._seated[other])
        line, chance = self._lines[edge], self._chance
        there, back = Pipe(self._event_queue, line, chance), Pipe(self._event_queue, line, chance)
        connection = _Connection(edge, self._event_queue.now_us, (there, back), seat)
        self._seated[seat] = connection
        self._monitor.count("connected", *edge)
        dialler, dialled = self._online[edge[0]], self._online[edge[1]]
        near = self._attach(connection, dialler, edge[1], there, back)
        far = self._attach(connection, dialled, edge[0], back, there)
        self._open[edge] = connection
        dialler.begin(near)
        dialled.begin(far)
        if self._links.reset_minutes:
            seconds = self._chance.expovariate(1 / (60 * self._links.reset_minutes))
            self._event_queue.after(microseconds(seconds), self._reset, connection)

    def _attach(
        self, connection: _Connection, node: SimNode, peer: int, out: Pipe, into: Pipe
    ) -> SimConnection:
        session = node.session(peer, out, into)
        connection.ends[node.index] = session
        self._of[session] = connection
        into.deliver = partial(node.arrive, session)
        return session

    # --- ends ------------------------------------------------------------------------------

    def hang_up(self, session: SimConnection) -> None:
        """One side ends in order: what it sent still arrives, then its peer learns."""
        connection = self._of.get(session)
        if connection is None:
            return
        at = next(index for index, one in connection.ends.items() if one is session)
        other = sum(connection.edge) - at
        self._over(connection, at)
        session.out.after_all(partial(self._over, connection, other))

    def leave(self, edge: Edge) -> None:
        """End the connection of an edge in order, and dial it no more."""
        connection = self._open.get(edge)
        session = connection.ends.get(edge[0]) if connection is not None else None
        if session is not None:
            self.hang_up(session)
        self._due_us[edge] = NEVER

    def cut(self, session: SimConnection) -> None:
        """Both sides lose the connection now."""
        connection = self._of.get(session)
        if connection is not None:
            self._break(connection)

    def gone(self, node: SimNode, *, silently: bool) -> None:
        """A node went off line; its peers learn soon, or when they miss it."""
        for session in list(node.sessions.values()):
            connection = self._of[session]
            for pipe in connection.pipes:
                pipe.broken = pipe.broken or silently or pipe is not session.out
            self._over(connection, node.index)
            if silently:
                self._miss(connection, session.peer)
            else:
                session.out.after_all(partial(self._over, connection, session.peer))

    def _over(self, connection: _Connection, at: int) -> None:
        """A node learns that its connection is over."""
        session = connection.ends.pop(at, None)
        if session is None:
            return
        del self._of[session]
        session.into.broken = True
        edge = connection.edge
        if at == edge[1]:
            self._house.leave(at, connection.seat)
            self._seated.pop(connection.seat, None)
        if at == edge[0] and self._open.get(edge) is connection:
            del self._open[edge]
            if self._event_queue.now_us - connection.began_us > STEADY_SECONDS * SECOND:
                self._pause[edge] = FIRST_PAUSE
            self._again(edge)
        node = self._online.get(at)
        if node is not None:
            node.end(session)

    def _break(self, connection: _Connection) -> None:
        for pipe in connection.pipes:
            pipe.broken = True
        for at in list(connection.ends):
            self._over(connection, at)

    def _reset(self, connection: _Connection) -> None:
        if connection.ends and not self.is_steady:
            self._monitor.count("reset", *connection.edge)
            self._break(connection)

    def _miss(self, connection: _Connection, at: int) -> None:
        seconds = self._chance.uniform(*NOTICED_SECONDS)
        self._event_queue.after(microseconds(seconds), self._over, connection, at)

    # --- partitions ------------------------------------------------------------------------

    def split(self, sides: Mapping[int, int]) -> None:
        """Nodes of different sides no longer reach each other, and find out late. No sides:
        all reach all again."""
        if sides == self._sides:
            return
        self._sides = sides
        self._monitor.count("split" if sides else "healed", -1)
        for connection in list(self._open.values()):
            if self._apart(connection.edge):
                for pipe in connection.pipes:
                    pipe.broken = True
                for at in list(connection.ends):
                    self._miss(connection, at)

    def _apart(self, edge: Edge) -> bool:
        return self._sides.get(edge[0]) != self._sides.get(edge[1])
