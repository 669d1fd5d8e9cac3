"""Local discovery of a running node: whoever is found in the room is dialled."""

from __future__ import annotations

import logging
from typing import Final, Protocol

import trio

from sayso_protocol.discovery.candidate import Candidate

from ..errors import PeerError
from ..network.discovery.mdns import Mdns
from ..network.link import Network
from ..sync.engine import Engine
from ..sync.peer_connection import PeerConnection

log = logging.getLogger(__name__)

MAX_LOCAL: Final = 16
"""Peers that were found in the room and are connected to, or being dialled, at a time. In a home
that is everybody; in the network of a school it is a part, through which the rest is reached."""

PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between attempts to reach one of them. After the last it is left until it is heard of
again."""

STEADY_SECONDS: Final = 10.0
"""A session that lasted this long shows that the peer is well."""


class DialingNode(Protocol):
    """A node, as far as local discovery needs one."""

    @property
    def network(self) -> Network:
        """The network that it is on."""

    @property
    def engine(self) -> Engine:
        """The engine that runs the sessions."""

    async def dial(self, address: str) -> PeerConnection:
        """Connect to a peer, or take the session that is there. Raises `PeerError`."""


class LocalDiscovery:
    """Finds nodes in the room, and connects to them: which accounts they carry shows only then,
    since nothing of that is announced."""

    def __init__(self, node: DialingNode, nursery: trio.Nursery) -> None:
        self._node = node
        self._nursery = nursery
        self._near: dict[str, Candidate] = {}
        """Peers that a task stays with, as they were heard of last."""
        self.mdns = Mdns(node.network.peer_id, node.network.bound, self.consider)

    async def run(self) -> None:
        """Look for others until cancelled."""
        await self.mdns.run()

    def consider(self, candidate: Candidate) -> None:
        """Connect to a peer that was found, unless there are enough."""
        is_new = candidate.peer_id not in self._near
        if is_new and len(self._near) >= MAX_LOCAL:
            return
        self._near[candidate.peer_id] = candidate
        if is_new:
            self._nursery.start_soon(self._stay, candidate.peer_id)

    async def _stay(self, peer_id: str) -> None:
        """Be connected to a peer for as long as it can be reached."""
        failures = 0
        while failures < len(PAUSES):
            began = trio.current_time()
            await self._meet(peer_id)
            lasted = trio.current_time() - began > STEADY_SECONDS
            failures = 0 if lasted else failures + 1
            await trio.sleep(PAUSES[max(0, failures - 1)])
        del self._near[peer_id]

    async def _meet(self, peer_id: str) -> None:
        """One session with a peer, from its start to its end, or none."""
        engine = self._node.engine
        try:
            await self._node.dial(str(self._near[peer_id].addresses[0]))
        except PeerError as error:
            log.info("no link to a node in the room: %s", error)
        while engine.session_with(peer_id) is not None:
            await engine.sessions_changed.wait()
