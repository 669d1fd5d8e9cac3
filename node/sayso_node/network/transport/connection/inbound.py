"""Inbound connections: from a socket, or a stream in its place, to a connection that has a seat."""

from __future__ import annotations

import errno
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import trio

from sayso_protocol.discovery.multiaddr import Address, shared_network, socket_address
from sayso_protocol.seats import NoSeatError

from ...link import Path
from ..admission import Admission, PendingConnection
from ..libp2p_imports import BaseLibp2pError
from ..limits import TransportLimits
from ..multistream import YAMUX_PROTOCOL, answer
from ..noise import NoiseIdentity, SecurityError
from ..raw_stream import close_now, local_end
from ..resource_manager import ResourceManager
from ..tcp import OUT_OF_DESCRIPTORS, end_name
from ..yamux.yamux_connection import YamuxConnection
from .dialer import path_of
from .open_connection import OpenConnection, Remote

logger = logging.getLogger(__name__)

ACCEPT_PAUSE = 0.05
"""Seconds between attempts to accept while the system has nothing to accept with."""

Carry = Callable[[OpenConnection], Awaitable[None]]
"""Runs a connection until it ends."""


class Inbound:
    """Accepts, upgrades, and carries what gets a seat."""

    def __init__(
        self,
        identity: NoiseIdentity,
        limits: TransportLimits,
        admission: Admission,
        resources: ResourceManager,
        carry: Carry,
    ) -> None:
        self._identity = identity
        self._limits = limits
        self._admission = admission
        self._resources = resources
        self._carry = carry

    async def listen(self, listener: trio.SocketListener, nursery: trio.Nursery) -> None:
        """Accept until cancelled, whatever the system answers."""
        while True:
            try:
                stream = await listener.accept()
            except OSError as error:
                if error.errno == errno.ECONNABORTED:  # gone before it was accepted
                    continue
                if error.errno in OUT_OF_DESCRIPTORS:
                    self._admission.drop_pending()
                await trio.sleep(ACCEPT_PAUSE)
            else:
                nursery.start_soon(self._serve_socket, stream)

    async def _serve_socket(self, stream: trio.SocketStream) -> None:
        try:
            address = socket_address(end_name(stream.socket.getpeername()))
        except OSError:  # gone already
            stream.socket.close()
            return
        await self.serve(stream, address, path_of(address))

    async def serve(
        self, stream: trio.abc.HalfCloseableStream, address: Address, path: Path
    ) -> None:
        """Carry a stream from its first byte to its end, and close it. Raises nothing."""
        pending = self._admission.add_pending(address.host)
        try:
            muxed = await self._upgrade(stream, pending, address.peer_id)
            remote = Remote(
                str(replace(address, peer_id=muxed.peer_id)), shared_network(address.host), path
            )
            connection = OpenConnection(muxed, remote, local_end(stream))
            await self._carry_seated(connection, pending)
        except (BaseLibp2pError, SecurityError, NoSeatError, OSError) as error:
            logger.debug("no connection with %s: %r", address, error)
        except Exception:
            logger.exception("an inbound connection from %s failed", address)
        finally:
            self._admission.remove_pending(pending)
            close_now(stream)

    async def _upgrade(
        self,
        stream: trio.abc.HalfCloseableStream,
        pending: PendingConnection,
        expected: str | None,
    ) -> YamuxConnection:
        """From a stream to a connection, with the peer that is expected where one is. Raises
        `TimeoutError` among others."""
        with trio.move_on_after(self._limits.handshake_timeout) as pending.scope:
            turn = partial(self._admission.wait_for_turn, pending)
            channel = await self._identity.accept(stream, turn)
            if expected not in (None, channel.peer_id):
                raise SecurityError(f"{channel.peer_id} came in the place of {expected}")
            await answer(channel, YAMUX_PROTOCOL)
            return YamuxConnection(channel, self._limits, self._resources)
        raise TimeoutError("the handshake took too long, or had to make room")

    async def _carry_seated(self, connection: OpenConnection, pending: PendingConnection) -> None:
        """Carry a connection for as long as it has a seat. Raises `NoSeatError`."""
        established = self._admission.establish(pending, connection.muxed)
        try:
            await self._carry(connection)
        finally:
            self._admission.remove_established(established)
