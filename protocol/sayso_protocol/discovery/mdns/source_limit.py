"""How many datagrams are read of each sender, and of all together: who floods a link keeps others
from being heard as little as can be told."""

from __future__ import annotations

from sayso_protocol.token_bucket import TokenBucket

from .mdns_limits import (
    DATAGRAMS,
    DATAGRAMS_A_SECOND,
    MAX_SOURCES,
    SOURCE_DATAGRAMS,
    SOURCE_DATAGRAMS_A_SECOND,
)


class SourceLimit:
    """Buckets by the address of the sender, and one for all."""

    def __init__(self) -> None:
        self._all = TokenBucket(DATAGRAMS, DATAGRAMS_A_SECOND)
        self._of: dict[str, TokenBucket] = {}
        """In the order in which they sent last."""

    def may_read(self, source: str, now_ms: float) -> bool:
        """Whether a datagram is read. One that is not costs nobody else anything."""
        bucket = self._of.pop(source, None)
        if bucket is None:
            bucket = TokenBucket(SOURCE_DATAGRAMS, SOURCE_DATAGRAMS_A_SECOND)
        self._of[source] = bucket
        if len(self._of) > MAX_SOURCES:
            del self._of[next(iter(self._of))]
        return bucket.spend(1, now_ms) and self._all.spend(1, now_ms)
