"""The network interfaces of this machine, and the addresses at which they can be reached.

Asked of the system, not guessed from a default route: a machine may have none, in a room without a
router, and be in many networks at once. Nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

IP = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface with what it can be reached at; one without any address is not listed."""

    name: str
    index: int
    """The system's number of it, for sockets of IPv6 and of multicast."""
    addresses: tuple[IP, ...]
    """Link-local ones of IPv6 have their zone as the system wants it, by the interface's name."""


def interfaces() -> list[Interface]:
    """Those that are up and have addresses, in the system's order."""
    # Here, not above: commands that only want the type of an address should not pay.
    import ifaddr

    found: list[Interface] = []
    for adapter in ifaddr.get_adapters():
        addresses = tuple(_ip(one.ip, adapter.name) for one in adapter.ips)
        if addresses and adapter.index is not None:
            found.append(Interface(adapter.name, adapter.index, addresses))
    return found


def _ip(value: str | tuple[str, int, int], name: str) -> IP:
    if isinstance(value, str):
        return ip_address(value)
    ip = IPv6Address(value[0].partition("%")[0])
    return IPv6Address(f"{ip}%{name}") if ip.is_link_local else ip


def reachable_hosts(host: str, around: Iterable[Interface]) -> list[str]:
    """The hosts at which a listener on `host` can be dialled: itself, or for a wildcard the
    addresses of its family on these interfaces, the best first and loopback last.

    Link-local ones of IPv6 are left out: they mean something only to who names an interface of his
    own, and on the local network that is said there.
    """
    listened = ip_address(host)
    if not listened.is_unspecified:
        return [host]
    own = [ip for one in around for ip in one.addresses if ip.version == listened.version]
    usable = {ip: None for ip in own if not (ip.version == 6 and ip.is_link_local)}
    return [str(ip) for ip in sorted(usable, key=_rank)]


def _rank(ip: IP) -> int:
    if ip.is_loopback:
        return 3
    if ip.is_link_local:
        return 2
    return 0 if ip.is_global else 1
