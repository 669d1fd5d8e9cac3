"""Local discovery of a running node: whoever is found in the room goes to the connection manager.

Which accounts others carry shows only once they are connected, since nothing of that is announced.
"""

from __future__ import annotations

from typing import Protocol

from ..network.discovery.mdns import Mdns
from ..network.link import Network
from ..sync.connection_manager import ConnectionManager


class DiscoveringNode(Protocol):
    """A node, as far as local discovery needs one."""

    @property
    def network(self) -> Network:
        """The network that it is on."""

    @property
    def connection_manager(self) -> ConnectionManager:
        """Decides who is dialled."""


class LocalDiscovery:
    """Finds nodes in the room."""

    def __init__(self, node: DiscoveringNode) -> None:
        consider = node.connection_manager.consider
        self.mdns = Mdns(node.network.peer_id, node.network.bound, consider)

    async def run(self) -> None:
        """Look for others until cancelled."""
        await self.mdns.run()
