"""Dialling: from an address to a link, or to a sentence that says why not.

libp2p's own `host.connect` waits a quarter of a second even for a success, tries one
address of a kind, and then bars the peer for a minute (`network/swarm.py:92, 98, 114`).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from ipaddress import ip_address
from math import inf

import trio

from sayso_protocol.discovery.multiaddr import Address, AddressError
from sayso_protocol.translation import _

from ...link import SYNC_PROTOCOL, DialError, Link, Path, UnsupportedProtocolError
from ...privacy import Proxy
from ..libp2p_imports import BaseLibp2pError, PeerIDMismatchesPubkey, ProtocolNotSupportedError
from ..multistream import YAMUX_PROTOCOL, offer
from ..noise import NoiseIdentity, SecureChannel, SecurityError
from ..raw_stream import close_now
from ..socks import SOCKS_SECONDS, SocksDialer
from .open_connection import OpenConnection, Remote
from .opener import Openers, kind_of

Start = Callable[[SecureChannel, Remote], OpenConnection]
"""Makes a connection of a channel, and sees to it that it runs."""


class Dialer:
    """Reaches peers; `openers` says how each kind of address is dialled."""

    def __init__(self, identity: NoiseIdentity, start: Start) -> None:
        self._identity = identity
        self._start = start
        self.openers = Openers()
        self._patience = 0.0

    def go_by(self, proxy: Proxy) -> None:
        """Dial through a proxy alone from now on, and wait as long as that takes."""
        self.openers.fix(SocksDialer(proxy).open, "tcp", "onion")
        self._patience = SOCKS_SECONDS

    async def dial(self, text: str, protocol: str, limit: float) -> Link:
        """Reach the peer that a multiaddr names, and open a stream for a protocol, within `limit`
        seconds. Raises `DialError`."""
        address, peer_id = parse_dial_address(text)
        if peer_id == self._identity.peer_id:
            raise DialError(f"{text!r} is this node itself: give the address of another")
        limit = max(limit, self._patience)
        with trio.move_on_after(limit):
            stream = await self._open(address)
            connection = await self.upgrade(stream, peer_id, str(address), path_of(address))
            return await _open_first_stream(connection, protocol)
        raise DialError(f"{address} did not answer within {limit:g} s")

    async def _open(self, address: Address) -> trio.abc.HalfCloseableStream:
        try:
            return await self.openers.open(address)
        except OSError as error:
            raise DialError(f"{address} cannot be reached: {_reason(error)}") from error

    async def upgrade(
        self,
        stream: trio.abc.HalfCloseableStream,
        peer_id: str,
        address: str,
        path: Path,
        *,
        private: bool = False,
    ) -> OpenConnection:
        """From a stream to a connection that runs. Closes the stream where that fails. Raises
        `DialError`."""
        try:
            channel = await self._secure(stream, peer_id, address)
            await offer(channel, YAMUX_PROTOCOL)
        except BaseException as error:
            close_now(stream)
            if isinstance(error, BaseLibp2pError | SecurityError | trio.BrokenResourceError):
                raise DialError(f"{address} closed the connection: it may be full") from error
            raise
        return self._start(channel, Remote(address, "", path, private))

    async def _secure(
        self, stream: trio.abc.HalfCloseableStream, peer_id: str, address: str
    ) -> SecureChannel:
        """Prove identities both ways. Raises `DialError`."""
        try:
            return await self._identity.dial(stream, peer_id)
        except PeerIDMismatchesPubkey as error:
            raise DialError(f"whoever answers at {address} is not that peer") from error
        except ProtocolNotSupportedError as error:
            raise DialError(f"{address} does not speak libp2p with Noise") from error
        except (BaseLibp2pError, SecurityError) as error:
            raise DialError(f"{address} broke off the handshake: it may be full") from error


async def _open_first_stream(connection: OpenConnection, protocol: str) -> Link:
    """Open the stream that a connection was made for, or end it. Raises `DialError`."""
    try:
        return await connection.open_stream(protocol, timeout=inf)
    except BaseException as error:
        connection.close("no link came of it")
        if isinstance(error, UnsupportedProtocolError) and protocol == SYNC_PROTOCOL:
            raise DialError(f"{connection.address} speaks libp2p, but no sayso") from error
        raise


def path_of(address: Address) -> Path:
    """The way that bytes to an address take. A private address is of the local network; loopback,
    a name or an onion service may lead anywhere."""
    if kind_of(address) == "circuit":
        return "relayed"
    if not address.is_ip:
        return "direct"
    ip = ip_address(address.host.partition("%")[0])
    return "lan" if ip.is_private and not ip.is_loopback else "direct"


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
            _(
                "{address} does not end in /p2p/12D3KooW…, and so does not say who has to answer: "
                "copy it whole, as `sayso run` prints it there"
            ).format(address=repr(text))
        )
    if not address.port:
        raise DialError(
            _("{address} has no port to dial: copy it as `sayso run` prints it there").format(
                address=repr(text)
            )
        )
    return address, address.peer_id


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
