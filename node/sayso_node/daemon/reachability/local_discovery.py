"""Local discovery of a running node: whoever is found in the room goes to the connection manager.

Which accounts others carry shows only once they are connected, since nothing of that is announced.
"""

from __future__ import annotations

from typing import Protocol

from ...network.discovery.mdns import Mdns
from ...network.link import Network
from ...sync.connection_manager import ConnectionManager
from ..status import LanStatus


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

    @property
    def status(self) -> LanStatus | None:
        """How it is; None where this node takes no part."""
        if not self.mdns.takes_part:
            return None
        counts = self.mdns.counts
        return {
            "links": sorted(self.mdns.links),
            "malformed": counts.malformed,
            "dropped": counts.dropped,
        }

    async def run(self) -> None:
        """Look for others until cancelled."""
        await self.mdns.run()
