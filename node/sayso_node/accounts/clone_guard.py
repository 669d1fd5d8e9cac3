"""A home that was copied and lives on in two places: the copy that hears of it stops writing.

Both copies hold the feed's key. As long as each hears of what the other wrote before it writes
itself they continue each other's entries; the first time they do not, the feed forks for ever. An
own entry that comes from a peer, and was signed after this node had started, was written by a
copy that is alive. So whoever gets such an entry writes no more, and the other goes on. What was
signed before is the past of an old copy that was put back: that one learns it and goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import Store

from ..clock import now_ms
from ..errors import HomeCopied
from ..home.directory import Home, write_secret

Listener = Callable[[dict[str, Any]], None]


class CloneGuard:
    """Listens to what an engine tells, and hands it on."""

    def __init__(self, home: Home, store: Store, tell: Listener) -> None:
        self._home = home
        self._store = store
        self._tell = tell
        self._started_ms = now_ms()

    def heard(self, event: dict[str, Any]) -> None:
        """Follow one event of the engine. Raises `HomeError` or `StoreError`."""
        if event["event"] == "own-feed-ahead":
            self._look()
        self._tell(event)

    def _look(self) -> None:
        own = self._store.own_feed()
        if own is not None and own.held and own.held[-1].last_ms >= self._started_ms:
            self._home.copied.unlink(missing_ok=True)
            write_secret(self._home.copied, key_text(own.feed).encode())


def refuse_copied(home: Home, store: Store) -> None:
    """Raise `HomeCopied` where another copy of a home writes its feed."""
    try:
        noted = home.copied.read_text()
    except FileNotFoundError:
        return
    own = store.own_feed()
    if own is not None and noted == key_text(own.feed):  # or it has another feed by now
        raise HomeCopied(noted)
