"""AutoNAT v2: asking others to dial this node, to learn whether strangers can.

Source: https://github.com/libp2p/specs/blob/master/autonat/autonat-v2.md. The asker names addresses
and a nonce on one stream; the server dials one of them anew, and says the nonce there. What the
server answers is a hint, the nonce that arrives is the proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ...errors import BadShape
from ...protobuf import ProtobufMessage, encode, encode_fixed64
from ..multiaddr import Address, AddressError
from .limits import MAX_ADDRESSES, PRICE, SMALLEST_CHUNK

REQUEST_PROTOCOL: Final = "/libp2p/autonat/2/dial-request"
BACK_PROTOCOL: Final = "/libp2p/autonat/2/dial-back"

_REQUEST, _RESPONSE, _DATA_REQUEST, _DATA = 1, 2, 3, 4
"""Fields of the message, of which one is there."""


class ResponseStatus(IntEnum):
    """What became of a request."""

    INTERNAL_ERROR = 0
    REJECTED = 100
    """Too many requests."""
    REFUSED = 101
    """None of the addresses is dialled."""
    OK = 200


class DialStatus(IntEnum):
    """What became of the dial."""

    UNUSED = 0
    DIAL_ERROR = 100
    """Nobody answers there."""
    BACK_ERROR = 101
    """Somebody answers, and the nonce did not get through."""
    OK = 200


@dataclass(frozen=True, slots=True)
class DialRequest:
    """A request: addresses, the first choice first, as bytes, since they may be of other kinds."""

    addresses: tuple[bytes, ...]
    nonce: int


@dataclass(frozen=True, slots=True)
class DialResponse:
    """The answer; `index` is the place of the address in the request that was dialled."""

    status: int
    index: int = 0
    dial: int = DialStatus.UNUSED


@dataclass(frozen=True, slots=True)
class DataRequest:
    """What has to be paid before the address at this place is dialled, in bytes."""

    index: int
    size: int


def encode_request(addresses: Sequence[Address], nonce: int) -> bytes:
    """A request."""
    packed = [one.to_bytes() for one in addresses]
    return encode((_REQUEST, encode((1, packed)) + encode_fixed64(2, nonce)))


def decode_request(data: bytes) -> DialRequest:
    """Read a request. Raises `BadShape`."""
    outer = ProtobufMessage(data)
    if not outer.has(_REQUEST):
        raise BadShape("a request to dial was expected")
    inner = ProtobufMessage(outer.data(_REQUEST))
    return DialRequest(tuple(inner.all_data(1)[:MAX_ADDRESSES]), inner.fixed64(2))


def encode_response(response: DialResponse) -> bytes:
    """An answer."""
    inner = encode((1, response.status), (2, response.index), (3, response.dial))
    return encode((_RESPONSE, inner))


def encode_data_request(request: DataRequest) -> bytes:
    """The price, said."""
    return encode((_DATA_REQUEST, encode((1, request.index), (2, request.size))))


def decode_answer(data: bytes) -> DialResponse | DataRequest:
    """Read what a server says. Raises `BadShape`; a price above the specification's is one."""
    outer = ProtobufMessage(data)
    if outer.has(_DATA_REQUEST):
        inner = ProtobufMessage(outer.data(_DATA_REQUEST))
        asked = DataRequest(inner.number(1), inner.number(2))
        if asked.size > PRICE[1]:
            raise BadShape(f"a server that wants {asked.size} bytes to be sent")
        return asked
    if not outer.has(_RESPONSE):
        raise BadShape("an answer to a request to dial was expected")
    inner = ProtobufMessage(outer.data(_RESPONSE))
    return DialResponse(inner.number(1), inner.number(2), inner.number(3))


def encode_data(size: int) -> bytes:
    """So many bytes of payment; what is in them does not count."""
    return encode((_DATA, encode((1, bytes(size)))))


def decode_data(data: bytes, due: int) -> int:
    """How many bytes a message pays of those that are due. Raises `BadShape` where it is none, or
    too short to be worth its work."""
    outer = ProtobufMessage(data)
    if not outer.has(_DATA):
        raise BadShape("a payment was expected")
    size = len(ProtobufMessage(outer.data(_DATA)).data(1))
    if size < min(SMALLEST_CHUNK, due):
        raise BadShape(f"a payment of {size} bytes")
    return size


def encode_back(nonce: int) -> bytes:
    """The nonce, on the new connection."""
    return encode_fixed64(1, nonce)


def decode_back(data: bytes) -> int:
    """Read the nonce. Raises `BadShape`."""
    return ProtobufMessage(data).fixed64(1)


def encode_back_response() -> bytes:
    """That it was heard."""
    return encode((1, 0))


def dialable(request: DialRequest) -> tuple[int, Address] | None:
    """The first address of a request, and its place, to which a stranger may send this node: a
    public IP address and port, without a relay. Names are not looked up for strangers."""
    for index, packed in enumerate(request.addresses):
        try:
            address = Address.from_bytes(packed)
        except AddressError:
            continue  # of another transport
        if address.is_ip and address.is_public and address.port and address.relay is None:
            return index, address
    return None
