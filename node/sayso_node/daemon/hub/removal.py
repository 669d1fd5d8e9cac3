"""Removing, little by little, what was carried for others and is not any more."""

from __future__ import annotations

import logging

import trio

from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.store import Store, StoreError

from ...media.removal import forget_unnamed
from ...sync.engine import Engine

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often it is looked whether anything is to be removed."""

PAUSE_SECONDS = 0.02
"""Between pieces: the node has other things to do."""


async def remove_uncarried(store: Store, engine: Engine, blobs: Blobs) -> None:
    """Remove and let the node know, until cancelled. In a home that never was a hub it costs a look
    at an empty table. Their pictures and films go when the last entry has gone."""
    is_removing = False
    while True:
        feeds: list[bytes] = []
        try:
            feeds = await trio.to_thread.run_sync(store.remove_uncarried)
            if feeds:
                await engine.reload(feeds, accounts=True)
            elif is_removing:
                await trio.to_thread.run_sync(forget_unnamed, store, blobs)
            is_removing = bool(feeds)
        except StoreError as error:
            log.warning("what is carried no longer is not removed yet: %s", error)
        await trio.sleep(PAUSE_SECONDS if feeds else LOOK_SECONDS)


def pause_carriage(store: Store) -> None:
    """Take no more for others while the node runs as no hub; what is held is passed on. Raises
    `StoreError`."""
    growing = [one.account for one in store.carried_for_others() if one.grows]
    if growing:
        store.let_grow(growing, grows=False)
