"""Erasure of what its author took back: attachments that nothing shows any more, and all that the
store's files still have of it."""

from __future__ import annotations

from collections.abc import Callable

from sayso_storage.interface.store import Store


def has_to_erase(store: Store) -> bool:
    """Whether something is left to be done."""
    return store.has_to_erase


def erase(store: Store, progress: Callable[[int], None] | None = None) -> bool:
    """Do it, as `Store.erase`. Raises `StoreError`."""
    remove_blobs(store)
    return store.erase(progress)


def remove_blobs(store: Store) -> None:
    """Remove the blobs of entries that were taken back, pinned or not, but for those that another
    entry shows."""
    named = store.let_go_blobs()
    if not named:
        return
    if store.open_blobs is not None:
        store.open_blobs().remove([cid for cid in named if not store.attaching(cid, 1)])
    store.forget_blobs(named)
