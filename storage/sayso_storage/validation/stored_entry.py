"""Whether an entry is what it was when it was stored. Pure."""

from __future__ import annotations

from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.feed.entry import encode_header


def is_sound(
    feed: bytes,
    seq: int,
    previous: bytes | None,
    time_ms: int,
    body: bytes,
    signature: bytes,
    stored_id: bytes,
) -> bool:
    """Whether an entry has the id that it is stored under. Never raises, whatever rotted."""
    try:
        header = encode_header(feed, seq, previous, time_ms, len(body), body_hash(body))
        return entry_id(header, signature) == stored_id
    except (TypeError, ValueError, OverflowError):
        return False
