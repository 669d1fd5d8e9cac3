"""Removing blobs that nothing here names any more, as after a retraction."""

from __future__ import annotations

from collections.abc import Iterable

from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.store import Store

from .attached_blob import unnamed_without


def forget_unnamed(store: Store, blobs: Blobs) -> int:
    """Remove the whole blobs that no held entry attaches and that are not pinned, as after an
    account is carried no longer. Gives how many went. Raises `StoreError`."""
    held = [one.cid for one in blobs.all_held() if not one.is_pinned]
    return blobs.remove(unnamed_without(store, held, ()))


def forget(store: Store, blobs: Blobs, cids: Iterable[bytes], gone: Iterable[bytes] = ()) -> int:
    """Remove the blobs that no held entry attaches but for those with the ids `gone`, whose bodies
    are removed or about to be; pinned ones and what is on its way too. Gives how many whole ones
    went. Raises `StoreError`."""
    return blobs.remove(unnamed_without(store, cids, gone))
