"""The protocols that this node answers on inbound streams, and how many streams each may have open.

A stream costs its opener one frame, and its handler may cost this node much more: so each protocol
has its own bounds, for one peer and for all together, beside the bound on streams of any kind that
`ResourceManager` keeps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ...link import LinkHandler, StreamQuota


class NoStreamError(Exception):
    """A protocol has as many open streams as it may have; the text says of whom."""


@dataclass(frozen=True, slots=True)
class ProtocolEntry:
    """One protocol that is answered."""

    name: str
    handler: LinkHandler
    quota: StreamQuota


class ProtocolTable:
    """What is answered, by protocol name; counts the streams that are open."""

    def __init__(self) -> None:
        self._entries: dict[str, ProtocolEntry] = {}
        self._open: Counter[str] = Counter()
        self._open_of: Counter[tuple[str, str]] = Counter()

    @property
    def names(self) -> list[str]:
        """The protocols that are answered now."""
        return list(self._entries)

    def set(self, name: str, handler: LinkHandler, quota: StreamQuota) -> None:
        """Answer a protocol from now on, in place of whoever did."""
        self._entries[name] = ProtocolEntry(name, handler, quota)

    def remove(self, name: str) -> None:
        """Answer a protocol no more; streams that are open go on."""
        self._entries.pop(name, None)

    def entry(self, name: str) -> ProtocolEntry:
        """Raises `KeyError`."""
        return self._entries[name]

    @contextmanager
    def stream(self, entry: ProtocolEntry, peer_id: str) -> Iterator[None]:
        """Count an inbound stream of a peer for as long as it lasts. Raises `NoStreamError`."""
        name, quota, key = entry.name, entry.quota, (entry.name, peer_id)
        if self._open_of[key] >= quota.a_peer:
            raise NoStreamError(f"{peer_id} has {quota.a_peer} streams of {name}")
        if self._open[name] >= quota.in_all:
            raise NoStreamError(f"{quota.in_all} streams of {name} are open")
        self._open[name] += 1
        self._open_of[key] += 1
        try:
            yield
        finally:
            self._open[name] -= 1
            self._open_of[key] -= 1
            if not self._open_of[key]:
                del self._open_of[key]
