"""The index of words, kept up: the newest entries first."""

from __future__ import annotations

from time import monotonic

from sayso_storage.interface.store import Store


class WordTask:
    """See `keeper.Task`."""

    name = "the index of words"

    def __init__(self, store: Store) -> None:
        self._store = store

    def step(self, deadline: float) -> bool:
        """Index batches until the moment. Raises `StoreError`."""
        while self._store.index_words():
            if monotonic() >= deadline:
                return True
        return False
