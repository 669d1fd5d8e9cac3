"""Multiaddrs: reading those that a person or a peer wrote, naming socket ends."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from .libp2p_imports import ID, Multiaddr

_IP_PROTOCOLS = ("ip4", "ip6")
_HOST_PROTOCOLS = (*_IP_PROTOCOLS, "dns", "dns4", "dns6")
MAX_ADDRESS_LENGTH = 512
"""Characters of a multiaddr's text. The longest DNS name has 253; the rest is room."""


class AddressError(ValueError):
    """A text is no address of a kind that this node can use; the message says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """A TCP endpoint, with the peer expected there where one is named."""

    protocol: str
    """``ip4``, ``ip6``, ``dns``, ``dns4`` or ``dns6``."""
    host: str
    port: int
    peer_id: str | None = None

    def __str__(self) -> str:
        end = f"/p2p/{self.peer_id}" if self.peer_id else ""
        return f"/{self.protocol}/{self.host}/tcp/{self.port}{end}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``/<ip or dns>/<host>/tcp/<port>[/p2p/<peer id>]``.

        Raises `AddressError`.
        """
        parts = _split(text)
        names = [name for name, _ in parts]
        if not names or names[0] not in _HOST_PROTOCOLS or names[1:2] != ["tcp"]:
            raise AddressError(f"{text!r} is not an address of the form /ip4/…/tcp/…")
        if names[2:] not in ([], ["p2p"]):
            raise AddressError(f"{text!r} goes over /{names[2]}, this node speaks plain TCP only")
        peer = _canonical_peer(parts[2][1]) if names[2:] else None
        return cls(names[0], parts[0][1], int(parts[1][1]), peer)


def _split(text: str) -> list[tuple[str, str]]:
    """A multiaddr's protocol names with their values. Raises `AddressError`."""
    if len(text) > MAX_ADDRESS_LENGTH:
        raise AddressError("an address of more than 512 characters is none")
    try:
        parts = [(protocol.name, value) for protocol, value in Multiaddr(text).items()]
    except ImportError:  # its codecs are imported when first used: the installation is broken
        raise
    # multiaddr raises its own errors and whatever its codecs run into: the text is a stranger's.
    except Exception as error:
        raise AddressError(f"{text!r} is not a multiaddr") from error
    return [(str(name), str(value)) for name, value in parts]


def _canonical_peer(text: str) -> str:
    """The base58 form of a peer id in any of its text forms. Raises `AddressError`."""
    try:
        return ID.from_string(text).to_base58()
    except Exception as error:
        raise AddressError(f"{text!r} is not a peer id") from error


def parse_listen_address(text: str) -> Address:
    """Read ``/ip4/…/tcp/…`` or ``/ip6/…/tcp/…``. Raises `AddressError`."""
    address = Address.parse(text)
    if address.protocol not in _IP_PROTOCOLS:
        raise AddressError(f"{text!r} names a host; listening needs the IP address itself")
    if address.peer_id is not None:
        raise AddressError(f"{text!r} ends in /p2p/…, which an address to listen on does not have")
    return address


def socket_address(name: tuple[str, int], peer_id: str | None = None) -> Address:
    """The address of a socket's end, from the first two items of its socket name.

    An IPv4 peer of a dual-stack socket is named by its IPv4 address.
    """
    ip = ip_address(name[0].partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return Address(f"ip{ip.version}", str(ip), name[1], peer_id)


def reachable_hosts(host: str) -> list[str]:
    """The hosts at which a listener on `host` can be dialled: itself, or for a wildcard this
    machine's outward address, if it has one, and loopback."""
    ip = ip_address(host)
    if not ip.is_unspecified:
        return [host]
    loopback = "127.0.0.1" if ip.version == 4 else "::1"
    return list(dict.fromkeys([*_outward_host(ip.version), loopback]))


def _outward_host(version: int) -> list[str]:
    """The address that this machine would use towards others. Nothing is sent."""
    family, anywhere = (
        (socket.AF_INET, "192.0.2.1") if version == 4 else (socket.AF_INET6, "2001:db8::1")
    )
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((anywhere, 9))  # RFC 5737 and 3849: documentation addresses
            return [probe.getsockname()[0]]
    except OSError:
        return []


_PREFIXES = {4: (32, 24, 16), 6: (56, 48, 32)}
"""Lengths of the networks that an address is in: a household (RIPE-690 recommends a /56 for one,
and nothing costs it to vary what comes below), a site, a provider."""


def networks(host: str) -> tuple[str, ...]:
    """The networks of an IP address that have a name in common with its neighbours, the narrowest
    first; none for loopback, where whoever shares it is no neighbour."""
    ip = ip_address(host)
    if ip.is_loopback:
        return ()
    return tuple(str(ip_network(f"{ip}/{size}", strict=False)) for size in _PREFIXES[ip.version])


def netgroup(host: str) -> str:
    """The group that counts as one address for limits: an IPv4 address or an IPv6 /56."""
    return next(iter(networks(host)), host)


def is_loopback(host: str) -> bool:
    """Whether an IP address in text form is this machine's own."""
    return ip_address(host).is_loopback


def shared_network(host: str) -> str:
    """As `netgroup`, and empty for loopback, which no stranger shares with another."""
    return "" if is_loopback(host) else netgroup(host)
