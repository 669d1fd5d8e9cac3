"""The tallies of polls, kept up."""

from __future__ import annotations

from time import monotonic

from sayso_storage.interface.store import Store


class VoteTask:
    """See `keeper.Task`."""

    name = "the tallies of polls"

    def __init__(self, store: Store) -> None:
        self._store = store

    def step(self, deadline: float) -> bool:
        """Count batches of votes until the moment. Raises `StoreError`."""
        while self._store.count_votes():
            if monotonic() >= deadline:
                return True
        return False
