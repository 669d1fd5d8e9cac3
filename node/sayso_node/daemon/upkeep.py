"""Work that a running node does in the background, for as long as it runs."""

from __future__ import annotations

import logging
from functools import partial

import trio

from sayso_storage.interface.store import Store, StoreError

from ..entries.erasure import erase, has_to_erase
from ..filters.relay_filter import RelayFilter
from ..sync.engine import Engine

log = logging.getLogger(__name__)

WATCH_SECONDS = 30.0
"""How often it is looked whether the file of rules has changed."""

FOLLOW_SECONDS = 5.0
"""How long a notice of others is waited for at a time."""

FOLLOW_AGAIN_SECONDS = 1.0
"""After a failure of the database."""

ERASE_SECONDS = 2.0
"""How often it is looked whether something was taken back: several at once cost one erasure."""

SWEEP_SECONDS = 0.02
"""Between looks at what was held before a rule: the node has other things to do."""


async def watch_rules(engine: Engine, relay_filter: RelayFilter) -> None:
    """Follow a file that was changed with an editor, and rules that end."""
    stale = False
    while True:
        await trio.sleep(WATCH_SECONDS)
        try:
            stale = await trio.to_thread.run_sync(relay_filter.is_stale) or stale
            if stale:
                await engine.refresh()
            stale = False
        except StoreError as error:
            log.warning("the rules are not followed yet: %s", error)


async def sweep(engine: Engine, relay_filter: RelayFilter) -> None:
    """Ask the rules about what was held before them, little by little."""
    swept = False
    while True:
        try:
            more = await trio.to_thread.run_sync(relay_filter.sweep)
            if swept and not more:
                await engine.refresh()
            swept = more
        except StoreError as error:
            log.warning("the rules are not asked about all entries yet: %s", error)
        await trio.sleep(SWEEP_SECONDS if swept else WATCH_SECONDS)


async def follow_others(engine: Engine, store: Store) -> None:
    """Take over what other nodes on the same store take in and change, as soon as they tell it."""
    while True:
        try:
            wait = partial(store.changes_elsewhere, FOLLOW_SECONDS)
            changes = await trio.to_thread.run_sync(wait, abandon_on_cancel=True)
            if changes is None:
                return
            if changes.others:
                await engine.refresh()
            elif changes.feeds:
                await engine.reload(changes.feeds)
        except StoreError as error:
            log.warning("other nodes on the store are not heard: %s", error)
            await trio.sleep(FOLLOW_AGAIN_SECONDS)


async def ask_for_damaged(engine: Engine, store: Store) -> None:
    """Ask peers again for entries that were found damaged while they were read."""
    while True:
        await trio.sleep(WATCH_SECONDS)
        try:
            feeds = await trio.to_thread.run_sync(store.mark_damaged)
            if feeds:
                log.warning("damaged entries of %d feeds are fetched again", len(feeds))
                await engine.refresh()
        except StoreError as error:
            log.warning("damaged entries are not fetched again yet: %s", error)


async def erase_taken_back(engine: Engine, store: Store) -> None:
    """Remove from the disk what its author took back, soon after it was."""
    while True:
        await trio.sleep(ERASE_SECONDS)
        try:
            if not await trio.to_thread.run_sync(has_to_erase, store):
                continue
            await trio.to_thread.run_sync(erase, store)
            if changed := await trio.to_thread.run_sync(store.gave_way):
                await engine.reload(changed)
        except StoreError as error:
            log.warning("what was taken back is not erased yet: %s", error)
            await trio.sleep(WATCH_SECONDS)
