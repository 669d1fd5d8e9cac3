"""The connections that are open, by peer; which is the best of a peer, and which are held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ...link import Connection
from ...listeners import Listeners
from .open_connection import OpenConnection

_RANK = {"lan": 0, "direct": 1, "relayed": 2}
"""Of several connections of a peer the one with the best path is used, of those the newest: an
older one may be dead already, unnoticed."""


class Connections:
    """All that run now."""

    def __init__(self) -> None:
        self._of: dict[str, list[OpenConnection]] = {}
        self._holds: Counter[str] = Counter()
        self._on_connection: Listeners[Connection] = Listeners()

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    def __iter__(self) -> Iterator[OpenConnection]:
        for group in list(self._of.values()):
            yield from list(group)

    def add(self, connection: OpenConnection) -> None:
        """A connection begins. It is held already where its peer is."""
        if self._holds[connection.peer_id]:
            connection.muxed.set_held(True)
        self._of.setdefault(connection.peer_id, []).append(connection)
        if not connection.remote.is_private:
            self._on_connection.tell(connection)

    def remove(self, connection: OpenConnection) -> None:
        """A connection is over."""
        group = self._of[connection.peer_id]
        group.remove(connection)
        if not group:
            del self._of[connection.peer_id]
        connection.ended.set()

    def on_connection(self, listener: Callable[[Connection], None]) -> None:
        """Call `listener` with each connection that begins."""
        self._on_connection.add(listener)

    def of(self, peer_id: str) -> list[OpenConnection]:
        """Those with a peer on which streams can be opened, the best first."""
        usable = [
            one
            for one in reversed(self._of.get(peer_id, ()))
            if one.muxed.is_open and not one.remote.is_private
        ]
        return sorted(usable, key=lambda one: _RANK[one.path])

    @contextmanager
    def hold(self, peer_id: str) -> Iterator[None]:
        """Keep the connections with a peer, those to come as well, until the context is left."""
        self._holds[peer_id] += 1
        if self._holds[peer_id] == 1:
            self._set_held(peer_id, True)
        try:
            yield
        finally:
            self._holds[peer_id] -= 1
            if not self._holds[peer_id]:
                del self._holds[peer_id]
                self._set_held(peer_id, False)

    def _set_held(self, peer_id: str, held: bool) -> None:
        for connection in list(self._of.get(peer_id, ())):
            connection.muxed.set_held(held)
