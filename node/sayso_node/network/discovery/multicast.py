"""Sockets of multicast DNS: one an interface and family, so that each says what is true there."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import trio

from ..interfaces import Interface, interfaces

MDNS_PORT: Final = 5353
GROUPS: Final = {socket.AF_INET: "224.0.0.251", socket.AF_INET6: "ff02::fb"}
"""RFC 6762, section 3."""

HOPS: Final = 255
"""RFC 6762, section 11."""

_NO_HOST: Final = bytes(4)


@dataclass(frozen=True, slots=True)
class MulticastInterface:
    """One family of addresses on one network interface."""

    index: int
    name: str
    family: socket.AddressFamily

    def __str__(self) -> str:
        return f"{self.name} {'IPv4' if self.family == socket.AF_INET else 'IPv6'}"

    @property
    def group(self) -> tuple[str, int] | tuple[str, int, int, int]:
        """The socket name of the group on this link."""
        host = GROUPS[self.family]
        if self.family == socket.AF_INET:
            return host, MDNS_PORT
        return host, MDNS_PORT, 0, self.index

    @property
    def own_host(self) -> str | None:
        """The address that this machine sends from to the group, of IPv6 with its zone; None where
        it has none. Nothing is sent."""
        try:
            with socket.socket(self.family, socket.SOCK_DGRAM) as probe:
                if self.family == socket.AF_INET:
                    chosen = _membership(_NO_HOST, self.index)
                    probe.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, chosen)
                probe.connect(self.group)
                host = str(probe.getsockname()[0]).partition("%")[0]
        except OSError:
            return None
        if ip_address(host).is_unspecified or ip_address(host).is_loopback:
            return None
        return self.scoped(host)

    def scoped(self, host: str) -> str:
        """An address on this link, with its zone where it needs one to be dialled."""
        return f"{host}%{self.name}" if self.family == socket.AF_INET6 else host

    def is_neighbour(self, host: str) -> bool:
        """Whether an address can only be that of a machine on this link. Nothing is sent.

        Of IPv6 these are the link-local ones, from which machines speak to the group. Of IPv4 those
        that are reached without a router, as far as the system knows.
        """
        if self.family == socket.AF_INET6:
            return ip_address(host).is_link_local
        try:
            with socket.socket(self.family, socket.SOCK_DGRAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
                probe.connect((host, MDNS_PORT))
                return True
        except OSError:
            return False


def multicast_interfaces() -> Iterator[MulticastInterface]:
    """Those of this machine now that have addresses to speak from, without loopback."""
    found: list[Interface] = []
    with suppress(OSError):
        found = interfaces()
    for one in found:
        outward = [ip for ip in one.addresses if not ip.is_loopback]
        if any(ip.version == 4 for ip in outward):
            yield MulticastInterface(one.index, one.name, socket.AF_INET)
        if any(ip.version == 6 and ip.is_link_local for ip in outward):
            yield MulticastInterface(one.index, one.name, socket.AF_INET6)


async def open_socket(interface: MulticastInterface) -> trio.socket.SocketType:
    """A socket in the group on one link, which hears nothing else. Other programs of this machine
    may have the port too. Raises `OSError`."""
    sock = trio.socket.socket(interface.family, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):  # beside avahi, systemd-resolved, mDNSResponder
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if interface.family == socket.AF_INET:
            _join_ipv4(sock, interface.index)
        else:
            _join_ipv6(sock, interface.index)
        await sock.bind(interface.group)
    except BaseException:
        sock.close()
        raise
    return sock


def _join_ipv4(sock: trio.socket.SocketType, index: int) -> None:
    group = _membership(socket.inet_aton(GROUPS[socket.AF_INET]), index)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    # Without it the system sends nothing where there is no route for the group.
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _membership(_NO_HOST, index))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, HOPS)
    if sys.platform == "linux":
        # Else a socket hears what its machine has joined on other links, as if it came on its own.
        sock.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)


def _join_ipv6(sock: trio.socket.SocketType, index: int) -> None:
    group = socket.inet_pton(socket.AF_INET6, GROUPS[socket.AF_INET6]) + struct.pack("@I", index)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, HOPS)


_IP_MULTICAST_ALL: Final = 49
"""Of `linux/in.h`; Python has no name for it."""


def _membership(group: bytes, index: int) -> bytes:
    """A `struct ip_mreqn` (ip(7)): group, no local address, interface."""
    return struct.pack("@4s4si", group, _NO_HOST, index)
