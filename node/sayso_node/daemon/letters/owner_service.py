"""The courier of a home whose owner uses letters.

A home begins with them when a command first makes their file: nobody publishes keys for letters who
does not read any. First it is heard from peers where the own feed stands, since a key is an entry.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, Final

import trio

from sayso_protocol.content.body import KnownBody
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import Store, StoreError

from ...accounts.author import Author
from ...errors import KeystoreLocked, NodeError
from ...home.directory import Home
from ...home.keystore import read_keystore
from ...home.letter_keys import open_letters
from ...letters.carrier_service import CarrierService
from ...letters.courier import Courier
from ..node import Node
from ..own_feed_watch import OwnFeedWatch
from .account_carriers import AccountCarriers
from .owner_letters import OwnerLetters

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
"""How often it is looked whether letters are used by now, where nobody tells."""

HEAR_SECONDS: Final = 20.0
"""How long a peer is waited for that says where the own feed stands."""

MOST_ASKED: Final = 1_000
"""Accounts of which one request asks."""

AGAIN_SECONDS: Final = 60.0
"""Before what failed is tried again."""


class OwnerService:
    """See the module; `run` until cancelled."""

    def __init__(
        self,
        home: Home,
        store: Store,
        node: Node,
        carrier: Callable[[], CarrierService | None],
        passphrase: bytes | None,
    ) -> None:
        self._home, self._store, self._node = home, store, node
        self._carrier, self._passphrase = carrier, passphrase
        self._hear = OwnFeedWatch(home, store, node.engine).hear
        self._courier: Courier | None = None
        self._waker = trio.Event()
        self._feed = b""
        self._is_locked = False

    async def run(self) -> None:
        """Deliver and collect for the owner, once there is something to."""
        self._node.letters_changed = self.hurry
        while True:
            if await trio.to_thread.run_sync(self._home.letters.exists):
                break
            with trio.move_on_after(LOOK_SECONDS):
                await self._waker.wait()
        await self._hear(HEAR_SECONDS, begin=HEAR_SECONDS)
        while True:
            try:
                await self._serve()
            except KeystoreLocked:
                log.warning("letters wait: this node was started without the passphrase")
                self._is_locked = True
                await trio.sleep_forever()
            except (NodeError, StoreError) as error:
                log.warning("letters wait: %s", error)
                await trio.sleep(AGAIN_SECONDS)

    def hurry(self) -> None:
        """A command wrote something."""
        self._waker.set()
        self._waker = trio.Event()
        if self._courier is not None:
            self._courier.hurry()

    async def answer(self, request: Mapping[str, Any]) -> dict[str, object]:
        """What a command is told who wants to know what letters to some accounts wait for; see
        `NodeState`."""
        courier = self._courier
        if courier is None:
            return {"state": "locked" if self._is_locked else "starts"}
        asked = request.get("accounts")
        texts = [one for one in asked if isinstance(one, str)] if isinstance(asked, list) else []
        found: dict[str, object] = {}
        for text in texts[:MOST_ASKED]:
            with suppress(ValueError):
                found[text] = courier.carriers_known(bytes.fromhex(text))
        return {"state": "serves", "carriers": found}

    async def _serve(self) -> None:
        with ExitStack() as stack:
            source = await trio.to_thread.run_sync(self._open, stack)
            find = AccountCarriers(self._home, self._store, self._node).find
            self._courier = Courier(self._node.network, source, find, self._carrier)
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._courier.run)
                    await self._until_moved()
                    nursery.cancel_scope.cancel()
            finally:
                self._courier = None

    async def _until_moved(self) -> None:
        """Until this home writes another feed: its account goes on under another key."""
        while True:
            await trio.sleep(LOOK_SECONDS)
            with suppress(StoreError):
                own = await trio.to_thread.run_sync(self._store.own_feed)
                if own is not None and own.feed != self._feed:
                    return

    def _open(self, stack: ExitStack) -> OwnerLetters:
        feed = read_keystore(self._home.keys, self._passphrase).feed
        records = open_letters(self._home, feed.seed)
        stack.callback(records.close)
        own = self._store.own_feed()
        if own is None:
            raise NodeError("a home without a feed has no letters")
        if own.feed != feed.public:
            raise NodeError("the home is changing over to another key")
        self._feed = own.feed
        author = Author(self._home, self._store, self._passphrase)

        def publish(bodies: list[KnownBody]) -> Run:
            run = author.publish(bodies)
            trio.from_thread.run(self._node.engine.refresh_own)  # peers are to have it at once
            return run

        return OwnerLetters(
            *(self._home, self._store, records, (feed, own.grant), publish), self._note_carriage
        )

    def _note_carriage(self) -> None:
        """Other accounts are carried than before: called in a thread of trio's."""
        trio.from_thread.run(partial(self._node.engine.reload, [], accounts=True))
