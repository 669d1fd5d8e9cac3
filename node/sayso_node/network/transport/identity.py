"""The node's libp2p identity: an Ed25519 key, unrelated to any account."""

from __future__ import annotations

import base58
from nacl.signing import SigningKey

SEED_SIZE = 32
_INLINE_ED25519 = bytes.fromhex("0024 0801 1220")
"""A peer id of a short key is the key itself: multihash "identity" of 36 bytes, then the
protobuf that says "Ed25519, 32 bytes" (libp2p specs, peer-ids/peer-ids.md)."""


def peer_id_of(node_seed: bytes) -> str:
    """The peer id, in text form, of a node with this 32-byte Ed25519 seed.

    Raises `ValueError` where the seed has another length. Does not import libp2p.
    """
    if len(node_seed) != SEED_SIZE:
        raise ValueError(f"a node seed has {SEED_SIZE} bytes, not {len(node_seed)}")
    public = bytes(SigningKey(node_seed).verify_key)
    return base58.b58encode(_INLINE_ED25519 + public).decode("ascii")
