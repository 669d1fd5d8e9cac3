"""What being reached needs to know of connections: the direct one of a peer, and where it leads."""

from __future__ import annotations

from typing import cast

import trio

from sayso_protocol.discovery.multiaddr import Address, AddressError, networks

from ..link import Connection, Link, Network


def direct_connection(network: Network, peer: str) -> Connection | None:
    """The best connection with a peer that goes over no relay."""
    return next((one for one in network.connections(peer) if one.path != "relayed"), None)


def address_of(connection: Connection | None) -> Address | None:
    """The address of the other end, as far as it has one."""
    if connection is None:
        return None
    try:
        return Address.parse(connection.address)
    except AddressError:
        return None


def networks_of(connection: Connection | None) -> tuple[str, ...]:
    """The networks of that address, the narrowest first."""
    address = address_of(connection)
    return networks(address.host) if address is not None else ()


def raw_stream(link: Link) -> trio.abc.HalfCloseableStream:
    """The stream of a link, as a connection can run on it."""
    return cast("trio.abc.HalfCloseableStream", link.stream)
