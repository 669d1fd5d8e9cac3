"""Letter service: a node that stays keeps letters for others in `carried.db`."""

from __future__ import annotations

import logging
from typing import Final

import trio

from sayso_protocol.letters.box import day_at
from sayso_protocol.letters.letter_limits import LETTER_PROTOCOL
from sayso_storage.interface.carried_letters import CarriedLetters
from sayso_storage.interface.store import Store, StoreError

from ...clock import now_ms
from ...errors import NotFound
from ...home.directory import Home
from ...letters.carrier_service import CarrierService
from ..node import Node
from ..status import LettersStatus
from .kept_doors import KeptDoors

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
"""How often it is looked for whom doors are kept, where something has come since."""

AGAIN_SECONDS: Final = 60.0
"""Before what the file did not allow is tried again."""

EXPIRE_SECONDS: Final = 3600.0
"""How often it is looked what is over: a Unix day begins once in 24."""


class LetterService:
    """See the module; `run` until cancelled."""

    def __init__(self, home: Home, store: Store, node: Node, *, is_hub: bool) -> None:
        self._home = home
        self._store = store
        self._node = node
        self._doors = KeptDoors(store, is_hub=is_hub)
        self._service: CarrierService | None = None

    async def run(self) -> None:
        """Answer, and let go of what nobody collects, until cancelled."""
        while True:
            try:
                letters = await trio.to_thread.run_sync(open_carried, self._home)
            except StoreError as error:
                log.warning("letters are not kept for others: %s", error)
                await trio.sleep(AGAIN_SECONDS)
                continue
            try:
                await self._serve(letters)
            finally:
                self._service = None
                self._node.network.stop_handling(LETTER_PROTOCOL)
                letters.close()

    @property
    def service(self) -> CarrierService | None:
        """What keeps them, while it can."""
        return self._service

    async def status(self) -> LettersStatus | None:
        """What is kept now, and what was done since the start; None where nothing can be kept."""
        service = self._service
        if service is None:
            return None
        try:
            held = await trio.to_thread.run_sync(service.letters.held)
        except StoreError as error:
            log.warning("letters are not counted: %s", error)
            return None
        return {
            "held": held.letters,
            "bytes": held.size,
            "doors": len(self._doors.doors),
            "brought": {state.name.lower(): n for state, n in sorted(service.taken.items())},
            "refused": dict(service.refused),
        }

    async def _serve(self, letters: CarriedLetters) -> None:
        await self._refresh()
        service = CarrierService(
            self._node.network.peer_id,
            letters,
            doors=lambda: self._doors.doors,
            may_collect=self._doors.may_collect,
            ended=self._doors.ended,
        )
        self._service = service
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._expire, letters)
            nursery.start_soon(self._watch_doors)
            service.serve(self._node.network)

    async def _watch_doors(self) -> None:
        seen: tuple[int, frozenset[bytes]] | None = None
        while True:
            try:
                now = await trio.to_thread.run_sync(self._signs)
                if now != seen:
                    await self._refresh()
                    seen = now
            except StoreError as error:
                log.warning("for whom doors are kept is not known: %s", error)
            await trio.sleep(LOOK_SECONDS)

    def _signs(self) -> tuple[int, frozenset[bytes]]:
        """What changes where doors or prices may have."""
        carried = frozenset(one.account for one in self._store.carried_for_others())
        return self._store.last_arrival(), carried

    async def _refresh(self) -> None:
        try:
            await trio.to_thread.run_sync(self._doors.refresh, now_ms())
        except NotFound:
            log.info("a store without an owner keeps no doors")
        except StoreError as error:
            log.warning("for whom doors are kept is not known: %s", error)

    async def _expire(self, letters: CarriedLetters) -> None:
        """Let go of what is over, and clear the log of what went."""
        while True:
            pause = EXPIRE_SECONDS
            try:
                gone = await trio.to_thread.run_sync(letters.expire, day_at(now_ms()))
                if gone:
                    log.info("%d letters were not collected in time", gone)
                if not await trio.to_thread.run_sync(letters.clear_log):
                    pause = AGAIN_SECONDS  # somebody read in it
            except StoreError as error:
                log.warning("old letters are not let go of: %s", error)
                pause = AGAIN_SECONDS
            await trio.sleep(pause)


def open_carried(home: Home) -> CarriedLetters:
    """Open the letters that a home keeps for others, or make the file. Raises `StoreError`."""
    from sayso_storage.sqlite.carried import SqliteCarriedLetters

    return SqliteCarriedLetters(home.carried_letters)
