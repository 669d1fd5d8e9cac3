"""The digest of a part of a store, so that what was worked out from it can be kept."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b


def digest(epoch: bytes, entries: Iterable[tuple[int, bytes, bool]]) -> bytes:
    """The digest of entries, given as their places in the order of arrival, their ids, and
    whether their bodies are held; all else about them follows from these and the epoch."""
    told = b"".join(b"%d %s %d\n" % one for one in entries)
    return blake2b(told, key=epoch).digest()
