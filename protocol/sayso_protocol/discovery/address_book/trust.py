"""Which addresses are kept of whom: what is said by strangers must not aim this node at the owner's
own machines, nor at somebody who never asked for peers."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from ..candidate import Origin
from ..multiaddr import ONION, Address, is_public_ip, networks

_LOWEST_PORT: Final = 1024
_USUAL_PORT: Final = 443
"""Below 1,024 other services live, and this is the one that nodes behind strict firewalls use:
nobody is dialled at port 22 or 25 because a stranger said so (Bitcoin Core: `IsBadPort`)."""
_LOCAL_NAMES: Final = (
    *(".local", ".localhost", ".internal", ".lan"),
    *(".home", ".home.arpa", ".test", ".invalid"),
)
_NAT64: Final = ip_network("64:ff9b::/96")


def may_keep(address: Address, origin: Origin, met_at: str = "") -> bool:
    """Whether an address may be dialled later on the word of this origin.

        The owner's and the invites' are taken for what they are. On the LAN and from a peer itself,
    addresses that only reach this machine or its network are believed for the host where the peer
    was met, `met_at`. Host names, which may lead anywhere, are believed of nobody but accounts that
    are followed.
    """
    if not address.port:
        return False
    if origin in (Origin.OWNER, Origin.INVITE):
        return True
    if address.protocol == ONION:
        return origin is not Origin.LAN
    if not address.is_ip:
        # Whom the owner follows may name a hub as people do; a name of this network is none.
        is_told = origin is Origin.PROFILE and _is_fair_port(address.port)
        return is_told and address.relay is None and not is_local_name(address.host)
    if is_public(address):
        return origin is Origin.CONTACT or _is_fair_port(address.port)
    if address.relay is not None:
        return False
    if origin is Origin.LAN:
        return not ip_address(_host(address)).is_multicast
    return origin is Origin.CONTACT and address.host == met_at


def is_local_name(host: str) -> bool:
    """Whether a host name means something on one network alone (RFC 6761, 6762, 8375, habit)."""
    name = host.rstrip(".").lower()
    return "." not in name or name.endswith(_LOCAL_NAMES)


def is_public(address: Address) -> bool:
    """Whether an IP address is anybody's on the internet, also what is packed into an address of
    a way from IPv6 to IPv4 (RFC 3056, 4380, 6052)."""
    if not (address.is_ip and address.is_public):
        return False
    return address.protocol == "ip4" or all(
        is_public_ip(packed) for packed in _packed(ip_address(_host(address)))
    )


def network_of(address: Address) -> str:
    """The network that counts as one where peers are to be spread: IPv4 /16, IPv6 /32; all of
    loopback and all onion services, which cost nothing, are one each."""
    if address.is_ip:
        found = networks(address.host)
        return found[-1] if found else "loopback"
    return ONION if address.protocol == ONION else f"name {address.host}"


def _host(address: Address) -> str:
    return address.host.partition("%")[0]


def _is_fair_port(port: int) -> bool:
    return port >= _LOWEST_PORT or port == _USUAL_PORT


def _packed(ip: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(ip, IPv4Address):
        return []
    found = [ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        found.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return [one for one in found if one is not None]
