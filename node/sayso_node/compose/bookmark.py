"""Bookmarks: entries that the owner wants to find again. Nothing of it leaves this home."""

from __future__ import annotations

from sayso_protocol.content.body import Reference
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..accounts.lookup import find_entry
from ..clock import now_ms
from ..errors import NotFound
from .reaction import meant


def bookmark(store: Store, entry: str) -> tuple[Reference, bool]:
    """Mark the entry that an ID names, or of a repost what it shows; False where it has a mark
    already. Raises `NodeError`, `StoreError`."""
    of = meant(find_entry(store, entry))
    return of, store.add_bookmark(of, now_ms())


def remove_bookmark(store: Store, entry: str) -> tuple[Reference, bool]:
    """Take a mark off; False where there is none. Raises as `bookmark`."""
    of = _marked(store, entry) or meant(find_entry(store, entry))
    return of, store.remove_bookmark(of.id)


def _marked(store: Store, entry: str) -> Reference | None:
    """The one marked entry whose id begins so: it may not be held any more. Raises `NotFound` where
    there are more."""
    found = [one.of for one in store.bookmarks() if one.of.id.hex().startswith(entry.lower())]
    if len(found) > 1:
        raise NotFound(
            _("{found} bookmarks begin with {entry}: give more of the id").format(
                found=len(found), entry=entry
            )
        )
    return found[0] if found else None
