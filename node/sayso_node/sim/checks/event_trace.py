"""The record of a run: a hash over every event in order, and the last events in words."""

from __future__ import annotations

from collections import deque
from hashlib import blake2b
from typing import Final

TAIL: Final = 60
"""Events that are kept for a report: about what led to a fault."""


class EventTrace:
    """Two runs are the same if and only if their digests are."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16, person=b"sayso trace 1")
        self._tail: deque[tuple[int, str, int, int, bytes]] = deque(maxlen=TAIL)
        self.events = 0

    def note(self, time_us: int, what: str, node: int, peer: int = -1, data: bytes = b"") -> None:
        """Record an event at a node, perhaps with a peer and the bytes concerned."""
        self.events += 1
        head = f"{time_us} {what} {node} {peer} {len(data)}\n"
        self._hash.update(head.encode())
        self._hash.update(data)
        self._tail.append((time_us, what, node, peer, data))

    @property
    def digest(self) -> str:
        """Hexadecimal BLAKE2b-128 over all events so far."""
        return self._hash.hexdigest()

    def tail(self) -> list[str]:
        """The last events, oldest first, one line each."""
        return [_line(*event) for event in self._tail]


def _line(time_us: int, what: str, node: int, peer: int, data: bytes) -> str:
    line = f"{time_us / 1e6:14.6f} node {node}: {what}"
    if peer >= 0:
        line += f" (peer {peer})"
    if data:
        line += f" {len(data)} bytes {data[:12].hex()}"
    return line
