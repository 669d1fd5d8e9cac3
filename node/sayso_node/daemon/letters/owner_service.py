"""The courier of a home whose owner uses letters.

A home begins with them when a command first makes their file: nobody publishes keys for letters who
does not read any. First it is heard from peers where the own feed stands, since a key is an entry.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Final

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
        first = self._store.own_feed()
        assert first is not None
        while True:
            await trio.sleep(LOOK_SECONDS)
            own = await trio.to_thread.run_sync(self._store.own_feed)
            if own is not None and own.feed != first.feed:
                return

    def _open(self, stack: ExitStack) -> OwnerLetters:
        feed = read_keystore(self._home.keys, self._passphrase).feed
        records = open_letters(self._home, feed.seed)
        stack.callback(records.close)
        own = self._store.own_feed()
        if own is None:
            raise NodeError("a home without a feed has no letters")
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
