"""Peer ids: what libp2p calls a node, the multihash of its public key.

Source: https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md. A short key, as Ed25519
has them, is its own hash ("identity").
"""

from __future__ import annotations

import base64
from typing import Final

import base58

from ..errors import BadShape

_INLINE_ED25519: Final = bytes.fromhex("0024 0801 1220")
"""Multihash "identity" of 36 bytes, then the protobuf that says "Ed25519, 32 bytes"."""
_KEY_SIZE: Final = 32
_SHA256: Final = b"\x12\x20"
_HASH_SIZE: Final = 34
_CID: Final = b"\x01\x72"
"""CIDv1 of a libp2p key."""
_MAX_TEXT: Final = 80
"""Characters; 60 in base32, 52 in base58."""


def peer_id_of_key(public_key: bytes) -> str:
    """The peer id, in text form, of a node with this Ed25519 key of 32 bytes."""
    return peer_id_text(_INLINE_ED25519 + public_key)


def key_of_peer_id(peer_id: str) -> bytes:
    """The Ed25519 key of a peer id in text form, 32 bytes. Raises `BadShape` where it is another
    kind of key, whose id does not contain it."""
    raw = peer_id_bytes(peer_id)
    if not raw.startswith(_INLINE_ED25519):
        raise BadShape("a peer id of another kind of key")
    return raw[len(_INLINE_ED25519) :]


def peer_id_text(raw: bytes) -> str:
    """The text form, base58btc, of a peer id in binary form. Raises `BadShape`."""
    encoded: bytes = base58.b58encode(_check(raw))
    return encoded.decode("ascii")


def peer_id_bytes(text: str) -> bytes:
    """The binary form of a peer id in any of its text forms. Raises `BadShape`."""
    if not (text.isascii() and 0 < len(text) <= _MAX_TEXT):
        raise BadShape("not a peer id")
    try:
        if text[0] in "bB":
            raw = base64.b32decode(text[1:].upper() + "=" * (-len(text[1:]) % 8))
            if not raw.startswith(_CID):
                raise BadShape("a content id of something else")
            return _check(raw[len(_CID) :])
        return _check(base58.b58decode(text))
    except ValueError as error:
        raise BadShape("not a peer id") from error


def parse_peer_id(text: str) -> str:
    """The base58 form of a peer id in any of its text forms. Raises `BadShape`."""
    return peer_id_text(peer_id_bytes(text))


def _check(raw: bytes) -> bytes:
    is_key = raw.startswith(_INLINE_ED25519) and len(raw) == len(_INLINE_ED25519) + _KEY_SIZE
    if not is_key and not (raw.startswith(_SHA256) and len(raw) == _HASH_SIZE):
        raise BadShape("not a peer id")
    return raw
