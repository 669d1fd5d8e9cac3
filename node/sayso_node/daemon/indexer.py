"""Keeps up to date what reads are fast by: the line of time while entries come in, the index of
words while the node has nothing better to do."""

from __future__ import annotations

import logging

import trio

from sayso_storage.interface.store import Store, StoreError

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often it looks. Entries that came since the last look mean that the node is busy."""

PATIENCE = 15
"""Looks after which it indexes all the same: where something comes all the time, a search
still finds little left to do."""

TROUBLE_SECONDS = 60.0
"""How long it leaves a store alone that failed: a full disk is not made room on sooner."""


async def keep_words(store: Store) -> None:
    """Bring the line of time up to what has come in, and index its words whenever the node is idle;
    until cancelled."""
    seen, looks = -1, 0
    while True:
        try:
            await _extend_line(store)
            last = await trio.to_thread.run_sync(store.last_arrival)
            looks = looks + 1 if last != seen else PATIENCE
            seen = last
            if looks >= PATIENCE:
                looks = 0
                await _index(store)
        except StoreError as error:
            # Search indexes too, and tells whoever asked.
            log.warning("words are not indexed: %s", error)
            await trio.sleep(TROUBLE_SECONDS)
        await trio.sleep(LOOK_SECONDS)


async def _extend_line(store: Store) -> None:
    """Put in what came, also while more comes: a page that is read then is merged with the rest."""
    while True:
        began = trio.current_time()
        if not await trio.to_thread.run_sync(store.extend_line):
            return
        await trio.sleep(trio.current_time() - began)


async def _index(store: Store) -> None:
    """Index until nothing is left. Between batches it sleeps for as long as one took: half of the
    time is everybody else's."""
    while await trio.to_thread.run_sync(store.unindexed):
        began = trio.current_time()
        await trio.to_thread.run_sync(store.index_words)
        await trio.sleep(trio.current_time() - began)
