"""The store in memory: slow and obvious.

It is the oracle that the SQLite store is compared with, and the store of simulated
nodes. Every query is written as its definition: filter everything, sort, cut.
"""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, repeat

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Grant, Revoke, Rotate
from sayso_protocol.content.body import Reference
from sayso_protocol.errors import Refused
from sayso_protocol.feed.fork import ForkProof
from sayso_protocol.feed.run import RawRun, Run
from sayso_protocol.sync.resumption.resume_state import NOTHING, Interest, ResumeState
from sayso_protocol.sync.resumption.resume_state import Place as Remembered
from sayso_protocol.sync.wire.frames import Mark

from ..index.body_facts import IndexedFacts, text_of
from ..index.digest import digest
from ..interface.store import (
    MAX_REMEMBERED,
    CheckResult,
    Counts,
    FeedState,
    NotSubscribed,
    Place,
    Store,
    StoreDamaged,
    StoredEntry,
    StoreError,
    Subscription,
    Taken,
    TimelineQuery,
)
from ..search.query import SearchTerms
from ..validation.own_feed import NO_OWNER, check_continuation, check_head
from ..validation.segments import newest
from ..validation.statement_rules import chains, family, raised
from .feed import as_run, newest_that_fit
from .ingest import MemoryIngest
from .labels import MemoryLabels
from .relations import MemoryRelations
from .withholding import MemoryWithholding


class MemoryStore(MemoryRelations, MemoryLabels, MemoryWithholding, Store):
    """See the module. `epoch` is sixteen random bytes."""

    def __init__(self, epoch: bytes) -> None:
        self._epoch = epoch
        self._lock = threading.RLock()
        self._held = MemoryIngest()
        self._own_feed: bytes | None = None
        self._memories: dict[str, ResumeState] = {}

    @property
    def epoch(self) -> bytes:
        return self._epoch

    # --- who -----------------------------------------------------------------------

    def add_own(self, grant: Grant, now_ms: int) -> None:
        with self._lock:
            own = self._own_accounts()
            if own and grant.account not in own:
                raise StoreError("the store already belongs to another account")
            self._held.admit(grant)
            if not own:
                self._held.accounts.set_own(grant.account, now_ms)
            self._own_feed = grant.feed

    def own_feed(self) -> FeedState | None:
        with self._lock:
            return None if self._own_feed is None else self._held.feeds[self._own_feed].state

    def follow(self, account: bytes, petname: str | None, now_ms: int) -> bool:
        with self._lock:
            return self._held.accounts.follow(account, petname, now_ms)

    def unfollow(self, account: bytes) -> bool:
        with self._lock:
            return self._held.accounts.unfollow(account)

    def subscriptions(self) -> list[Subscription]:
        with self._lock:
            return self._held.accounts.subscriptions()

    def find_accounts(self, prefix: str, limit: int = 10) -> list[bytes]:
        with self._lock:
            return self._held.accounts.find(prefix, limit)

    def set_labellers(self, wanted: Sequence[bytes], now_ms: int) -> bool:
        with self._lock:
            return self._held.accounts.set_labellers(wanted, now_ms)

    def labellers(self) -> list[bytes]:
        with self._lock:
            return list(self._held.accounts.labellers)

    def shown_accounts(self) -> list[bytes]:
        with self._lock:
            return self._held.shown()

    def carried_accounts(self) -> list[bytes]:
        with self._lock:
            return self._held.carried()

    def successor(self, account: bytes) -> bytes | None:
        with self._lock:
            return self._held.said.successors().get(account)

    def _own_accounts(self) -> list[bytes]:
        return chains(self._held.accounts.own(), self._held.said.successors())

    # --- feeds ---------------------------------------------------------------------

    def add_grant(self, grant: Grant) -> bool:
        with self._lock:
            if grant.feed not in self._held.feeds and not self._held.book.carries(grant.account):
                raise NotSubscribed
            return self._held.admit(grant)

    def add_grants(self, grants: Sequence[Grant]) -> list[bool | Refused | StoreError]:
        outcomes: list[bool | Refused | StoreError] = []
        for grant in grants:
            try:
                outcomes.append(self.add_grant(grant))
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

    def feeds_carried(self) -> list[FeedState]:
        with self._lock:
            wanted = set(self.carried_accounts())
            states = (known.state for known in self._held.feeds.values())
            return [state for state in states if state.account in wanted]

    def append(self, runs: Sequence[Run], now_ms: int, sources: Sequence[str] = ()) -> list[Taken]:
        with self._lock:
            take = partial(self._held.take, now_ms)
            return list(map(take, runs, chain(sources, repeat(None))))

    def gave_way(self) -> list[bytes]:
        with self._lock:
            found, self._held.gave_way = self._held.gave_way, {}
            return list(found)

    def publish(self, make: Callable[[FeedState], Run], now_ms: int) -> Run:
        with self._lock:
            state = self.own_feed()
            if state is None:
                raise StoreError(NO_OWNER)
            head = self._held.feeds[state.feed].entries.get(state.head)
            if head is None:
                check_head(state, None, None)
            else:
                check_head(state, as_run([head]), head.id)
            run = make(state)
            check_continuation(state, run)
            if not isinstance(self._held.take(now_ms, run), Run):
                raise StoreDamaged("the own feed cannot be continued")
            return run

    def load(self, feed: bytes, first: int, last: int) -> RawRun | None:
        with self._lock:
            known = self._held.feeds.get(feed)
            found = newest(known.state.held, first, last) if known else None
            if known is None or found is None:
                return None
            _, low, high = found
            return as_run(newest_that_fit(known.entries, low, high))

    # --- statements ----------------------------------------------------------------

    def add_statements(
        self, statements: Sequence[Attestation], now_ms: int
    ) -> list[bool | Refused | StoreError]:
        with self._lock:
            return [self._held.take_said(said, now_ms) for said in statements]

    def declare(
        self, account: bytes, make: Callable[[Sequence[FeedState]], Revoke | Rotate], now_ms: int
    ) -> bool:
        with self._lock:
            return raised(self._held.take_said(make(self.feeds_of(account)), now_ms))

    def statements_of(self, account: bytes) -> list[Attestation]:
        with self._lock:
            feeds = self._held.book.feeds(account)
            return [
                one
                for one in self._held.said.counting()
                if (one.feed in feeds if isinstance(one, ForkProof) else one.account == account)
            ]

    def statements_since(self, arrival: int) -> list[Attestation]:
        with self._lock:
            return self._held.said.since(arrival)

    # --- reading -------------------------------------------------------------------

    def timeline(self, query: TimelineQuery) -> list[StoredEntry]:
        with self._lock:
            if query.account is None:
                accounts = set(self.shown_accounts())
            else:
                accounts = set(family(query.account, self._held.said.successors()))
            return self._held.entries.timeline(accounts, query)

    def places(self, query: TimelineQuery) -> list[Place]:
        return [entry.place for entry in self.timeline(query)]

    def search(
        self,
        terms: SearchTerms,
        query: TimelineQuery,
        progress: Callable[[int], None] = lambda _: None,
    ) -> list[StoredEntry]:
        with self._lock:
            everything = self.timeline(replace(query, limit=len(self._held.entries)))
            found = [entry for entry in everything if terms.match(text_of(entry.body) or "")]
            return found[: max(query.limit, 0)]

    def index_words(self) -> int:
        return 0

    def unindexed(self) -> int:
        return 0

    def forget_words(self) -> None:
        """There is no index."""

    def entry(self, entry_id: bytes) -> StoredEntry | None:
        with self._lock:
            return self._held.entries.by_id(entry_id)

    def authors(self, ids: Iterable[bytes]) -> dict[bytes, bytes]:
        with self._lock:
            found = [entry for one in ids if (entry := self.entry(one)) is not None]
            return {entry.id: entry.account for entry in found}

    def source_of(self, arrival: int) -> str | None:
        with self._lock:
            return self._held.sources.get(arrival)

    def find_entries(self, prefix: str, limit: int = 10) -> list[StoredEntry]:
        with self._lock:
            return self._held.entries.by_prefix(prefix, limit)

    def reply_counts(self, ids: Iterable[bytes]) -> dict[bytes, int]:
        with self._lock:
            return self._held.entries.reply_counts(ids)

    def reply_authors(self, ids: Iterable[bytes]) -> dict[bytes, dict[bytes, int]]:
        with self._lock:
            return self._held.entries.reply_authors(ids)

    def replies(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._held.entries.replies(entry_id, limit)

    def latest(self, account: bytes, kind: str) -> StoredEntry | None:
        with self._lock:
            return self._held.entries.latest(account, kind)

    def of_kind(self, account: bytes, kind: str, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._held.entries.of_kind(account, kind)[: max(limit, 0)]

    def origins(self) -> dict[str, Reference]:
        with self._lock:
            return self._held.entries.origins(self._own_accounts())

    def arrived_after(self, arrival: int, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._held.entries.arrived_after(arrival, limit)

    def shown_after(
        self, arrival: int, limit: int = 1000, since_ms: int | None = None
    ) -> list[StoredEntry]:
        with self._lock:
            query = TimelineQuery(limit=len(self._held.entries), since_ms=since_ms)
            found = [entry for entry in self.timeline(query) if entry.arrival > arrival]
            return sorted(found, key=lambda entry: entry.arrival)[: max(limit, 0)]

    def digest_after(self, arrival: int) -> bytes:
        with self._lock:
            entries = self._held.entries.arrived_after(arrival)
            told = ((one.arrival, one.id, one.body is not None) for one in entries)
            return digest(self._epoch, told)

    def last_arrival(self) -> int:
        with self._lock:
            return self._held.entries.last_arrival()

    def _all_held(self) -> list[tuple[StoredEntry, IndexedFacts]]:
        with self._lock:
            return self._held.entries.with_facts()

    def _family(self, account: bytes) -> list[bytes]:
        with self._lock:
            return family(account, self._held.said.successors())

    def _own_keys(self) -> list[bytes]:
        with self._lock:
            return [key for own in self._held.accounts.own() for key in self._family(own)]

    # --- between sessions ----------------------------------------------------------

    def mark(self, arrival: int | None = None) -> Mark | None:
        with self._lock:
            return self._held.entries.mark(arrival)

    def feeds_since(self, arrival: int) -> list[FeedState]:
        with self._lock:
            late = {entry.feed for entry in self._held.entries.arrived_after(arrival)}
            return [known.state for feed, known in self._held.feeds.items() if feed in late]

    def remember(self, peer_id: str, what: Interest | Remembered, now_ms: int) -> None:
        with self._lock:
            old = self._memories.pop(peer_id, NOTHING)
            if isinstance(what, Interest):
                self._memories[peer_id] = replace(old, interest=what)
            else:
                self._memories[peer_id] = replace(old, place=what)
            if len(self._memories) > MAX_REMEMBERED:
                del self._memories[next(iter(self._memories))]

    def memory_of(self, peer_id: str) -> ResumeState:
        with self._lock:
            return self._memories.get(peer_id, NOTHING)

    # --- keeping -------------------------------------------------------------------

    def counts(self) -> Counts:
        with self._lock:
            return Counts(
                len(self._held.accounts), len(self._held.feeds), len(self._held.entries), bytes=0
            )

    def check(self, account: bytes | None, progress: Callable[[int], None]) -> CheckResult:
        with self._lock:
            feeds = [
                known
                for known in self._held.feeds.values()
                if account in (None, known.state.account)
            ]
            errors = [error for one in feeds for error in one.errors()]
            errors += self._held.said.errors() if account is None else []
            entries = sum(len(one.entries) for one in feeds)
            progress(entries)
            return CheckResult(len(feeds), entries, tuple(errors))

    def close(self) -> None:
        """Nothing to release."""
