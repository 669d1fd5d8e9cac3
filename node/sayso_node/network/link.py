"""The network as the node needs it: links to peers, whatever carries them.

`transport` provides it over libp2p, tests and the simulator in memory. Nothing above
this interface knows which.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.seats import SeatCounts, Standing

if TYPE_CHECKING:
    import trio

SYNC_PROTOCOL = "/sayso/sync/1"


class DialError(Exception):
    """No link came of a dial; the text says why, for a person."""


class ListenError(Exception):
    """A listening address could not be bound; the text says which and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One long-lived byte stream to one authenticated peer.

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
    """True where this side dialled."""
    stream: trio.abc.Stream
    network: str = ""
    """The addresses that count as one for limits, to which the remote end belongs. Empty where this
    side dialled, and on loopback: there it would be the owner's own programs and proxies."""


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
        """Multiaddrs bound here, each ending in ``/p2p/<peer_id>``."""

    @property
    def bound(self) -> Sequence[Address]:
        """The addresses that are listened on, wildcards as they are."""

    @property
    def seat_counts(self) -> SeatCounts:
        """How many peers found no seat, and how many lost theirs, since the start."""

    async def dial(self, address: str, *, timeout: float = 10.0) -> Link:
        """Open a link to the peer that a multiaddr with ``/p2p/…`` names.

        Raises `DialError` when it is not reached within `timeout` seconds, when it proves another
        identity than the named one, or when it speaks no sayso.
        """
