"""The network endpoint: listens, dials, and hands links to the node.

Takes the place of libp2p's host and swarm. Those dial addresses by themselves
(`network/auto_connector.py:300`), keep whatever a stranger says about itself
(`peer/peerstore.py:247`), stop the process where a stream handler raises
(`host/basic_host.py:1554` and `tools/anyio_service/trio_manager.py:384`), lose a slot
with each cancelled dial (`network/swarm.py:1224`) and leave sockets open when they stop
(`network/swarm.py:440`). Nothing here dials unasked or remembers peers, and every
socket belongs to one task that closes it.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from math import inf

import trio

from sayso_protocol.discovery.identify import PeerDescription
from sayso_protocol.discovery.multiaddr import Address, socket_address
from sayso_protocol.seats import SeatCounts

from ... import SOFTWARE
from ..identify import Identify
from ..link import (
    DEFAULT_QUOTA,
    SYNC_PROTOCOL,
    SYNC_VERSIONS,
    AddressKind,
    Connection,
    DialError,
    Link,
    LinkHandler,
    Path,
    PeerStandings,
    StreamOpener,
    StreamQuota,
)
from ..own_addresses import OwnAddresses
from ..privacy import OPEN, Privacy
from .admission import Admission, descriptor_limit
from .connection.connections import Connections
from .connection.dialer import Dialer, parse_peer
from .connection.inbound import Inbound
from .connection.open_connection import OpenConnection, Remote
from .connection.protocol_table import ProtocolTable
from .connection.stream_server import StreamServer
from .interface_watch import InterfaceWatch
from .limits import TransportLimits
from .noise import NoiseIdentity, SecureChannel
from .resource_manager import ResourceManager
from .tcp import end_name, open_listener
from .yamux.yamux_connection import YamuxConnection
from .yamux.yamux_stream import YamuxStream

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_endpoint(
    identity: NoiseIdentity,
    listen: Sequence[str],
    on_link: LinkHandler,
    limits: TransportLimits,
    standings: PeerStandings,
    privacy: Privacy,
) -> AsyncIterator[Endpoint]:
    """Run an endpoint for as long as the context lasts. Raises `ListenError`."""
    async with AsyncExitStack() as stack:
        listeners = [await _open_listener(text, stack) for text in listen]
        async with _nursery() as nursery:
            admission = Admission(limits, descriptor_limit(), standings)
            endpoint = Endpoint(identity, listeners, on_link, limits, admission, nursery, privacy)
            nursery.start_soon(admission.run)
            nursery.start_soon(endpoint.watch_interfaces)
            nursery.start_soon(endpoint.identify.run)
            for listener in listeners:
                nursery.start_soon(endpoint.listen, listener)
            try:
                yield endpoint
            finally:
                await endpoint.close()
                nursery.cancel_scope.cancel()


async def _open_listener(text: str, stack: AsyncExitStack) -> trio.SocketListener:
    listener = await open_listener(text)
    stack.callback(listener.socket.close)
    return listener


@asynccontextmanager
async def _nursery() -> AsyncIterator[trio.Nursery]:
    """A nursery whose tasks do not raise: what its body raises comes out as it went in."""
    try:
        async with trio.open_nursery() as nursery:
            yield nursery
    except BaseExceptionGroup as group:
        if len(group.exceptions) > 1:
            raise
        raise group.exceptions[0] from group.exceptions[0].__cause__


class Endpoint:
    """A started `Network` over TCP, Noise and yamux."""

    def __init__(
        self,
        identity: NoiseIdentity,
        listeners: Sequence[trio.SocketListener],
        on_link: LinkHandler,
        limits: TransportLimits,
        admission: Admission,
        nursery: trio.Nursery,
        privacy: Privacy = OPEN,
    ) -> None:
        self._identity = identity
        self._protocols = ProtocolTable()
        self._streams = StreamServer(self._protocols, limits)
        quota = StreamQuota(limits.sync_streams_per_peer, limits.sync_streams)
        for protocol in SYNC_VERSIONS:
            self.handle(protocol, on_link, quota)
        self._limits = limits
        self._nursery = nursery
        self._resource_manager = ResourceManager(limits)
        self._admission = admission
        self._connections = Connections()
        self.privacy = privacy
        self._dialer = Dialer(identity, self._start)
        if privacy.proxy is not None:
            self._dialer.go_by(privacy.proxy)
        self._inbound = Inbound(identity, limits, admission, self._resource_manager, self._carry)
        self._one_ended = trio.lowlevel.ParkingLot()
        self.own_addresses = OwnAddresses(identity.peer_id)
        self._bound = [socket_address(end_name(one.socket.getsockname())) for one in listeners]
        self.identify = Identify(self, SOFTWARE)
        self._interface_watch = InterfaceWatch(self.own_addresses, self._bound, self._connections)

    @property
    def peer_id(self) -> str:
        """The own node's libp2p id, in text form."""
        return self._identity.peer_id

    @property
    def addresses(self) -> Sequence[str]:
        """Multiaddrs of this node, each ending in ``/p2p/<peer_id>``."""
        return [str(one) for one in self.own_addresses.all()]

    @property
    def bound(self) -> Sequence[Address]:
        """The addresses that are listened on, wildcards as they are."""
        return self._bound

    @property
    def seat_counts(self) -> SeatCounts:
        """How many peers found no seat, and how many lost theirs, since the start."""
        return self._admission.counts

    # Streams

    async def dial(
        self, address: str, *, timeout: float = 10.0, protocol: str = SYNC_PROTOCOL
    ) -> Link:
        """Open a link to the peer that a multiaddr names. Raises `DialError`."""
        return await self._dialer.dial(address, protocol, timeout)

    async def open_stream(self, address: str, protocol: str, *, timeout: float = 10.0) -> Link:
        """A stream over a connection that is there, or over a new one. Raises `DialError`."""
        began = trio.current_time()
        for connection in self._connections.of(parse_peer(address))[:1]:
            # One that died unnoticed must not take all the time there is.
            with trio.move_on_after(timeout / 2):
                try:
                    return await connection.open_stream(protocol, timeout=inf)
                except DialError:
                    if connection.muxed.is_open:
                        raise
        if address.startswith("/p2p/"):
            raise DialError(f"{address} is not connected, and no address says where to dial it")
        left = timeout - (trio.current_time() - began)
        return await self._dialer.dial(address, protocol, left)

    def handle(
        self, protocol: str, handler: LinkHandler, quota: StreamQuota = DEFAULT_QUOTA
    ) -> None:
        """Answer inbound streams of a protocol from now on."""
        self._protocols.set(protocol, handler, quota)

    def stop_handling(self, protocol: str) -> None:
        """Answer a protocol no more."""
        self._protocols.remove(protocol)

    @property
    def protocols(self) -> Sequence[str]:
        """The protocols that are answered now."""
        return self._protocols.names

    # Connections

    def hold(self, peer_id: str) -> AbstractContextManager[None]:
        """Keep the connections with a peer open until the context is left."""
        return self._connections.hold(peer_id)

    def connections(self, peer_id: str) -> Sequence[Connection]:
        """Those that are open with a peer, the best first."""
        return self._connections.of(peer_id)

    def on_connection(self, listener: Callable[[Connection], None]) -> None:
        """Call `listener` with each connection that begins."""
        self._connections.on_connection(listener)

    def set_opener(self, kind: AddressKind, opener: StreamOpener) -> None:
        """Dial addresses of a kind by `opener` from now on."""
        self._dialer.openers.set(kind, opener)

    async def upgrade_outbound(
        self,
        stream: trio.abc.HalfCloseableStream,
        peer_id: str,
        address: str,
        path: Path,
        *,
        private: bool = False,
    ) -> Connection:
        """Make a connection of a stream, as the side that begins. Raises `DialError`."""
        return await self._dialer.upgrade(stream, peer_id, address, path, private=private)

    def on_described(self, listener: Callable[[PeerDescription, Connection], None]) -> None:
        """Call `listener` with what peers say of themselves."""
        self.identify.on_described(listener)

    async def ask_description(self, connection: Connection) -> PeerDescription:
        """Ask a peer now what it says of itself. Raises `DialError`, `Refused` and
        `trio.BrokenResourceError`."""
        return await self.identify.ask(connection)

    def on_observed(self, listener: Callable[[Address, Connection], None]) -> None:
        """Call `listener` with the addresses at which peers see this node."""
        self.identify.on_observed(listener)

    def _start(self, channel: SecureChannel, remote: Remote) -> OpenConnection:
        """Carry an outbound connection from now on."""
        muxed = YamuxConnection(channel, self._limits, self._resource_manager)
        connection = OpenConnection(muxed, remote, channel.local_end)
        self._nursery.start_soon(self._carry, connection)
        return connection

    async def _carry(self, connection: OpenConnection) -> None:
        """Run a connection, which never raises, until it ends."""

        def accept(stream: YamuxStream) -> None:
            self._nursery.start_soon(self._streams.serve, stream, connection)

        self._connections.add(connection)
        try:
            await connection.muxed.run(accept)
        finally:
            self._connections.remove(connection)
            self._one_ended.unpark_all()

    async def serve_inbound(
        self, stream: trio.abc.HalfCloseableStream, address: str, path: Path
    ) -> None:
        """Carry a stream as an inbound connection until its end. Raises `ValueError`."""
        await self._inbound.serve(stream, Address.parse(address), path)

    async def listen(self, listener: trio.SocketListener) -> None:
        """Accept for as long as the node runs, whatever the system answers."""
        await self._inbound.listen(listener, self._nursery)

    async def watch_interfaces(self) -> None:
        """Keep the own addresses true for as long as the node runs."""
        await self._interface_watch.run()

    # Ending

    async def close(self) -> None:
        """Let peers know that the node stops; those that do not listen are not waited for."""
        for connection in self._connections:
            connection.muxed.finish()
        with trio.CancelScope(shield=True) as scope:
            scope.deadline = trio.current_time() + self._limits.shutdown_timeout
            while self._connections:
                await self._one_ended.park()
