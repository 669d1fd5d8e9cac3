"""The line of time, kept up."""

from __future__ import annotations

from time import monotonic

from sayso_storage.interface.store import Store


class LineTask:
    """See `keeper.Task`."""

    name = "the line of time"

    def __init__(self, store: Store) -> None:
        self._store = store

    def step(self, deadline: float) -> bool:
        """Put batches of entries in until the moment. Raises `StoreError`."""
        while self._store.extend_line():
            if monotonic() >= deadline:
                return True
        return False
