"""The punch port: one port from which this node dials, and at which it listens.

A router maps calls from one port to one port outside, whomever they are for; so what others see
there is what a hole leads to. Linux lends a listener's port to dials only with SO_REUSEPORT on
both, which would let a second node in as well: so it is a port of its own, and the node's listener
stays exclusive. Somebody has to listen there, else the kernel answers a SYN that comes before the
own one with RST.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from math import inf
from typing import Final

import trio

from sayso_protocol.discovery.multiaddr import Address, socket_address

from ..transport import tcp

BACKLOG: Final = 64
"""Calls that the kernel completes before they are taken: only those that are expected come."""
ACCEPT_PAUSE: Final = 0.05
"""Seconds between attempts to accept where the system fails to."""
NAME_SECONDS: Final = 3.0
"""How long each place of a host name may take to be reached."""
_IN_USE: Final = (errno.EADDRINUSE, errno.EADDRNOTAVAIL)
_ANYWHERE: Final = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104


class PunchPort:
    """Listening sockets at one port of both families, as far as the system has them."""

    def __init__(self, stack: ExitStack) -> None:
        """Opens them at a port that is free; closed with `stack`. Raises `OSError` where that does
        not go, or a port cannot be shared on this system."""
        if not hasattr(socket, "SO_REUSEPORT"):
            raise OSError("this system does not share ports")
        self.port = 0
        self._listeners: dict[int, trio.SocketListener] = {}
        failure: OSError | None = None
        for family, anywhere in _ANYWHERE.items():
            try:
                listener = self._open(family, anywhere)
            except OSError as error:
                failure = error
                continue
            stack.callback(listener.close)
            self.port = self.port or listener.getsockname()[1]
            self._listeners[family] = trio.SocketListener(listener)
        if failure is not None and not self._listeners:
            raise failure

    def _open(self, family: int, anywhere: str) -> trio.socket.SocketType:
        opened = socket.socket(family, socket.SOCK_STREAM)
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            opened.bind((anywhere, self.port))
            # Only from here on, so that nobody else had the port.
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            opened.listen(BACKLOG)
        except BaseException:
            opened.close()
            raise
        return trio.socket.from_stdlib_socket(opened)

    async def listen(self, serve: Callable[[trio.SocketStream], Awaitable[object]]) -> None:
        """Hand whoever calls to `serve`, which must not raise, until cancelled."""
        async with trio.open_nursery() as nursery:
            for listener in self._listeners.values():
                nursery.start_soon(_accept, listener, serve, nursery)

    def has_family_of(self, address: Address) -> bool:
        """Whether this address can be dialled from here."""
        return _family_of(address) in self._listeners

    async def open(self, address: Address) -> trio.abc.HalfCloseableStream:
        """A stream to an address, from this port where that is public: a `StreamOpener`. What is
        seen of this node there is what a hole leads to. Raises `OSError`."""
        for place in await _resolved(address):
            if place.is_public and self.has_family_of(place):
                try:
                    with trio.fail_after(inf if place == address else NAME_SECONDS):
                        stream = await self.connect(place)
                except (OSError, trio.TooSlowError) as error:
                    # A name has other places; and there may be, or have been just now, a
                    # connection from this port to that place.
                    if place == address and getattr(error, "errno", 0) not in _IN_USE:
                        raise
                else:
                    return stream
        return await tcp.connect(address)

    async def connect(self, address: Address) -> trio.SocketStream:
        """A connection from this port to an IP address. Raises `OSError`: of `EADDRNOTAVAIL` where
        there is one to that place already."""
        family = _family_of(address)
        if family not in self._listeners:
            raise OSError("this system does not have that family of addresses")
        caller = trio.socket.socket(family, socket.SOCK_STREAM)
        try:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            await caller.bind((_ANYWHERE[socket.AddressFamily(family)], self.port))
            await caller.connect((address.host, address.port))
        except BaseException:
            caller.close()
            raise
        return trio.SocketStream(caller)


async def _accept(
    listener: trio.SocketListener,
    serve: Callable[[trio.SocketStream], Awaitable[object]],
    nursery: trio.Nursery,
) -> None:
    while True:
        try:
            stream = await listener.accept()
        except OSError:  # gone before it was accepted, or nothing is left to accept with
            await trio.sleep(ACCEPT_PAUSE)
        else:
            nursery.start_soon(serve, stream)


async def _resolved(address: Address) -> list[Address]:
    """The address itself, or those that a host name stands for. Raises `OSError`."""
    if address.is_ip:
        return [address]
    family = {"dns4": socket.AF_INET, "dns6": socket.AF_INET6}.get(address.protocol, 0)
    found = await trio.socket.getaddrinfo(
        address.host, address.port, family=family, type=socket.SOCK_STREAM
    )
    return [socket_address((str(name[0]), int(name[1]))) for *_, name in found]


def _family_of(address: Address) -> int:
    return socket.AF_INET6 if address.protocol == "ip6" else socket.AF_INET
