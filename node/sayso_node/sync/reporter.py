"""Tells a listener what happens in an engine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import trio

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.sync.effects import Event

from .peer_connection import PeerConnection

log = logging.getLogger(__name__)

RECEIVED_EVERY_SECONDS = 0.5
"""How often a listener hears at most that entries came."""

Listener = Callable[[dict[str, Any]], None]


class Reporter:
    """Sessions that come and go, events of the replica, and entries that came."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._received, self._told_at = 0, float("-inf")

    def session(self, event: str, session: PeerConnection, **more: Any) -> None:
        """A session has come, or has gone."""
        link = session.link
        self._listener(
            {"event": event, "peer": link.peer_id, "addr": link.address, **more}
            | {"outbound": link.outbound}
        )

    def event(self, event: Event, session: PeerConnection | None) -> None:
        """An event of the replica; `session` is that with its peer, if it is still there."""
        fields: dict[str, Any] = {"peer": session.link.peer_id if session else event.peer}
        if event.feed is not None:
            fields["feed"] = key_text(event.feed)
        if event.detail:
            fields["detail"] = event.detail
        log.info("%s %s", event.what, fields)
        self._listener({"event": event.what, **fields})

    def received(self, entries: int) -> None:
        """Entries came; the listener hears of them soon."""
        self._received += entries
        if trio.current_time() - self._told_at >= RECEIVED_EVERY_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Tell of entries that came and were not told of."""
        if self._received:
            self._listener({"event": "received", "entries": self._received})
            self._received, self._told_at = 0, trio.current_time()
