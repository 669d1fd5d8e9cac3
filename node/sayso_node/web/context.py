"""What every page and every route of the interface for apps works with."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from functools import partial
from typing import Any, Final, TypeVar

import trio

from sayso_protocol.discovery.invite import Invite
from sayso_protocol.token_bucket import TokenBucket
from sayso_storage.interface.store import Store, StoreError

from ..accounts.author import Author, Published
from ..accounts.names import Names
from ..errors import NodeError
from ..home.directory import Home
from ..home.node_key import node_seed
from ..timeline.reader import TimelineReader
from .access.codes import Codes
from .access.grants import Grants
from .door.sessions import Sessions
from .live import LiveStreams
from .locked_keys import with_page_advice
from .site import Site

log = logging.getLogger(__name__)

REGISTRATIONS: Final = 30
"""Apps that may register at once; after that one each `REGISTRATION_SECONDS`."""
REGISTRATION_SECONDS: Final = 10

READERS = 4
"""Threads that may read the store at once."""
BLOB_READERS = 4
"""Threads that may read blobs at once: a slow disk does not hold up pages."""

Result = TypeVar("Result")

Ask = Callable[[dict[str, Any]], Awaitable[Mapping[str, object]]]


class WebContext:
    """The home that is shown, and the ways to read it, to write to it and to ask its running node.

    The store blocks, so it is used in threads: `read` and `write` take a function that does."""

    def __init__(
        self,
        home: Home,
        store: Store,
        site: Site,
        actions: Mapping[str, Ask],
        passphrase: bytes | None = None,
    ) -> None:
        self.home = home
        self.store = store
        self.site = site
        self.sessions = Sessions()
        self.live = LiveStreams(store)
        self.grants = Grants(home)
        self.codes = Codes()
        self.registrations = TokenBucket(REGISTRATIONS, 1 / REGISTRATION_SECONDS)
        self._actions = actions
        self._passphrase = passphrase
        self._readers = trio.CapacityLimiter(READERS)
        self._blob_readers = trio.CapacityLimiter(BLOB_READERS)
        self._writer = trio.CapacityLimiter(1)
        self._seed = node_seed(home)

    def beside(self, site: Site, sessions: Sessions) -> WebContext:
        """The same home in another place."""
        other = copy(self)
        other.site, other.sessions = site, sessions
        return other

    def reader(self, *, unfiltered: bool = False) -> TimelineReader:
        """Timelines, by the rules of the home unless `unfiltered`."""
        return TimelineReader(self.store, self.home, unfiltered=unfiltered, has_node=lambda: True)

    def names(self) -> Names:
        """The names by which accounts are shown."""
        return Names(self.store)

    def author(self) -> Author:
        """Who signs. Publishing raises `KeystoreError` where the keys are locked and the node was
        started without their passphrase."""
        return Author(self.home, self.store, self._passphrase)

    @property
    def passphrase(self) -> bytes | None:
        """Of the keys, where the node was started with it."""
        return self._passphrase

    def introduction_to(self, invite: Invite) -> bytes | None:
        """The words by which the inviter's node is told who came; None where an invite has no
        token. Raises `KeystoreError` where the keys are locked."""
        from ..accounts.accepted_invites import introduction_to

        return introduction_to(self.home, self.store, self._passphrase, invite)

    async def read(self, read: Callable[..., Result], *args: Any, **more: Any) -> Result:
        """What `read` returns or raises, called in a thread. A reader that is cancelled is left
        alone: it ends by itself."""
        return await trio.to_thread.run_sync(
            partial(read, *args, **more), limiter=self._readers, abandon_on_cancel=True
        )

    async def read_blob(self, read: Callable[..., Result], *args: Any) -> Result:
        """The same for files: blobs, and uploads. It is waited for, since what it reads from is
        closed afterwards."""
        return await trio.to_thread.run_sync(read, *args, limiter=self._blob_readers)

    def secret(self, purpose: bytes) -> bytes:
        """A secret of 32 bytes of this home for one purpose, the same from start to start."""
        return hmac.new(self._seed, b"sayso web " + purpose, hashlib.sha256).digest()

    async def write(self, write: Callable[..., Result], *args: Any, **more: Any) -> Result:
        """The same for a function that changes something; one at a time, each to its end. What was
        published is told to the node before this returns; one that cannot be told looks later."""
        with trio.CancelScope(shield=True):
            result = await trio.to_thread.run_sync(
                partial(with_page_advice, write, *args, **more), limiter=self._writer
            )
            try:
                await self.tell_node(result if isinstance(result, Published) else None)
            except (NodeError, StoreError) as error:  # it is done, and must not be done again
                log.warning("the node was not told of what was written: %s", error)
                self.live.wake()
        return result

    async def tell_node(self, published: Published | None = None) -> None:
        """Tell the running node which own entries are new, or that anything may have changed."""
        if published is None or published.run is None:
            await self.ask("changed", what="all")
        else:
            from ..control.notice import encode_notice

            await self.ask("changed", what="entries", **encode_notice(published.run))
        self.live.wake()

    async def ask(self, do: str, **fields: Any) -> Mapping[str, object]:
        """What the running node answers, as over its control socket: `status`, `peers`, `fetch`
        and the like. Raises `NodeError`, `StoreError`."""
        return await self._actions[do]({"do": do, **fields})
