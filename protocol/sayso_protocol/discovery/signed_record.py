"""Signed records, as libp2p signs what others may pass on: a peer's addresses, a relay's vouchers.

An envelope is a protobuf message: 1 the signer's public key, 2 the type of the payload, 3 the
payload, 5 the signature, over domain, type and payload, each behind its length as a varint
(https://github.com/libp2p/specs/blob/master/RFC/0002-signed-envelopes.md). The domain keeps what
is signed for one use from being shown for another. A peer record is the payload that says where a
peer can be dialled (RFC/0003-routing-records.md there): 1 its id, 2 a sequence number, 3 its
addresses, each a message with the binary multiaddr in field 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..crypto.keys import KeyPair, verify
from ..errors import BadShape, BadSignature, TooLarge
from ..protobuf import ProtobufMessage, encode, encode_varint
from .multiaddr import Address, readable_addresses
from .peer_id import peer_id_bytes, peer_id_of_key, peer_id_text

PEER_RECORD_DOMAIN: Final = b"libp2p-peer-record"
PEER_RECORD_TYPE: Final = b"\x03\x01"
RELAY_VOUCHER_DOMAIN: Final = b"libp2p-relay-rsvp"
RELAY_VOUCHER_TYPE: Final = b"\x03\x02"

MAX_ENVELOPE: Final = 2048
"""Bytes of an envelope: eight addresses over relays take less than 1,200."""
MAX_RECORD_ADDRESSES: Final = 8
"""Addresses of one peer that are read: a home has two or three, a hub some more."""

_ED25519: Final = 1
_KEY_SIZE: Final = 32
_KEY_TYPE, _KEY_DATA = 1, 2
_KEY, _TYPE, _PAYLOAD, _SIGNATURE = 1, 2, 3, 5
_PEER_ID, _SEQUENCE, _ADDRESSES = 1, 2, 3
_MULTIADDR = 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope whose signature was checked. `signer` is the peer id of its key, in text form."""

    signer: str
    payload: bytes


def seal(key: KeyPair, domain: bytes, payload_type: bytes, payload: bytes) -> bytes:
    """Sign a payload: the envelope, as it travels."""
    signature = key.sign(b"", _signed_bytes(domain, payload_type, payload))
    public_key = encode((_KEY_TYPE, _ED25519), (_KEY_DATA, key.public))
    return encode(
        (_KEY, public_key), (_TYPE, payload_type), (_PAYLOAD, payload), (_SIGNATURE, signature)
    )


def open_envelope(data: bytes, domain: bytes, payload_type: bytes) -> Envelope:
    """Check an envelope of this domain and type. Raises `TooLarge`, `BadShape`, `BadSignature`."""
    if len(data) > MAX_ENVELOPE:
        raise TooLarge(f"a signed record of more than {MAX_ENVELOPE} bytes")
    message = ProtobufMessage(data)
    if message.data(_TYPE) != payload_type:
        raise BadShape("a signed record of another type")
    public_key = ProtobufMessage(message.data(_KEY))
    key, payload = public_key.data(_KEY_DATA), message.data(_PAYLOAD)
    if public_key.number(_KEY_TYPE) != _ED25519 or len(key) != _KEY_SIZE:
        raise BadShape("a signed record under another kind of key than Ed25519")
    signed = _signed_bytes(domain, payload_type, payload)
    verify(key, b"", signed, message.data(_SIGNATURE))
    return Envelope(peer_id_of_key(key), payload)


def _signed_bytes(domain: bytes, payload_type: bytes, payload: bytes) -> bytes:
    parts = (domain, payload_type, payload)
    return b"".join(encode_varint(len(part)) + part for part in parts)


@dataclass(frozen=True, slots=True)
class PeerRecord:
    """Where a peer says that it can be dialled. Of two of its records the one with the higher
    `sequence` holds; sayso's are Unix milliseconds."""

    peer_id: str
    sequence: int
    addresses: tuple[Address, ...]
    """Each without the peer's own id."""


def sign_peer_record(key: KeyPair, sequence: int, addresses: Sequence[Address]) -> bytes:
    """The signed record of the node with this key, as it travels."""
    peer_id = peer_id_of_key(key.public)
    bare = [replace(address, peer_id=None) for address in addresses]
    rows = [encode((_MULTIADDR, address.to_bytes())) for address in bare]
    payload = encode(
        (_PEER_ID, peer_id_bytes(peer_id)), (_SEQUENCE, sequence or None), (_ADDRESSES, rows)
    )
    return seal(key, PEER_RECORD_DOMAIN, PEER_RECORD_TYPE, payload)


def read_peer_record(data: bytes) -> PeerRecord:
    """Check a signed peer record; addresses of transports that this node does not have are left
    out. Raises `TooLarge`, `BadShape`, `BadSignature`, also where one peer signed for another."""
    envelope = open_envelope(data, PEER_RECORD_DOMAIN, PEER_RECORD_TYPE)
    message = ProtobufMessage(envelope.payload)
    if peer_id_text(message.data(_PEER_ID)) != envelope.signer:
        raise BadSignature("a peer record that another peer has signed")
    packed = [ProtobufMessage(row).data(_MULTIADDR) for row in message.all_data(_ADDRESSES)]
    found = readable_addresses(packed, MAX_RECORD_ADDRESSES)
    own = [one for one in found if one.peer_id in (None, envelope.signer)]
    addresses = tuple(dict.fromkeys(replace(one, peer_id=None) for one in own))
    return PeerRecord(envelope.signer, message.number(_SEQUENCE), addresses)
