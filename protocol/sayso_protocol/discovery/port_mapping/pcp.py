"""The Port Control Protocol: RFC 6887. UDP to port 5351 of the router.

A mapping belongs to whoever knows its nonce: nobody else can renew it or take it away, the same
machine without it included. So a nonce is kept for as long as the port is.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from ...translation import _, mark
from .outcome import MappingFailure, Method, PortMapping, PortMappingError

PORT: Final = 5351
"""Where routers listen for this and for NAT-PMP."""

NONCE_SIZE: Final = 12
MAX_ANSWER: Final = 1100
"""Bytes of the longest message: section 7."""

_VERSION: Final = 2
_ANNOUNCE, _MAP, _ANSWER = 0, 1, 0x80
_TCP: Final = 6
_HEADER: Final = struct.Struct("!BBHI16s")
"""Version, operation, reserved, lifetime in seconds, the asker's address."""
_ANSWER_HEADER: Final = struct.Struct("!BBBBII12x")
"""Version, operation, reserved, result, lifetime in seconds, epoch in seconds."""
_MAPPING: Final = struct.Struct("!12sB3xHH16s")
"""Nonce, protocol, inner port, outer port, outer address: section 11.1."""

_SUCCESS, _UNSUPPORTED_VERSION = 0, 1
_FAILURES: Final = {
    1: (MappingFailure.ABSENT, mark("the router speaks another version")),
    2: (MappingFailure.REFUSED, mark("the router does not allow it")),
    3: (MappingFailure.BROKEN, mark("the router did not understand")),
    4: (MappingFailure.ABSENT, mark("the router does not map ports")),
    5: (MappingFailure.BROKEN, mark("the router did not understand")),
    6: (MappingFailure.BROKEN, mark("the router did not understand")),
    7: (MappingFailure.NO_OUTSIDE, mark("the router has no connection")),
    8: (MappingFailure.NO_OUTSIDE, mark("the router has nothing to map to")),
    9: (MappingFailure.ABSENT, mark("the router does not map TCP")),
    10: (MappingFailure.NO_ROOM, mark("the router gives this machine no more")),
    11: (MappingFailure.CONFLICT, mark("the router cannot give this port")),
    12: (MappingFailure.NO_OUTSIDE, mark("the router is behind another router")),
    13: (MappingFailure.BROKEN, mark("the router did not understand")),
}
"""Section 7.4. A miniupnpd whose outer address is private says 8."""


@dataclass(frozen=True, slots=True)
class PcpAnswer:
    """An answer to a request for a mapping."""

    lifetime_s: int
    epoch_s: int
    external_host: str
    external_port: int

    def mapping(self, gateway: str, port: int) -> PortMapping:
        """The mapping that it is."""
        return PortMapping(
            Method.PCP,
            gateway,
            port,
            self.external_host,
            self.external_port,
            self.lifetime_s,
            self.epoch_s,
        )


def encode_map(own_host: str, nonce: bytes, port: int, suggested: int, lifetime_s: int) -> bytes:
    """A request to map a TCP port, or with a lifetime of 0 to stop that: section 11.1.

    `own_host` is the IP address from which it is sent; the router compares.
    """
    header = _HEADER.pack(_VERSION, _MAP, 0, lifetime_s, _packed(own_host))
    anywhere = _packed("0.0.0.0" if _is_ipv4(own_host) else "::")  # noqa: S104 - any will do
    return header + _MAPPING.pack(nonce, _TCP, port, suggested, anywhere)


def encode_announce(own_host: str) -> bytes:
    """A request for the router's epoch alone: section 14.1."""
    return _HEADER.pack(_VERSION, _ANNOUNCE, 0, 0, _packed(own_host))


def is_answer(data: bytes) -> bool:
    """Whether a datagram may be an answer at all; others are as if they had not come."""
    return len(data) >= 4 and bool(data[1] & _ANSWER)


def decode_map(data: bytes, nonce: bytes, port: int) -> PcpAnswer:
    """Read the answer to `encode_map`. Raises `PortMappingError`."""
    lifetime_s, epoch_s = _header(data, _MAP, _ANSWER_HEADER.size + _MAPPING.size)
    got_nonce, protocol, inner, outer, raw = _MAPPING.unpack_from(data, _ANSWER_HEADER.size)
    if (got_nonce, protocol, inner) != (nonce, _TCP, port):
        raise PortMappingError(MappingFailure.BROKEN, _("PCP: it answers something else"))
    ip = IPv6Address(raw)
    if lifetime_s and not outer:
        raise PortMappingError(MappingFailure.BROKEN, _("PCP: it gives port 0"))
    return PcpAnswer(lifetime_s, epoch_s, str(ip.ipv4_mapped or ip), outer)


def decode_announce(data: bytes) -> int:
    """Read the answer to `encode_announce`: the epoch in seconds. Raises `PortMappingError`."""
    return _header(data, _ANNOUNCE, _ANSWER_HEADER.size)[1]


def _header(data: bytes, operation: int, size: int) -> tuple[int, int]:
    """Lifetime and epoch of an answer of success."""
    if data[0] != _VERSION:  # NAT-PMP alone answers so, in its own form
        raise PortMappingError(
            MappingFailure.ABSENT, _("PCP: it speaks version {version}").format(version=data[0])
        )
    result = data[3]
    if result != _SUCCESS:
        failure, words = _FAILURES.get(
            result, (MappingFailure.BROKEN, mark("the router says something unknown"))
        )
        raise PortMappingError(failure, f"PCP: {_(words)} ({result})")
    if len(data) < size or data[1] != operation | _ANSWER:
        raise PortMappingError(MappingFailure.BROKEN, _("PCP: an answer that is cut off"))
    lifetime_s, epoch_s = _ANSWER_HEADER.unpack_from(data)[4:]
    return lifetime_s, epoch_s


def _is_ipv4(host: str) -> bool:
    return ":" not in host


def _packed(host: str) -> bytes:
    """An address as PCP writes it: IPv4 within IPv6 (section 5)."""
    if _is_ipv4(host):
        return b"\0" * 10 + b"\xff\xff" + IPv4Address(host).packed
    return IPv6Address(host).packed
