"""Places in the address book: where an address may stand, which nobody foretells without a secret.

After Bitcoin Core's `GetNewBucket`, `GetTriedBucket` and `GetBucketPosition`.
"""

from __future__ import annotations

from hashlib import blake2b

from .book_limits import BookLimits
from .known_peer import Place


class Buckets:
    """Finds places by a secret of up to 64 bytes."""

    def __init__(self, secret: bytes, limits: BookLimits) -> None:
        self._secret = secret
        self._limits = limits

    def untested(self, source: str, network: str, peer_id: str) -> Place:
        """The place of an address in `network` that somebody in the network `source` told: of each
        source in a few buckets, and there in one slot whatever the peer's other addresses are."""
        limits = self._limits
        way = self._number("way", source, network) % limits.buckets_a_source
        bucket = self._number("untested", source, str(way)) % limits.untested_buckets
        return bucket, self._number("slot", str(bucket), peer_id) % limits.slots

    def tested(self, network: str, peer_id: str) -> Place:
        """The place of an address in `network` that answered."""
        limits = self._limits
        way = self._number("way", peer_id) % limits.buckets_a_network
        bucket = self._number("tested", network, str(way)) % limits.tested_buckets
        return bucket, self._number("tested slot", str(bucket), peer_id) % limits.slots

    def rank(self, day: int, peer_id: str) -> int:
        """The order in which peers are told of on one day."""
        return self._number("told", str(day), peer_id)

    def _number(self, *parts: str) -> int:
        data = "\0".join(parts).encode()
        return int.from_bytes(blake2b(data, key=self._secret, digest_size=8).digest())
