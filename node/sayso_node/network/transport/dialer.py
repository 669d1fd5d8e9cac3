"""Dialling: from an address to a link, or to a sentence that says why not.

libp2p's own `host.connect` waits a quarter of a second even for a success, tries one
address of a kind, and then bars the peer for a minute (`network/swarm.py:92, 98, 114`).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from math import inf

import trio

from sayso_protocol.discovery.multiaddr import Address, AddressError

from ..link import SYNC_PROTOCOL, DialError, Link, UnsupportedProtocolError
from .connection.open_connection import OpenConnection, Remote
from .libp2p_imports import BaseLibp2pError, PeerIDMismatchesPubkey, ProtocolNotSupportedError
from .multistream import YAMUX_PROTOCOL, offer
from .noise import NoiseIdentity, SecureChannel, SecurityError
from .tcp import connect

Start = Callable[[SecureChannel, Remote], OpenConnection]
"""Makes a connection of a channel, and sees to it that it runs."""


async def dial(
    text: str, protocol: str, identity: NoiseIdentity, start: Start, limit: float
) -> Link:
    """Reach the peer that a multiaddr names, and open a stream for a protocol, within `limit`
    seconds. Raises `DialError`."""
    address, peer_id = parse_dial_address(text)
    if peer_id == identity.peer_id:
        raise DialError(f"{text!r} is this node itself: give the address of another")
    with trio.move_on_after(limit):
        channel = await _secure(address, peer_id, identity)
        return await _open_first_stream(
            channel, Remote(str(address), "", "direct"), protocol, start
        )
    raise DialError(f"{address} did not answer within {limit:g} s")


def parse_peer(text: str) -> str:
    """The peer that a multiaddr names, which may be ``/p2p/…`` alone. Raises `DialError`."""
    bare = text.removeprefix("/p2p/")
    if bare != text and "/" not in bare:
        return bare
    return parse_dial_address(text)[1]


def parse_dial_address(text: str) -> tuple[Address, str]:
    """The endpoint and the peer that a multiaddr names. Raises `DialError`."""
    try:
        address = Address.parse(text)
    except AddressError as error:
        raise DialError(str(error)) from error
    if address.peer_id is None:
        raise DialError(
            f"{text!r} does not end in /p2p/12D3KooW…, and so does not say who has to answer: copy "
            "it whole, as `sayso run` prints it there"
        )
    if not address.port:
        raise DialError(f"{text!r} has no port to dial: copy it as `sayso run` prints it there")
    return address, address.peer_id


async def _secure(address: Address, peer_id: str, identity: NoiseIdentity) -> SecureChannel:
    """Connect and prove identities both ways. Raises `DialError`."""
    try:
        stream = await connect(address)
    except OSError as error:
        raise DialError(f"{address} cannot be reached: {_reason(error)}") from error
    try:
        return await identity.dial(stream, peer_id)
    except BaseException as error:
        stream.socket.close()
        if isinstance(error, PeerIDMismatchesPubkey):
            raise DialError(f"whoever answers at {address} is not that peer") from error
        if isinstance(error, ProtocolNotSupportedError):
            raise DialError(f"{address} does not speak libp2p with Noise") from error
        if isinstance(error, BaseLibp2pError | SecurityError):
            raise DialError(f"{address} broke off the handshake: it may be full") from error
        raise


async def _open_first_stream(
    channel: SecureChannel, remote: Remote, protocol: str, start: Start
) -> Link:
    """Agree on yamux, start the connection, open its first stream. Raises `DialError`."""
    connection: OpenConnection | None = None
    try:
        await offer(channel, YAMUX_PROTOCOL)
        connection = start(channel, remote)
        return await connection.open_stream(protocol, timeout=inf)
    except BaseException as error:
        if connection is None:
            channel.close()
        else:
            connection.close("no link came of it")
        if isinstance(error, UnsupportedProtocolError) and protocol == SYNC_PROTOCOL:
            raise DialError(f"{remote.address} speaks libp2p, but no sayso") from error
        if isinstance(error, BaseLibp2pError | SecurityError | trio.BrokenResourceError):
            raise DialError(f"{remote.address} closed the connection: it may be full") from error
        raise


def _reason(error: OSError) -> str:
    """The reason that the system gives; where several addresses of a name failed, of the first.
    trio's own text has the address as Python writes it: only the number of the error counts."""
    cause = error.__cause__
    if isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    of = cause if isinstance(cause, OSError) else error
    if of.errno == errno.ECONNREFUSED:
        return "connection refused; nothing listens there now"
    if of.errno is not None and of.errno in errno.errorcode:
        return os.strerror(of.errno).lower()
    return (of.strerror or str(of)).lower()
