"""The keys by which simulated nodes know each other."""

from __future__ import annotations

from functools import cache

from sayso_protocol.crypto.keys import KeyPair


@cache
def node_key(index: int) -> KeyPair:
    """The key of a node, the same in every run."""
    return KeyPair.from_seed(b"simulated node" + index.to_bytes(18, "big"))
