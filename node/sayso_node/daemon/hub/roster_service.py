"""A front end at work: it shows the roster in which it stands to whoever connects."""

from __future__ import annotations

import logging
from typing import Final

import trio

from sayso_storage.interface.store import Store, StoreError

from ...hub.roster import own_roster
from ...sync.engine import Engine

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 5.0
"""How often the roster is looked for in the store, where its owner puts a new one."""


class RosterService:
    """See the module; `run` until cancelled."""

    def __init__(self, store: Store, engine: Engine, node: bytes) -> None:
        self._store = store
        self._engine = engine
        self._node = node

    async def run(self) -> None:
        """Show the newest."""
        while True:
            try:
                roster = await trio.to_thread.run_sync(own_roster, self._store, self._node)
                await self._engine.serve_roster(roster.wire if roster is not None else b"")
            except StoreError as error:
                log.warning("the roster of this hub cannot be read: %s", error)
            await trio.sleep(LOOK_SECONDS)
