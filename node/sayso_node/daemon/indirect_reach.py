"""Reaching and being reached where routers are in between: relays and hole punching, put together.

A node that others cannot call keeps places at relays. Whoever comes through one, or is reached
through one, is offered a direct way, and the session moves there. Who volunteers relays himself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import replace

import trio

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.multiaddr import Address

from ..network.link import Connection, Network
from ..network.nat.hole_punching import HolePunching
from ..network.nat.peer_connections import address_of
from ..network.nat.punch_port import PunchPort
from ..network.nat.relay_client import RelayClient
from ..network.nat.relay_server import RelayServer
from ..sync.engine import Engine
from ..sync.path_switch import PathSwitch

log = logging.getLogger(__name__)

MAX_OBSERVED = 4
"""Addresses at which peers saw the punch port that are told: one a family and provider."""


class IndirectReach:
    """Runs what a node needs where it cannot be called, and relays where its owner volunteers."""

    def __init__(
        self, network: Network, engine: Engine, seed: bytes, *, relays: bool, may_punch: bool
    ) -> None:
        """`seed` is that of the node's key; `relays` is whether the owner volunteers; without
        `may_punch` nothing is told of or dialled from where this node is seen."""
        self._network = network
        self._may_punch = may_punch
        self._observed: dict[str, Address] = {}
        """Where each peer saw the punch port; the newest last."""
        self._port: PunchPort | None = None
        self.is_called: Callable[[], bool] = self._has_public_address
        """Whether others can call this node, as far as it knows."""
        self.client = RelayClient(network, self._is_unreachable, self._tell)
        self.punching: HolePunching | None = None
        self.path_switch = PathSwitch(network, engine)
        self.server = (
            RelayServer(
                network,
                KeyPair.from_seed(seed),
                network.own_addresses.public,
                standings=engine.standings,
            )
            if relays
            else None
        )

    async def run(self) -> None:
        """Until cancelled."""
        with ExitStack() as stack:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.client.run)
                nursery.start_soon(self.path_switch.run)
                nursery.start_soon(self._follow_addresses)
                if self.server is not None:
                    nursery.start_soon(self.server.run)
                if self._may_punch:
                    self._start_punching(stack, nursery)

    def _start_punching(self, stack: ExitStack, nursery: trio.Nursery) -> None:
        try:
            self._port = PunchPort(stack)
        except OSError as error:
            log.warning("no holes are punched, so relays are used: %s", error)
            return
        self._network.set_opener("tcp", self._port.open)
        self.punching = HolePunching(self._network, self._port, self._seen_at)
        nursery.start_soon(self.punching.run)

    def note_observed(self, connection: Connection, address: Address) -> None:
        """A peer has said at which address it sees this node."""
        remote = address_of(connection)
        if (
            self._port is None
            or remote is None
            or not connection.outbound
            or not self._port.leads_to(remote)
            or not (address.is_ip and address.is_public)
        ):
            return
        self._observed.pop(connection.peer_id, None)
        self._observed[connection.peer_id] = replace(address, peer_id=None)
        while len(self._observed) > MAX_OBSERVED:
            del self._observed[next(iter(self._observed))]

    def note_protocols(self, connection: Connection, protocols: Collection[str]) -> None:
        """A peer has said which protocols it speaks."""
        self.client.note_protocols(connection, protocols)

    def _seen_at(self) -> list[Address]:
        """Where the punch port is seen from outside: by peers, and with IPv6 at the own addresses,
        which no router translates."""
        found = list(reversed(self._observed.values()))
        if self._port is not None:
            own = self._network.own_addresses.of("listen")
            found += [
                replace(one, port=self._port.port, peer_id=None)
                for one in own
                if one.protocol == "ip6" and one.is_public
            ]
        return list(dict.fromkeys(found))

    def _is_unreachable(self) -> bool:
        return not self.is_called()

    def _has_public_address(self) -> bool:
        return any(one.relay is None for one in self._network.own_addresses.public())

    def _tell(self, addresses: Collection[Address]) -> None:
        self._network.own_addresses.set("relay", addresses)

    async def _follow_addresses(self) -> None:
        """Ask relays anew when this node's own addresses change."""
        while True:
            changed = self._network.own_addresses.changed
            self.client.look_again()
            await changed.wait()
