"""Identify: what two libp2p nodes tell each other of themselves on a connection.

Source: https://github.com/libp2p/specs/blob/master/identify/README.md. One message a question,
protobuf: 1 public key, 2 addresses, 3 protocols, 4 the asker's address as seen here, 5 protocol
version, 6 agent. None of it is proven but the key, which the handshake proved already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import BadShape
from ..protobuf import ProtobufMessage, encode
from .multiaddr import MAX_ADDRESS_SIZE, Address, AddressError, readable_addresses
from .peer_id import peer_id_bytes

IDENTIFY_PROTOCOL: Final = "/ipfs/id/1.0.0"
IDENTIFY_PUSH_PROTOCOL: Final = "/ipfs/id/push/1.0.0"
"""The same message, sent unasked when something in it has changed."""

MAX_IDENTIFY_SIZE: Final = 8 << 10
"""Bytes of a message: go-libp2p's own are below 4 kB."""
MAX_IDENTIFY_ADDRESSES: Final = 16
"""Addresses that are told, and that are read: interfaces of two families and some relays."""
MAX_IDENTIFY_PROTOCOLS: Final = 64
"""Protocols that are read; implementations speak some twenty."""
MAX_TEXT: Final = 256
"""Characters of a protocol's name and of an agent; longer ones are left out."""

_PROTOCOL_VERSION: Final = "sayso/1"
_MULTIHASH_HEAD: Final = 2
"""Bytes before the key in a peer id of an Ed25519 key, which is the key's own protobuf."""


@dataclass(frozen=True, slots=True)
class PeerDescription:
    """What a peer says of itself."""

    addresses: tuple[Address, ...] = ()
    """Where it can be dialled, it says; each names it or nobody."""
    protocols: tuple[str, ...] = ()
    observed: Address | None = None
    """The address of who reads this, as the peer sees it, without a peer id."""
    agent: str = ""


def encode_identify(
    peer_id: str, addresses: Sequence[Address], protocols: Sequence[str], observed: Address | None,
    agent: str,
) -> bytes:  # fmt: skip
    """The message of the node `peer_id`, which has an Ed25519 key."""
    return encode(
        (1, peer_id_bytes(peer_id)[_MULTIHASH_HEAD:]),
        (2, [one.to_bytes() for one in addresses[:MAX_IDENTIFY_ADDRESSES]]),
        (3, [name.encode() for name in protocols[:MAX_IDENTIFY_PROTOCOLS]]),
        (4, observed.to_bytes() if observed else None),
        (5, _PROTOCOL_VERSION),
        (6, agent),
    )


def decode_identify(data: bytes, peer_id: str) -> PeerDescription:
    """What `peer_id`, proven by the handshake, says. Addresses of transports that are not in use
    and of other peers, and texts that are too long, are left out. Raises `BadShape`, `TooLarge`."""
    message = ProtobufMessage(data)
    key = message.data(1)
    if key and key != peer_id_bytes(peer_id)[_MULTIHASH_HEAD:]:
        raise BadShape("the key of another peer")
    addresses = [
        one
        for one in readable_addresses(message.all_data(2), MAX_IDENTIFY_ADDRESSES)
        if one.peer_id in (None, peer_id)
    ]
    return PeerDescription(
        tuple(addresses),
        tuple(_texts(message.all_data(3))[:MAX_IDENTIFY_PROTOCOLS]),
        _observed(message.data(4)),
        next(iter(_texts([message.data(6)])), ""),
    )


def _observed(data: bytes) -> Address | None:
    """An address of this side. Some implementations put the peer id at its end; a relayed one says
    only where the relay is."""
    if not data or len(data) > MAX_ADDRESS_SIZE:
        return None
    try:
        address = Address.from_bytes(data)
    except AddressError:
        return None
    if address.relay is not None or not address.is_ip:
        return None
    return Address(address.protocol, address.host, address.port)


def _texts(values: Sequence[bytes]) -> list[str]:
    """Those that are short and printable UTF-8."""
    found: list[str] = []
    for value in values:
        if 0 < len(value) <= MAX_TEXT:
            text = value.decode("utf-8", "replace")
            if text.isprintable() and "\N{REPLACEMENT CHARACTER}" not in text:
                found.append(text)
    return found
