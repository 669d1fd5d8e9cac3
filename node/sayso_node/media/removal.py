"""Removing blobs that nothing here names any more."""

from __future__ import annotations

from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.store import Store

from .attached_blob import unnamed


def forget_unnamed(store: Store, blobs: Blobs) -> int:
    """Remove the whole blobs that no held entry attaches and that are not pinned, as after an
    account is carried no longer. Gives how many went. Raises `StoreError`."""
    held = [one.cid for one in blobs.all_held() if not one.is_pinned]
    return blobs.remove(unnamed(store, held))
