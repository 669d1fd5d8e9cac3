"""A home that was cloned and is used in two places: the clone that learns of it stops writing.

Both clones hold the key of the feed. As long as each has what the other wrote before it writes
itself they continue each other's entries; the first time they do not, the feed forks for ever. An
own entry that comes from a peer, and was signed after this node had started, was written by a
clone that is running. So whoever gets such an entry writes no more, and the other goes on. What
was signed before is the past of an old copy that was put back: that one stores it and goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import Store

from ..clock import now_ms
from ..errors import HomeCloned
from ..home.directory import Home
from ..home.secret_file import write_secret

Event = TypeVar("Event", bound=Mapping[str, object])


class CloneGuard(Generic[Event]):
    """Listens to the events of an engine, and hands them on."""

    def __init__(self, home: Home, store: Store, listener: Callable[[Event], None]) -> None:
        self._home = home
        self._store = store
        self._listener = listener
        self._started_ms = now_ms()

    def handle(self, event: Event) -> None:
        """Take one event of the engine. Raises `HomeError` or `StoreError`."""
        if event["event"] == "own-feed-ahead":
            self._check_own_feed()
        self._listener(event)

    def _check_own_feed(self) -> None:
        own = self._store.own_feed()
        if own is not None and own.held and own.held[-1].last_ms >= self._started_ms:
            write_secret(self._home.clone_mark, key_text(own.feed).encode(), replace=True)


def refuse_clone(home: Home, store: Store) -> None:
    """Raise `HomeCloned` where a clone of a home writes its feed."""
    try:
        marked = home.clone_mark.read_text()
    except FileNotFoundError:
        return
    own = store.own_feed()
    if own is not None and marked == key_text(own.feed):  # or it has another feed by now
        raise HomeCloned(marked)
