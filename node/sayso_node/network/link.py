"""The network as the node needs it: links to peers, whatever carries them.

`transport` provides it over libp2p, tests and the simulator in memory. Nothing above
this interface knows which.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from sayso_protocol.seats import SeatCounts, Standing
from sayso_protocol.sync.wire.frames import SYNC_1, SYNC_2, SYNC_3

if TYPE_CHECKING:  # commands that look at no network import this as well
    import trio

    from sayso_protocol.discovery.identify import PeerDescription
    from sayso_protocol.discovery.multiaddr import Address

    from .own_addresses import OwnAddresses
    from .privacy import Privacy

SYNC_PROTOCOL = "/sayso/sync/3"
SYNC_PROTOCOL_2 = "/sayso/sync/2"
"""What those speak who do not know that several nodes may serve one store."""
OLD_SYNC_PROTOCOL = "/sayso/sync/1"
"""What those speak who do not know what a body may be absent for."""

SYNC_VERSIONS: Mapping[str, int] = {
    SYNC_PROTOCOL: SYNC_3,
    SYNC_PROTOCOL_2: SYNC_2,
    OLD_SYNC_PROTOCOL: SYNC_1,
}
"""The protocols of sessions, the newest first: what is offered, and fallen back to."""


class DialError(Exception):
    """No link came of a dial; the text says why, for a person."""


class UnsupportedProtocolError(DialError):
    """The peer is there and does not speak the protocol that was asked for."""


class ListenError(Exception):
    """A listening address could not be bound; the text says which and why."""


Path = Literal["lan", "direct", "relayed"]
"""The way that the bytes of a connection take: within the local network, straight over the
internet, through a relay."""


class Connection(Protocol):
    """One connection with an authenticated peer, on which both sides may open streams.

    It ends with its last stream unless somebody holds its peer (`Network.hold`). One that the peer
    began may also stay for a while, for more streams to come.
    """

    @property
    def peer_id(self) -> str:
        """As `Link.peer_id`."""

    @property
    def address(self) -> str:
        """As `Link.address`."""

    @property
    def network(self) -> str:
        """As `Link.network`."""

    @property
    def path(self) -> Path:
        """As `Link.path`."""

    @property
    def outbound(self) -> bool:
        """True where this side began it."""

    @property
    def local_port(self) -> int:
        """The TCP port on this side; 0 where a stream through a relay carries it."""

    @property
    def ended(self) -> trio.Event:
        """Set when it is over."""

    async def open_stream(self, protocol: str, *, timeout: float = 10.0) -> Link:
        """A new stream on just this connection. Raises `DialError`, and
        `UnsupportedProtocolError` where the peer does not speak the protocol."""

    def close(self, reason: str) -> None:
        """End it now, with all streams on it; `reason` is for the log."""


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One byte stream to one authenticated peer.

    `stream` follows `trio.abc.Stream`: `receive_some` gives ``b""`` only where the peer
    ended its side on purpose; a reset, a lost connection or a write that the peer does
    not take in time raise `trio.BrokenResourceError`. After a cancelled `send_all` or
    `receive_some` no byte is lost or doubled on the rest of the connection, but the
    caller closes this link.
    """

    peer_id: str
    """The peer's libp2p id in its text form (``12D3KooW…``), proven by the handshake."""
    address: str
    """Multiaddr of the remote end as seen here; for messages and the address book."""
    outbound: bool
    """True where this side opened the stream."""
    stream: trio.abc.Stream
    network: str = ""
    """The addresses that count as one for limits, to which the remote end belongs. Empty where this
    side dialled, and on loopback: there it would be the owner's own programs and proxies."""
    path: Path = "direct"
    connection: Connection | None = None
    """The connection that carries it; none where the network has no such thing."""
    sync_version: int = SYNC_1
    """The version of the protocol of sessions that both sides agreed on, where it is one."""


AddressKind = Literal["tcp", "onion", "circuit"]
"""How an address is dialled: by TCP to an IP address or a name, to an onion service, through a
relay."""

StreamOpener = Callable[["Address"], Awaitable["trio.abc.HalfCloseableStream"]]
"""Opens a stream to an address, on which a handshake is to begin. Raises `OSError` or `DialError`,
and leaves nothing open when it is cancelled. The caller has set a deadline."""


@dataclass(frozen=True, slots=True)
class StreamQuota:
    """How many inbound streams of a protocol may be open at once. Those beyond it are reset, and
    cost their peer so much that one which goes on is left."""

    a_peer: int = 4
    """Of one peer, over all its connections: what is asked and answered at once."""
    in_all: int = 64
    """Of all peers together: each may hold a handler and what it has read, some 100 kB."""


DEFAULT_QUOTA = StreamQuota()


PeerStandings = Callable[[], Mapping[str, Standing]]
"""What is known now of peers, by their ids. Who is not named is a stranger."""

LinkHandler = Callable[[Link], Awaitable[object]]
"""Runs for as long as it wants the inbound link; on return the link is closed."""


class Network(Protocol):
    """A started network endpoint."""

    @property
    def peer_id(self) -> str:
        """The own node's libp2p id, in text form."""

    @property
    def addresses(self) -> Sequence[str]:
        """Multiaddrs of this node, whoever knows of them, each ending in ``/p2p/<peer_id>``."""

    @property
    def own_addresses(self) -> OwnAddresses:
        """The same by source; whoever learns of one sets it there."""

    @property
    def bound(self) -> Sequence[Address]:
        """The addresses that are listened on, wildcards as they are."""

    @property
    def privacy(self) -> Privacy:
        """What may be known of where this node is: whoever would send something beside its
        connections, or tell of an address, asks first."""

    @property
    def seat_counts(self) -> SeatCounts:
        """How many peers found no seat, and how many lost theirs, since the start."""

    async def dial(
        self, address: str, *, timeout: float = 10.0, protocol: str = SYNC_PROTOCOL
    ) -> Link:
        """Open a link to the peer that a multiaddr with ``/p2p/…`` names.

        Always over a new connection. Raises `DialError` when it is not reached within `timeout`
        seconds, when it proves another identity than the named one, or when it speaks no sayso.
        """

    async def open_stream(self, address: str, protocol: str, *, timeout: float = 10.0) -> Link:
        """Open a stream for a protocol with the peer that a multiaddr names: over a connection with
        it that is there, whoever began it, else over a new one. An address that is only ``/p2p/…``
        uses what is there.

        Raises as `dial`, and `UnsupportedProtocolError` where the peer does not speak it.
        """

    def handle(
        self, protocol: str, handler: LinkHandler, quota: StreamQuota = DEFAULT_QUOTA
    ) -> None:
        """Answer inbound streams of a protocol from now on, on connections of either side."""

    def stop_handling(self, protocol: str) -> None:
        """Answer a protocol no more; streams that are open go on."""

    @property
    def protocols(self) -> Sequence[str]:
        """The protocols that are answered now."""

    def hold(self, peer_id: str) -> AbstractContextManager[None]:
        """Keep the connections with a peer open until the context is left, streams or none.

        Enter it before the last stream ends. It binds this side alone: the peer may have its own
        reasons to end a connection.
        """

    def connections(self, peer_id: str) -> Sequence[Connection]:
        """Those that are open with a peer, the best first."""

    def on_connection(self, listener: Callable[[Connection], None]) -> None:
        """Call `listener` with each connection that begins."""

    def on_described(self, listener: Callable[[PeerDescription, Connection], None]) -> None:
        """Call `listener` with what peers say of themselves: soon after a connection begins, and
        when it changes. None of it is proven."""

    async def ask_description(self, connection: Connection) -> PeerDescription:
        """Ask a peer now what it says of itself; the listeners hear of it as well. Raises
        `DialError`, `Refused` and `trio.BrokenResourceError`. The caller sets a deadline."""

    def on_observed(self, listener: Callable[[Address, Connection], None]) -> None:
        """Call `listener` with the addresses at which peers see this node: one peer's word, and
        where this side dialled not the port that it listens on."""

    def set_opener(self, kind: AddressKind, opener: StreamOpener) -> None:
        """Dial addresses of a kind by `opener` from now on."""

    async def upgrade_outbound(
        self,
        stream: trio.abc.HalfCloseableStream,
        peer_id: str,
        address: str,
        path: Path,
        *,
        private: bool = False,
    ) -> Connection:
        """Make a connection of a stream (a socket, or one through a relay), as the side that
        begins. It is closed soon where no stream is opened on it.

        `address` is the multiaddr of the other end with ``/p2p/…``. A `private` connection is for
        the caller alone: nobody else opens streams on it or hears of it. Raises `DialError` where
        the peer does not prove to be `peer_id`; the stream is closed then. The caller sets a
        deadline.
        """

    async def serve_inbound(
        self, stream: trio.abc.HalfCloseableStream, address: str, path: Path
    ) -> None:
        """Carry a stream (a socket, or one through a relay) as an inbound connection until its end,
        and close it. It takes a seat like any other, under the host of `address`.

        `address` is the multiaddr of the other end; of a relayed one that of the relay, with
        ``/p2p-circuit``. Where it names a peer, nobody else is let in. Raises `ValueError` where
        it is none, else nothing.
        """
