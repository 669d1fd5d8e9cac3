"""Reads from the store what the replica is to be told, and tells it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import trio

from sayso_protocol.absence import taken_back
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun, verify_run
from sayso_protocol.limits import LIVE_ENTRIES
from sayso_protocol.sync.effects import Effect, FindChanges, ReloadFeeds
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frames import Mark
from sayso_storage.interface.store import Store, StoreError

from ..clock import present as present
from .relay_policy import RelayPolicy, filtered_snapshot
from .snapshot import Snapshot, changes_since, snapshot_of, snapshot_since, whole_snapshot

log = logging.getLogger(__name__)

_T = TypeVar("_T")


class StoreReader:
    """One reading at a time: what was read last is told last. Each gives the effects of telling."""

    def __init__(self, store: Store, replica: Replica, relay_policy: RelayPolicy) -> None:
        self._store = store
        self._replica = replica
        self._relay_policy = relay_policy
        self._turn = trio.Lock()
        self._own_feed = b""
        self._attestations_read = 0
        """The arrival up to which attestations were read."""
        self._marked = store.last_arrival()
        """The arrival up to which the replica was told of everything."""
        # Nobody is there yet whom the effects could concern.
        self._whole().tell(replica, self._own_feed, present())

    async def read_all(self) -> list[Effect]:
        """The changes of other processes in the store: subscriptions, imported feeds, own posts.
        Raises `StoreError`."""
        async with self._turn:
            as_of = self._replica.version
            snapshot = await trio.to_thread.run_sync(self._whole)
            return snapshot.tell(self._replica, self._own_feed, present(), as_of)

    async def read_own(self) -> list[Effect]:
        """New entries of the own feed only: the quick path after a post. Raises `StoreError`."""
        async with self._turn:
            run = await trio.to_thread.run_sync(self._new_own_run)
        if run is None:
            return await self.read_all()
        return self._published(run)

    def believe(self, run: RawRun) -> list[Effect] | None:
        """Entries that somebody says are in the store: the next ones of the own feed, signed with
        its key, or they are not believed. None where the store has to be read."""
        follows = run.first == self._replica.height(self._own_feed) + 1
        if run.feed != self._own_feed or not follows or len(run.times) > LIVE_ENTRIES:
            return None
        try:
            verify_run(run)
        except Refused:
            return None
        return self._published(run)

    def _published(self, run: RawRun) -> list[Effect]:
        named = sorted({one.feed for body in run.bodies for one in taken_back(body)})
        effects = self._replica.published(run, present(), urgent=bool(named))
        # What it takes back is passed on otherwise from now on.
        return [*effects, ReloadFeeds(named)] if named else effects

    async def reload(self, effect: ReloadFeeds) -> list[Effect]:
        """Feeds that may be otherwise in the store than the replica knows."""
        async with self._turn:
            as_of = self._replica.version
            snapshot = await _unless_it_fails(
                lambda: self._filtered(
                    lambda: snapshot_of(self._store, effect, self._replica.wanted)
                )
            )
            if snapshot is None:
                return []
            return snapshot.tell(self._replica, self._own_feed, present(), as_of)

    async def issue_mark(self) -> list[Effect]:
        """All that came in since the last mark was issued."""
        async with self._turn:
            as_of = self._replica.version
            found = await _unless_it_fails(self._news)
            if found is None:
                return self._replica.mark_issued(None, present())
            mark, snapshot = found
            self._marked = mark.arrival
            now = present()
            effects = snapshot.tell(self._replica, self._own_feed, now, as_of)
            return effects + self._replica.mark_issued(mark, now)

    async def find_changes(self, effect: FindChanges) -> list[Effect]:
        """The changes after the place up to which a peer knows the store. Raises `StoreError`."""
        found = await trio.to_thread.run_sync(changes_since, self._store, effect.mark)
        feeds, attestations = found
        return self._replica.changes_found(effect.peer, feeds, present(), attestations)

    def _whole(self) -> Snapshot:
        """All that is in the store; of attestations, those that came since the last reading."""
        self._relay_policy.refresh()  # which may change whom the store carries
        own = self._store.own_feed()
        self._own_feed = own.feed if own is not None else b""
        arrival = self._store.last_arrival()
        snapshot = self._filtered(
            lambda: whole_snapshot(self._store, self._replica.wanted, self._attestations_read)
        )
        self._attestations_read = arrival
        return snapshot

    def _news(self) -> tuple[Mark, Snapshot]:
        mark, snapshot = snapshot_since(self._store, self._marked)
        return mark, self._filtered(lambda: snapshot)

    def _filtered(self, make: Callable[[], Snapshot]) -> Snapshot:
        return filtered_snapshot(make, self._store, self._relay_policy, self._replica.accounts)

    def _new_own_run(self) -> RawRun | None:
        """The new entries of the own feed, or None where they are too many for a push."""
        state = self._store.own_feed()
        first = self._replica.height(self._own_feed) + 1
        if state is None or state.feed != self._own_feed:
            return None
        if not first <= state.head < first + LIVE_ENTRIES:
            return None
        run = self._store.load(self._own_feed, first, state.head)
        return run if run is not None and run.first == first else None


async def _unless_it_fails(read: Callable[[], _T]) -> _T | None:
    try:
        return await trio.to_thread.run_sync(read)
    except StoreError as error:
        log.warning("the store cannot be read: %s", error)
        return None
