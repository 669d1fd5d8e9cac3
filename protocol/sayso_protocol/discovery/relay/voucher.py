"""Vouchers: a relay's signature that a peer has a place at it.

Whoever is shown one can tell that the relay itself promised it. A signed envelope with the relay's
id, the peer's id and the Unix second until which it holds (fields 1, 2, 3).
Source: https://github.com/libp2p/specs/blob/master/relay/circuit-v2.md#reservation-vouchers.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...crypto.keys import KeyPair
from ...errors import BadShape, TooLarge
from ...protobuf import ProtobufMessage, encode
from ..peer_id import peer_id_bytes, peer_id_of_key, peer_id_text
from ..signed_record import RELAY_VOUCHER_DOMAIN, RELAY_VOUCHER_TYPE, open_envelope, seal
from .relay_limits import MAX_VOUCHER


@dataclass(frozen=True, slots=True)
class Voucher:
    """What a relay has signed."""

    relay: str
    peer: str
    expires: int
    """Unix seconds."""


def sign_voucher(relay: KeyPair, peer: str, expires: int) -> bytes:
    """Promise a peer a place until a Unix second."""
    payload = encode(
        (1, peer_id_bytes(peer_id_of_key(relay.public))), (2, peer_id_bytes(peer)), (3, expires)
    )
    return seal(relay, RELAY_VOUCHER_DOMAIN, RELAY_VOUCHER_TYPE, payload)


def read_voucher(data: bytes) -> Voucher:
    """Check a voucher. Raises `BadShape`, `TooLarge`, `BadSignature`."""
    if len(data) > MAX_VOUCHER:
        raise TooLarge(f"a voucher of more than {MAX_VOUCHER} bytes")
    envelope = open_envelope(data, RELAY_VOUCHER_DOMAIN, RELAY_VOUCHER_TYPE)
    message = ProtobufMessage(envelope.payload)
    voucher = Voucher(
        peer_id_text(message.data(1)), peer_id_text(message.data(2)), message.number(3)
    )
    if voucher.relay != envelope.signer:
        raise BadShape("a voucher that somebody else has signed")
    return voucher
