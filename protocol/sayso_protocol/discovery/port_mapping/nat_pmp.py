"""The NAT Port Mapping Protocol: RFC 6886. UDP to port 5351 of the router, before PCP was."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from ...translation import _, mark
from .outcome import MappingFailure, PortMappingError

MAX_ANSWER: Final = 16

_VERSION: Final = 0
_ADDRESS, _MAP_TCP, _ANSWER = 0, 2, 128
_REQUEST: Final = struct.Struct("!BBHHHI")
"""Version, operation, reserved, inner port, outer port, lifetime in seconds: section 3.3."""
_ADDRESS_ANSWER: Final = struct.Struct("!BBHI4s")
"""Version, operation, result, epoch in seconds, the router's outer address: section 3.2."""
_MAP_ANSWER: Final = struct.Struct("!BBHIHHI")
"""Version, operation, result, epoch in seconds, inner port, outer port, lifetime in seconds."""

_FAILURES: Final = {
    1: (MappingFailure.ABSENT, mark("the router speaks another version")),
    2: (MappingFailure.REFUSED, mark("the router does not allow it")),
    3: (MappingFailure.NO_OUTSIDE, mark("the router has no address outside")),
    4: (MappingFailure.NO_ROOM, mark("the router has no more ports")),
    5: (MappingFailure.ABSENT, mark("the router does not map ports")),
}
"""Section 3.5."""


@dataclass(frozen=True, slots=True)
class NatPmpAddress:
    """The router's outer address."""

    host: str
    epoch_s: int


@dataclass(frozen=True, slots=True)
class NatPmpMapping:
    """A port that the router gave. A lifetime of 0 confirms a removal."""

    external_port: int
    lifetime_s: int
    epoch_s: int


def encode_address() -> bytes:
    """A request for the router's outer address: section 3.2."""
    return bytes((_VERSION, _ADDRESS))


def encode_map(port: int, suggested: int, lifetime_s: int) -> bytes:
    """A request to map a TCP port; with a lifetime of 0 to stop that (section 3.4)."""
    return _REQUEST.pack(_VERSION, _MAP_TCP, 0, port, suggested if lifetime_s else 0, lifetime_s)


def is_address_answer(data: bytes) -> bool:
    """Whether a datagram may be the answer to `encode_address`."""
    return len(data) >= 4 and data[1] == _ADDRESS | _ANSWER


def is_map_answer(data: bytes, port: int) -> bool:
    """Whether a datagram may be the answer to `encode_map` of this port; a failure names none."""
    if len(data) < 4 or data[1] != _MAP_TCP | _ANSWER:
        return False
    return len(data) < _MAP_ANSWER.size or int.from_bytes(data[8:10], "big") in (port, 0)


def decode_address(data: bytes) -> NatPmpAddress:
    """Read the answer to `encode_address`. Raises `PortMappingError`."""
    _check(data, _ADDRESS_ANSWER.size)
    epoch_s, raw = _ADDRESS_ANSWER.unpack_from(data)[3:]
    return NatPmpAddress(str(IPv4Address(raw)), epoch_s)


def decode_map(data: bytes, port: int) -> NatPmpMapping:
    """Read the answer to `encode_map`. Raises `PortMappingError`."""
    _check(data, _MAP_ANSWER.size)
    epoch_s, inner, outer, lifetime_s = _MAP_ANSWER.unpack_from(data)[3:]
    if inner != port:
        raise PortMappingError(MappingFailure.BROKEN, _("NAT-PMP: it answers something else"))
    if lifetime_s and not outer:
        raise PortMappingError(MappingFailure.BROKEN, _("NAT-PMP: it gives port 0"))
    return NatPmpMapping(outer, lifetime_s, epoch_s)


def _check(data: bytes, size: int) -> None:
    if data[0] != _VERSION:
        raise PortMappingError(
            MappingFailure.ABSENT, _("NAT-PMP: it speaks version {version}").format(version=data[0])
        )
    result = int.from_bytes(data[2:4], "big")
    if result:
        failure, words = _FAILURES.get(
            result, (MappingFailure.BROKEN, mark("the router says something unknown"))
        )
        raise PortMappingError(failure, f"NAT-PMP: {_(words)} ({result})")
    if len(data) < size:
        raise PortMappingError(MappingFailure.BROKEN, _("NAT-PMP: an answer that is cut off"))
