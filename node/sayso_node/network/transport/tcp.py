"""TCP sockets: listening so that a failure shows.

libp2p 0.8.1 ignores the outcome of listening (`host/basic_host.py:591`) and sets
SO_REUSEPORT on every listener (`transport/tcp/tcp.py:46-56`), so that a node may run
deaf, or share its port with a second one and get every other connection. Here a bind
that fails raises, and a port belongs to one process.
"""

from __future__ import annotations

import errno
import socket
from typing import cast

import trio

from sayso_protocol.discovery.multiaddr import Address, AddressError, parse_listen_address

from ..link import ListenError

BACKLOG = 4096
"""Connections the kernel completes before they are accepted. A full one makes honest
peers repeat their SYN after a second; the kernel lowers this to its own maximum."""

OUT_OF_DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


async def open_listener(text: str) -> trio.SocketListener:
    """Listen on an IP multiaddr. Raises `ListenError`, which names it."""
    try:
        address = parse_listen_address(text)
    except AddressError as error:
        raise ListenError(f"cannot listen: {error}") from error
    family = socket.AF_INET6 if address.protocol == "ip6" else socket.AF_INET
    listener = trio.socket.socket(family, socket.SOCK_STREAM)
    try:
        # Lets a restarted node bind at once; on Linux it does not let two bind together.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # Else [::] would also take the IPv4 port, and a listener on both would fail.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        await listener.bind((address.host, address.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        more = ""
        if error.errno == errno.EADDRINUSE:
            more = ": another program has this port, choose another, or 0 for any that is free"
        raise ListenError(f"cannot listen on {text}: {error.strerror or error}{more}") from error
    return trio.SocketListener(listener)


async def connect(address: Address) -> trio.SocketStream:
    """A TCP connection to an address; trio sets TCP_NODELAY on it. Raises `OSError`."""
    return await trio.open_tcp_stream(address.host, address.port)


def end_name(name: object) -> tuple[str, int]:
    """Host and port of a socket name, which is longer for IPv6."""
    host, port, *_ = cast("tuple[str, int]", name)
    return host, port
