"""Hearing from peers where the own feed stands, before something new is signed.

A home that was put back from an older copy, or copied, or away for long, may lack entries that it
signed itself. Peers that carry the account tell how far they have its feed when a session begins,
and what is lacking is fetched like any other feed. So it is enough to wait for the word of one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import trio

from sayso_storage.interface.store import Store, StoreError

from ..accounts.signing_record import note_heard
from ..clock import now_ms
from ..home.directory import Home
from ..sync.engine import Engine

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
"""Between two looks at the sessions, while somebody waits for a word."""

IDLE_SECONDS = 0.5
"""The same while nobody does."""

KEEP_SECONDS = 600.0
"""How often a home that hears from peers keeps that it is right."""

BEGIN_SECONDS = 1.0
"""How long a session that is not there yet is waited for."""


class OwnFeedWatch:
    """See the module; `run` until cancelled, `hear` for a command that is about to sign."""

    def __init__(self, home: Home, store: Store, engine: Engine) -> None:
        self._home = home
        self._store = store
        self._engine = engine

    async def run(self) -> None:
        """Keep that the home is right, soon after the first word and then now and then."""
        while True:
            is_heard = self._is_heard()
            if is_heard:
                try:
                    await trio.to_thread.run_sync(self._note)
                except StoreError as error:
                    log.warning("where the own feed stands is not kept: %s", error)
            await trio.sleep(KEEP_SECONDS if is_heard else IDLE_SECONDS)

    async def hear(self, patience: float, *, begin: float = BEGIN_SECONDS) -> bool:
        """Wait for the word of one peer, `patience` seconds at most, `begin` for the first to
        connect, and no longer than until all that are connected have answered. True where one
        told, and nothing of it is lacking."""
        with trio.move_on_after(patience):
            with trio.move_on_after(begin):
                while not self._engine.sessions:
                    await self._engine.sessions_changed.wait()
            await self._first_word()
        heard = self._is_heard()
        if heard:
            await trio.to_thread.run_sync(self._note)
        return heard

    async def answer(self, request: dict[str, Any]) -> Mapping[str, object]:
        """The request ``own-feed`` of the control socket."""
        return {"heard": await self.hear(float(request.get("timeout", 0.0)))}

    async def _first_word(self) -> None:
        """Wait until a peer has told, or all have answered."""
        while True:
            words = self._words()
            if True in words or None not in words:
                return
            await trio.sleep(LOOK_SECONDS)

    def _words(self) -> list[bool | None]:
        replica = self._engine.replica
        return [replica.told_of_own_feed(name) for name in self._engine.sessions]

    def _is_heard(self) -> bool:
        return True in self._words()

    def _note(self) -> None:
        own = self._store.own_feed()
        if own is not None:
            note_heard(self._home, own, now_ms())
