"""Exposition of a node's metrics, in the text format that the asker reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import choose_encoder

from .families import families
from .reading import Reading


class Exposition:
    """A registry of the node alone, beside what prometheus_client tells of the process."""

    def __init__(self) -> None:
        self._registry: Any = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._collector = _NodeCollector()
        self._registry.register(self._collector)

    def text(self, reading: Reading, accept: str) -> tuple[str, bytes]:
        """The content type and the text of a reading, for a header `Accept`. For one thread at a
        time; it takes some milliseconds."""
        self._collector.reading = reading
        encode, content_type = choose_encoder(accept)
        return content_type, encode(self._registry)


class _NodeCollector:
    """What a registry asks; it has nothing to tell before the first reading."""

    def __init__(self) -> None:
        self.reading: Reading | None = None

    def collect(self) -> Iterator[Any]:
        """All families."""
        return iter(()) if self.reading is None else families(self.reading)
