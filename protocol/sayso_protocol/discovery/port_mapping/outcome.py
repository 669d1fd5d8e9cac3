"""What came of asking a router for a port: a mapping, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from ...translation import _
from ..multiaddr import is_public_ip


class Method(StrEnum):
    """A language that routers speak, in the order in which they are tried."""

    PCP = "pcp"
    NAT_PMP = "nat-pmp"
    UPNP = "upnp"


class MappingFailure(StrEnum):
    """Why a router gave no port."""

    ABSENT = "absent"
    """Nobody answers in this language."""
    REFUSED = "refused"
    """It may not: the owner of the router has it switched off, or allows it to others."""
    NO_OUTSIDE = "no-outside"
    """It has no address that the internet sees: a second router, or a provider's, is before it."""
    NO_ROOM = "no-room"
    """All its ports, or those of this machine, are given away."""
    CONFLICT = "conflict"
    """This port leads to somebody else."""
    LEASE = "lease"
    """It gives ports for ever only."""
    GONE = "gone"
    """There is no such mapping."""
    BROKEN = "broken"
    """What it says makes no sense."""


class PortMappingError(Exception):
    """A router gave no port; the text says in which language it said what."""

    def __init__(self, failure: MappingFailure, text: str, outside: Outside | None = None) -> None:
        super().__init__(text)
        self.failure = failure
        self.outside = outside
        """What lies beyond the router, where it said so."""


class Outside(StrEnum):
    """What lies beyond a router, by its outer address."""

    INTERNET = "internet"
    ROUTER = "router"
    """A second router, as of a provider's box with the owner's own router behind it."""
    CARRIER = "carrier"
    """A provider's router that many customers share (RFC 6598)."""


@dataclass(frozen=True, slots=True)
class PortMapping:
    """A TCP port of a router that leads to one of this machine."""

    method: Method
    gateway: str
    """The router's IP address here."""
    port: int
    """This machine's."""
    external_host: str
    """The router's IP address outside, as it says."""
    external_port: int
    lifetime_s: int
    """Seconds until the router forgets it; 0 where it never does."""
    epoch_s: int | None = None
    """The router's clock, in seconds since it lost what it knew; None where it has none."""

    @property
    def outside(self) -> Outside:
        """What the router's outer address is."""
        return outside_of(self.external_host)

    @property
    def multiaddr(self) -> str:
        """The address to dial, without a peer."""
        version = ip_address(self.external_host).version
        return f"/ip{version}/{self.external_host}/tcp/{self.external_port}"


CARRIER_NETWORK: Final = ip_network("100.64.0.0/10")
"""Addresses between customers and their provider's router: RFC 6598."""


def outside_of(host: str) -> Outside:
    """What lies beyond a router with this outer IP address. Raises `ValueError`."""
    ip = plain_ip(host)
    if ip.version == 4 and ip in CARRIER_NETWORK:
        return Outside.CARRIER
    return Outside.INTERNET if is_public_ip(ip) else Outside.ROUTER


def plain_ip(host: str) -> IPv4Address | IPv6Address:
    """The address; of an IPv4 address within IPv6 the former. Raises `ValueError`."""
    ip = ip_address(host)
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip


def check_outside(host: str, language: str) -> None:
    """Raise `PortMappingError` unless a router's outer address is one that the internet sees."""
    try:
        outside = outside_of(host or "::")  # some name none where they have none
        unspecified = plain_ip(host or "::").is_unspecified
    except ValueError as error:
        text = _("{language}: the router names no address").format(language=language)
        raise PortMappingError(MappingFailure.BROKEN, text) from error
    if unspecified:
        text = _("{language}: the router has no address outside").format(language=language)
        raise PortMappingError(MappingFailure.NO_OUTSIDE, text)
    if outside is not Outside.INTERNET:
        text = _("{language}: the router's outer address is {host}").format(
            language=language, host=host
        )
        raise PortMappingError(MappingFailure.NO_OUTSIDE, text, outside)
