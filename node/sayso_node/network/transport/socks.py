"""A client of SOCKS5 proxies (RFC 1928), with a user name (RFC 1929) that keeps peers apart.

Names are given to the proxy as they are, never looked up here. The peer's id is the user name, or
where no peer is named the host: Tor gives each user name circuits of its own (`IsolateSOCKSAuth`),
so that no exit sees which peers one node talks to.
"""

from __future__ import annotations

import errno
import os
from ipaddress import ip_address
from typing import Final

import trio

from sayso_protocol.discovery.multiaddr import ONION, Address
from sayso_protocol.translation import _

from ..link import DialError
from ..privacy import Proxy

SOCKS_SECONDS: Final = 60.0
"""How long a dial may take: Tor needs half a minute for an onion service now and then."""

_VERSION: Final = 5
_NO_LOGIN, _LOGIN = 0, 2
_LOGIN_VERSION: Final = 1
_PASSWORD: Final = b"x"
"""RFC 1929 wants one; Tor tells circuits apart by both, and takes any."""
_CONNECT: Final = 1
_IP4, _NAME, _IP6 = 1, 3, 4
_SIZES: Final = {_IP4: 4, _IP6: 16}
_MAX_NAME: Final = 255

_REPLIES: Final = {
    1: "it could not connect",
    2: "its rules do not allow that",
    3: "the network is unreachable",
    4: "the host is unreachable, or there is no such onion service",
    5: "connection refused; nothing listens there now",
    6: "it took too long",
    7: "it does not connect",
    8: "it does not know this kind of address",
}
"""RFC 1928, section 6."""


class SocksDialer:
    """Opens streams to addresses through one proxy, and in no other way."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy

    async def open(self, address: Address) -> trio.SocketStream:
        """A `StreamOpener`. Raises `DialError`."""
        stream = await self._connect()
        try:
            await self._log_in(stream, (address.peer_id or address.relay or address.host).encode())
            await self._ask(stream, address)
        except BaseException as error:
            stream.socket.close()  # at once: whoever cancels does not wait
            if isinstance(error, trio.BrokenResourceError):
                raise DialError(f"the proxy {self._proxy} closed the connection") from error
            raise
        return stream

    async def _connect(self) -> trio.SocketStream:
        family = trio.socket.AF_INET6 if ":" in self._proxy.host else trio.socket.AF_INET
        socket = trio.socket.socket(family, trio.socket.SOCK_STREAM)
        try:
            await socket.connect((self._proxy.host, self._proxy.port))
        except BaseException as error:
            socket.close()
            if isinstance(error, OSError):
                known = error.errno in errno.errorcode
                reason = os.strerror(error.errno or 0).lower() if known else str(error)
                raise DialError(
                    _(
                        "the proxy {proxy} cannot be reached ({reason}): start it, as Tor, or name "
                        "another with `sayso run --proxy URL`"
                    ).format(proxy=self._proxy, reason=reason)
                ) from error
            raise
        return trio.SocketStream(socket)

    async def _log_in(self, stream: trio.SocketStream, user: bytes) -> None:
        methods = bytes([_LOGIN, _NO_LOGIN])
        await stream.send_all(bytes([_VERSION, len(methods)]) + methods)
        version, method = await _exactly(stream, 2)
        if version != _VERSION or method not in methods:
            raise DialError(f"{self._proxy} is no SOCKS5 proxy, or wants a password")
        if method == _LOGIN:
            login = bytes([_LOGIN_VERSION, len(user)]) + user
            await stream.send_all(login + bytes([len(_PASSWORD)]) + _PASSWORD)
            if (await _exactly(stream, 2))[1]:
                raise DialError(f"the proxy {self._proxy} wants a password, which sayso has not")

    async def _ask(self, stream: trio.SocketStream, address: Address) -> None:
        request = bytes([_VERSION, _CONNECT, 0]) + _packed_host(address)
        await stream.send_all(request + address.port.to_bytes(2, "big"))
        version, reply, _, kind = await _exactly(stream, 4)
        if version != _VERSION:
            raise DialError(f"{self._proxy} is no SOCKS5 proxy")
        if reply:
            why = _REPLIES.get(reply, f"error {reply}")
            raise DialError(f"{address} cannot be reached: the proxy says: {why}")
        size = _SIZES.get(kind)
        if size is None:
            size = (await _exactly(stream, 1))[0]
        await _exactly(stream, size + 2)  # where the proxy is bound, which is nobody's business


def _packed_host(address: Address) -> bytes:
    if address.is_ip:
        ip = ip_address(address.host.partition("%")[0])
        return bytes([_IP4 if ip.version == 4 else _IP6]) + ip.packed
    name = f"{address.host}.onion" if address.protocol == ONION else address.host
    raw = name.encode("ascii")[:_MAX_NAME]
    return bytes([_NAME, len(raw)]) + raw


async def _exactly(stream: trio.SocketStream, size: int) -> bytes:
    """Just so many bytes: what follows them is the peer's. Raises `trio.BrokenResourceError`."""
    received = b""
    while len(received) < size:
        data = await stream.receive_some(size - len(received))
        if not data:
            raise trio.BrokenResourceError("the proxy ended the connection")
        received += data
    return received
