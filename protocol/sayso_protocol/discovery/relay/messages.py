"""Messages of circuit relay v2, as protobuf: those between a peer and its relay (*hop*), and those
between the relay and the peer that is to be reached (*stop*).

Source: https://github.com/libp2p/specs/blob/master/relay/circuit-v2.md, its protobuf. On the wire a
varint with the length stands before each. Unknown fields do no harm, unknown kinds are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeVar

from ...errors import BadShape
from ...protobuf import ProtobufMessage, encode
from ..multiaddr import Address, readable_addresses
from ..peer_id import peer_id_bytes, peer_id_text
from .relay_limits import MAX_RELAY_ADDRESSES

HOP_PROTOCOL: Final = "/libp2p/circuit/relay/0.2.0/hop"
STOP_PROTOCOL: Final = "/libp2p/circuit/relay/0.2.0/stop"


class Status(IntEnum):
    """How a request went."""

    NONE = 0
    """The message says none."""
    OK = 100
    RESERVATION_REFUSED = 200
    RESOURCE_LIMIT_EXCEEDED = 201
    PERMISSION_DENIED = 202
    CONNECTION_FAILED = 203
    NO_RESERVATION = 204
    MALFORMED_MESSAGE = 400
    UNEXPECTED_MESSAGE = 401


class HopKind(IntEnum):
    """What a message between a peer and its relay is."""

    RESERVE = 0
    CONNECT = 1
    STATUS = 2


class StopKind(IntEnum):
    """What a message between a relay and the peer to be reached is."""

    CONNECT = 0
    STATUS = 1


@dataclass(frozen=True, slots=True)
class Limit:
    """What a relay gives a circuit, by its own word; 0 means that it names no limit. js-libp2p
    tells milliseconds where the specification says seconds: nothing here depends on it."""

    seconds: int = 0
    size: int = 0
    """Bytes, each way."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A place at a relay."""

    expires: int
    """Unix seconds."""
    addresses: tuple[Address, ...] = ()
    """Where the relay can be dialled, by its own word."""
    voucher: bytes = b""
    """The relay's signature on it (`voucher.sign_voucher`); empty where there is none."""


@dataclass(frozen=True, slots=True)
class HopMessage:
    """A message between a peer and its relay."""

    kind: HopKind
    peer: str = ""
    """Of CONNECT: the peer to be reached, its id in text form."""
    reservation: Reservation | None = None
    limit: Limit | None = None
    status: Status = Status.NONE


@dataclass(frozen=True, slots=True)
class StopMessage:
    """A message between a relay and the peer to be reached."""

    kind: StopKind
    peer: str = ""
    """Of CONNECT: who asks."""
    limit: Limit | None = None
    status: Status = Status.NONE


def encode_hop(message: HopMessage) -> bytes:
    """A message as bytes, without its length."""
    return encode(
        (1, int(message.kind)),
        (2, _encode_peer(message.peer)),
        (3, _encode_reservation(message.reservation)),
        (4, _encode_limit(message.limit)),
        (5, int(message.status) or None),
    )


def decode_hop(data: bytes) -> HopMessage:
    """Read a message. Raises `BadShape`, `TooLarge`."""
    message = ProtobufMessage(data)
    return HopMessage(
        _kind_of(HopKind, message),
        _decode_peer(message, 2),
        _decode_reservation(message, 3),
        _decode_limit(message, 4),
        _status_of(message, 5),
    )


def encode_stop(message: StopMessage) -> bytes:
    """A message as bytes, without its length."""
    return encode(
        (1, int(message.kind)),
        (2, _encode_peer(message.peer)),
        (3, _encode_limit(message.limit)),
        (4, int(message.status) or None),
    )


def decode_stop(data: bytes) -> StopMessage:
    """Read a message. Raises `BadShape`, `TooLarge`."""
    message = ProtobufMessage(data)
    return StopMessage(
        _kind_of(StopKind, message),
        _decode_peer(message, 2),
        _decode_limit(message, 3),
        _status_of(message, 4),
    )


_Kind = TypeVar("_Kind", HopKind, StopKind)


def _kind_of(kinds: type[_Kind], message: ProtobufMessage) -> _Kind:
    if not message.has(1):
        raise BadShape("a relay message that does not say what it is")
    try:
        return kinds(message.number(1))
    except ValueError as error:
        raise BadShape("a relay message of an unknown kind") from error


def _status_of(message: ProtobufMessage, field: int) -> Status:
    """The status; one that later versions may know counts as a failure."""
    number = message.number(field)
    return Status(number) if number in set(Status) else Status.CONNECTION_FAILED


def _encode_peer(peer: str) -> bytes | None:
    return encode((1, peer_id_bytes(peer))) if peer else None


def _decode_peer(message: ProtobufMessage, field: int) -> str:
    if not message.has(field):
        return ""
    return peer_id_text(ProtobufMessage(message.data(field)).data(1))


def _encode_limit(limit: Limit | None) -> bytes | None:
    if limit is None:
        return None
    return encode((1, limit.seconds or None), (2, limit.size or None))


def _decode_limit(message: ProtobufMessage, field: int) -> Limit | None:
    if not message.has(field):
        return None
    inner = ProtobufMessage(message.data(field))
    return Limit(inner.number(1), inner.number(2))


def _encode_reservation(reservation: Reservation | None) -> bytes | None:
    if reservation is None:
        return None
    return encode(
        (1, reservation.expires),
        (2, packed_addresses(reservation.addresses)),
        (3, reservation.voucher or None),
    )


def _decode_reservation(message: ProtobufMessage, field: int) -> Reservation | None:
    if not message.has(field):
        return None
    inner = ProtobufMessage(message.data(field))
    addresses = readable_addresses(inner.all_data(2), MAX_RELAY_ADDRESSES)
    return Reservation(inner.number(1), tuple(addresses), inner.data(3))


def packed_addresses(addresses: Sequence[Address]) -> list[bytes]:
    """Addresses in binary form."""
    return [one.to_bytes() for one in addresses]
