"""Feeds in the store in memory."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import partial
from itertools import chain, repeat, starmap

from sayso_protocol.absence import Retraction
from sayso_protocol.accounts.statement import Grant
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun, Run
from sayso_protocol.translation import _

from ..interface.errors import NotSubscribed, StoreDamaged, StoreError
from ..interface.feeds import Feeds, Taken
from ..interface.records import FeedState
from ..validation.own_feed import NO_OWNER, check_continuation, check_head
from ..validation.segments import newest
from .ingest import MemoryIngest
from .tables.feed_entries import as_run


class MemoryFeeds(Feeds):
    """See `Feeds`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def own_feed(self) -> FeedState | None:
        with self._lock:
            own = self._held.own_feed
            return None if own is None else self._held.feeds[own].state

    def add_grant(self, grant: Grant, now_ms: int = 0) -> bool:
        with self._lock:
            tables = self._held.statement_tables
            if grant.feed not in self._held.feeds and not tables.carries(grant.account):
                raise NotSubscribed
            return self._held.admit(grant, now_ms)

    def add_grants(
        self, grants: Sequence[Grant], now_ms: int = 0
    ) -> list[bool | Refused | StoreError]:
        outcomes: list[bool | Refused | StoreError] = []
        for grant in grants:
            try:
                outcomes.append(self.add_grant(grant, now_ms))
            except (Refused, StoreError) as error:
                outcomes.append(error)
        return outcomes

    def feed(self, feed: bytes) -> FeedState | None:
        with self._lock:
            known = self._held.feeds.get(feed)
            return known.state if known else None

    def feeds_of(self, account: bytes) -> list[FeedState]:
        with self._lock:
            return self._held.of_account(account)

    def feeds_of_each(self, accounts: Iterable[bytes]) -> dict[bytes, list[FeedState]]:
        with self._lock:
            found = {one: self._held.of_account(one) for one in accounts}
            return {one: states for one, states in found.items() if states}

    def feeds_carried(self) -> list[FeedState]:
        with self._lock:
            wanted = set(self._held.held_for_anybody())
            states = (known.state for known in self._held.feeds.values())
            return [state for state in states if state.account in wanted]

    def feeds_since(self, arrival: int) -> list[FeedState]:
        with self._lock:
            late = {entry.feed for entry in self._held.entries.arrived_after(arrival)}
            return [known.state for feed, known in self._held.feeds.items() if feed in late]

    def append(
        self,
        runs: Sequence[Run],
        now_ms: int,
        sources: Sequence[str] = (),
        retractions: Sequence[Retraction] = (),
    ) -> list[Taken]:
        with self._lock:
            self._held.retractions.note_proofs(retractions)
            take = partial(self._held.take, now_ms)
            taken = list(map(take, runs, chain(sources, repeat(None))))
            self._held.follow_retractions()
            return taken

    def gave_way(self) -> list[bytes]:
        with self._lock:
            found, self._held.gave_way = self._held.gave_way, {}
            return list(found)

    def publish(self, make: Callable[[FeedState], Run], now_ms: int) -> Run:
        with self._lock:
            state = self.own_feed()
            if state is None:
                raise StoreError(_(NO_OWNER))
            known = self._held.feeds[state.feed]
            head = known.entries.get(state.head)
            if head is None:
                check_head(state, None, None)
            else:
                check_head(state, as_run([head], known.previous[head.seq]), head.id)
            run = make(state)
            check_continuation(state, run)
            if not isinstance(self._held.take(now_ms, run), Run):
                raise StoreDamaged("the own feed cannot be continued")
            self._held.follow_retractions()
            return run

    def load(self, feed: bytes, first: int, last: int) -> RawRun | None:
        with self._lock:
            known = self._held.feeds.get(feed)
            found = newest(known.state.held, first, last) if known else None
            if known is None or found is None:
                return None
            _, low, high = found
            return known.run_up_to(low, high)

    def load_each(
        self, ranges: Iterable[tuple[bytes, int, int]]
    ) -> Generator[RawRun | None, None, None]:
        yield from starmap(self.load, ranges)
