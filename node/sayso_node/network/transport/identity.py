"""The node's libp2p identity: an Ed25519 key, unrelated to any account."""

from __future__ import annotations

from nacl.signing import SigningKey

from sayso_protocol.discovery.peer_id import peer_id_of_key

SEED_SIZE = 32


def peer_id_of(node_seed: bytes) -> str:
    """The peer id, in text form, of a node with this 32-byte Ed25519 seed.

    Raises `ValueError` where the seed has another length. Does not import libp2p.
    """
    if len(node_seed) != SEED_SIZE:
        raise ValueError(f"a node seed has {SEED_SIZE} bytes, not {len(node_seed)}")
    return peer_id_of_key(bytes(SigningKey(node_seed).verify_key))
