"""Reaching and being reached where routers are in between: relays and hole punching, put together.

A node that others cannot call keeps places at relays. Whoever comes through one, or is reached
through one, is offered a direct way, and the session moves there. Who volunteers relays himself.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import replace

import trio

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.identify import PeerDescription
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.errors import Refused

from ...clock import now_ms
from ...network.link import Connection, DialError
from ...network.nat.circuit import open_circuit
from ...network.nat.hole_punching import HolePunching
from ...network.nat.punch_port import PunchPort
from ...network.nat.relay_client import RelayClient
from ...network.nat.relay_server import RelayServer
from ...sync.path_switch import PathSwitch
from ..keep_up import keep_up
from ..node import Node
from ..status import RelayingStatus

log = logging.getLogger(__name__)

ASK_SECONDS = 5.0
"""How long a relay may take to say where it sees this node."""
MAX_OBSERVED = 4
"""Addresses at which peers saw the punch port that are told: one a family and provider."""


class IndirectReach:
    """Runs what a node needs where it cannot be called, and relays where its owner volunteers."""

    def __init__(self, node: Node, seed: bytes, *, relays: bool) -> None:
        """`seed` is that of the node's key; `relays` is whether the owner volunteers. Where he
        hides this home, nothing is told of where it is seen, nor dialled from there."""
        network, engine, reachability = node.network, node.engine, node.reachability
        assert reachability is not None, "a node that runs knows what is known of its reachability"
        self._network = network
        self._reachability = reachability
        self._observed: dict[str, Address] = {}
        """Where each peer saw the punch port; the newest last."""
        self._port: PunchPort | None = None
        self._nursery: trio.Nursery
        self._asked = trio.Event()
        """Set when the last relay that was asked where it sees this node has answered."""
        self._asked.set()
        node.relaying = self.relaying
        self.client = RelayClient(network, reachability.wants_relay, self._tell)
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

    def relaying(self) -> RelayingStatus | None:
        """What is relayed for others."""
        if self.server is None:
            return None
        relay = self.server.relay
        return {
            "places": len(relay.reservations),
            "circuits": len(relay.circuits),
            "bytes_today": relay.circuits.day.used_on(now_ms()),
            "counts": dict(relay.counts),
        }

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled; says that it has started once what is dialled is seen at one port."""
        with ExitStack() as stack:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                nursery.start_soon(keep_up, "relay client", self.client.run)
                nursery.start_soon(keep_up, "path switch", self.path_switch.run)
                if self.server is not None:
                    nursery.start_soon(keep_up, "relay server", self.server.run)
                if not self._reachability.assessment.evidence.is_hidden:
                    self._start_punching(stack, nursery)
                self._reachability.on_change(lambda _: self.client.look_again())
                self._network.on_described(self._note_described)
                task_status.started()

    def _start_punching(self, stack: ExitStack, nursery: trio.Nursery) -> None:
        try:
            self._port = PunchPort(stack)
        except OSError as error:
            log.warning("no holes are punched, so relays are used: %s", error)
            return
        self._network.set_opener("tcp", self._port.open)
        self._network.set_opener("circuit", self._open_circuit)
        self._network.on_observed(self._note_observed)
        punching = HolePunching(self._network, self._port, self._seen_at, self._note_punch)
        nursery.start_soon(keep_up, "hole punching", punching.run)

    def _note_punch(self, succeeded: bool) -> None:
        self._reachability.note_punch(succeeded=succeeded)

    def _note_observed(self, address: Address, connection: Connection) -> None:
        """A peer has said at which address it sees this node."""
        if not (self._is_from_port(connection) and address.is_ip and address.is_public):
            return
        self._observed.pop(connection.peer_id, None)
        self._observed[connection.peer_id] = replace(address, peer_id=None)
        while len(self._observed) > MAX_OBSERVED:
            del self._observed[next(iter(self._observed))]

    def _note_described(self, said: PeerDescription, connection: Connection) -> None:
        """A peer has said which protocols it speaks."""
        self.client.note_protocols(connection, said.protocols)

    async def _open_circuit(self, address: Address) -> trio.abc.HalfCloseableStream:
        """A `StreamOpener` that asks the relay besides where it sees this node: the other side
        wants to know that at once."""
        stream = await open_circuit(self._network, address)
        usable = filter(self._is_from_port, self._network.connections(str(address.relay)))
        connection = next(usable, None)
        if connection is not None and connection.peer_id not in self._observed:
            self._asked = trio.Event()
            self._nursery.start_soon(self._ask, connection, self._asked)
        return stream

    def _is_from_port(self, connection: Connection) -> bool:
        """Whether what the other side sees of a connection is where a hole leads to."""
        is_own = self._port is not None and connection.local_port == self._port.port
        return is_own and connection.outbound and connection.path == "direct"

    async def _ask(self, connection: Connection, asked: trio.Event) -> None:
        try:
            with trio.fail_after(ASK_SECONDS):
                await self._network.ask_description(connection)
        except (DialError, Refused, trio.TooSlowError, trio.BrokenResourceError) as error:
            log.debug("%s does not say where it sees this node: %s", connection.peer_id, error)
        finally:
            asked.set()

    async def _seen_at(self) -> list[Address]:
        """Where the punch port is seen from outside: by peers, and with IPv6 at the own addresses,
        which no router translates."""
        await self._asked.wait()
        found = list(reversed(self._observed.values()))
        if self._port is not None:
            own = self._network.own_addresses.of("listen")
            found += [
                replace(one, port=self._port.port, peer_id=None)
                for one in own
                if one.protocol == "ip6" and one.is_public
            ]
        return list(dict.fromkeys(found))

    def _tell(self, addresses: Collection[Address]) -> None:
        self._network.own_addresses.set("relay", addresses)
