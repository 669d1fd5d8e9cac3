"""The store in memory: slow and obvious.

It is the oracle that the SQLite store is compared with, and the store of simulated
nodes. Every query is written as its definition: filter everything, sort, cut.
"""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from sayso_protocol.body import Reference
from sayso_protocol.errors import Forked, NotGranted, Refused, Revoked, TimeGoesBack, TooLarge
from sayso_protocol.fork import ForkProof
from sayso_protocol.frames import Mark
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_protocol.memory import NOTHING, Interest, Memory
from sayso_protocol.memory import Place as Remembered
from sayso_protocol.run import RawRun, Run
from sayso_protocol.said import Said
from sayso_protocol.statement import End, Grant, Revoke, Rotate

from .bodies import split_body
from .ends import OtherBranch, limit
from .interface import (
    MAX_REMEMBERED,
    AlreadyHeld,
    CheckResult,
    Counts,
    FeedState,
    NotSubscribed,
    Store,
    StoreDamaged,
    StoredEntry,
    StoreError,
    Subscription,
    Taken,
    TimelineQuery,
)
from .memory_accounts import MemoryAccounts
from .memory_entries import MemoryEntries
from .memory_feed import MemoryFeed, as_run, newest_that_fit
from .memory_statements import MemoryBook, MemoryStatements
from .own import NO_OWNER, check_continuation, check_head
from .ranges import Contradiction, cut, newest
from .statements import (
    chains,
    check_promise,
    counts,
    displaced,
    end_of,
    family,
    is_news,
    raised,
    stated_ends,
)


class MemoryStore(Store):
    """See the module. `epoch` is sixteen random bytes."""

    def __init__(self, epoch: bytes) -> None:
        self._epoch = epoch
        self._lock = threading.RLock()
        self._accounts = MemoryAccounts()
        self._feeds: dict[bytes, MemoryFeed] = {}
        self._entries = MemoryEntries()
        self._said = MemoryStatements()
        self._book = MemoryBook(self, self._said)
        self._own_feed: bytes | None = None
        self._memories: dict[str, Memory] = {}

    @property
    def epoch(self) -> bytes:
        return self._epoch

    # --- who -----------------------------------------------------------------------

    def add_own(self, grant: Grant, now_ms: int) -> None:
        with self._lock:
            own = self._own_accounts()
            if own and grant.account not in own:
                raise StoreError("the store already belongs to another account")
            self._admit(grant)
            if not own:
                self._accounts.set_own(grant.account, now_ms)
            self._own_feed = grant.feed

    def own_feed(self) -> FeedState | None:
        with self._lock:
            return None if self._own_feed is None else self._feeds[self._own_feed].state

    def follow(self, account: bytes, petname: str | None, now_ms: int) -> bool:
        with self._lock:
            return self._accounts.follow(account, petname, now_ms)

    def unfollow(self, account: bytes) -> bool:
        with self._lock:
            return self._accounts.unfollow(account)

    def subscriptions(self) -> list[Subscription]:
        with self._lock:
            return self._accounts.subscriptions()

    def find_accounts(self, prefix: str, limit: int = 10) -> list[bytes]:
        with self._lock:
            return self._accounts.find(prefix, limit)

    def carried_accounts(self) -> list[bytes]:
        with self._lock:
            return chains([one.account for one in self.subscriptions()], self._said.successors())

    def successor(self, account: bytes) -> bytes | None:
        with self._lock:
            return self._said.successors().get(account)

    def _own_accounts(self) -> list[bytes]:
        return chains(self._accounts.own(), self._said.successors())

    # --- feeds ---------------------------------------------------------------------

    def add_grant(self, grant: Grant) -> bool:
        with self._lock:
            if grant.feed not in self._feeds and not self._book.carries(grant.account):
                raise NotSubscribed
            return self._admit(grant)

    def _admit(self, grant: Grant) -> bool:
        known = self._feeds.get(grant.feed)
        if known is not None:
            if known.state.account != grant.account:
                raise NotGranted("the feed belongs to another account")
            return False
        check_promise(grant, self._book)
        if len(self.feeds_of(grant.account)) >= MAX_FEEDS_AN_ACCOUNT:
            raise TooLarge("the account has as many feeds as are allowed")
        end = end_of(grant.account, grant.feed, self._book)
        state = FeedState(grant.feed, grant.account, grant, held=(), forked_at=None, end=end)
        self._feeds[grant.feed] = MemoryFeed(state)
        return True

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
            known = self._feeds.get(feed)
            return known.state if known else None

    def feeds_of(self, account: bytes) -> list[FeedState]:
        with self._lock:
            states = [known.state for known in self._feeds.values()]
            return [state for state in states if state.account == account]

    def feeds_carried(self) -> list[FeedState]:
        with self._lock:
            wanted = set(self.carried_accounts())
            states = (known.state for known in self._feeds.values())
            return [state for state in states if state.account in wanted]

    def append(self, runs: Sequence[Run], now_ms: int) -> list[Taken]:
        with self._lock:
            return [self._take(run, now_ms) for run in runs]

    def publish(self, make: Callable[[FeedState], Run], now_ms: int) -> Run:
        with self._lock:
            state = self.own_feed()
            if state is None:
                raise StoreError(NO_OWNER)
            head = self._feeds[state.feed].entries.get(state.head)
            if head is None:
                check_head(state, None, None)
            else:
                check_head(state, as_run([head]), head.id)
            run = make(state)
            check_continuation(state, run)
            if not isinstance(self._take(run, now_ms), Run):
                raise StoreDamaged("the own feed cannot be continued")
            return run

    def load(self, feed: bytes, first: int, last: int) -> RawRun | None:
        with self._lock:
            known = self._feeds.get(feed)
            found = newest(known.state.held, first, last) if known else None
            if known is None or found is None:
                return None
            _, low, high = found
            return as_run(newest_that_fit(known.entries, low, high))

    def _take(self, run: Run, now_ms: int) -> Taken:
        known = self._feeds.get(run.feed)
        if known is None:
            return NotGranted("no grant of the feed is known")
        try:
            joined = known.join(run)
        except (Contradiction, OtherBranch) as error:
            known.note_fork(error.seq)
            return error
        except (AlreadyHeld, Forked, Revoked, TimeGoesBack) as error:
            return error
        known.note_fork(joined.forked_at)
        self._remove(known, joined.gone)
        for first, last in joined.fresh:
            for seq in range(first, last + 1):
                self._store(known, run, seq, now_ms)
        known.state = replace(known.state, held=joined.held, end=joined.end or known.state.end)
        if joined.refused is not None:
            return joined.refused
        return cut(run, joined.fresh[0][0], joined.fresh[-1][1])

    def _store(self, known: MemoryFeed, run: Run, seq: int, now_ms: int) -> None:
        place = seq - run.first
        body, size, digest = split_body(run.bodies[place])
        entry = StoredEntry(
            arrival=self._entries.next_place(),
            account=known.state.account,
            feed=run.feed,
            seq=seq,
            id=run.ids[place],
            previous=run.ids[place - 1] if place else run.previous,
            time_ms=run.times[place],
            sort_ms=min(run.times[place], now_ms),
            arrived_ms=now_ms,
            body=body,
            signature=run.signatures[place],
            body_size=size,
            body_hash=digest,
        )
        known.entries[seq] = entry
        self._entries.add(entry)

    def _remove(self, known: MemoryFeed, ranges: Iterable[tuple[int, int]]) -> None:
        self._entries.remove(
            [known.entries.pop(seq) for low, high in ranges for seq in range(low, high + 1)]
        )

    # --- statements ----------------------------------------------------------------

    def add_statements(
        self, statements: Sequence[Said], now_ms: int
    ) -> list[bool | Refused | StoreError]:
        with self._lock:
            return [self._take_said(said, now_ms) for said in statements]

    def declare(
        self, account: bytes, make: Callable[[Sequence[FeedState]], Revoke | Rotate], now_ms: int
    ) -> bool:
        with self._lock:
            return raised(self._take_said(make(self.feeds_of(account)), now_ms))

    def statements_of(self, account: bytes) -> list[Said]:
        with self._lock:
            feeds = self._book.feeds(account)
            return [
                one
                for one in self._said.counting()
                if (one.feed in feeds if isinstance(one, ForkProof) else one.account == account)
            ]

    def statements_since(self, arrival: int) -> list[Said]:
        with self._lock:
            return self._said.since(arrival)

    def _take_said(self, said: Said, now_ms: int) -> bool | Refused | StoreError:
        try:
            if isinstance(said, ForkProof):
                return self._take_proof(said)
            if not is_news(said, self._book):
                return False
        except (Refused, StoreError) as error:
            return error
        lost = displaced(said, self._book)
        touched = [said.account, *([lost.account] if lost else [])]
        ends = [stated_ends(account, self._book) for account in touched]
        if lost:
            self._said.drop(lost, self._entries.places)
        self._said.keep(said, self._entries.places)
        if isinstance(said, Rotate):
            self._accounts.ensure(said.successor, now_ms)
        for account, before in zip(touched, ends, strict=True):
            self._end_feeds(account, before)
        return counts(said, self._book)

    def _take_proof(self, proof: ForkProof) -> bool:
        known = self._feeds.get(proof.feed)
        if known is None:
            raise NotGranted("no grant of the feed is known")
        known.note_fork(proof.seq)
        if known.state.proof is not None:
            return False
        known.state = replace(known.state, proof=proof.wire)
        self._said.keep(proof, self._entries.places)
        return True

    def _end_feeds(self, account: bytes, before: Mapping[bytes, End | None]) -> None:
        """Let the ends that are others than before take effect on an account's feeds."""
        for feed, end in stated_ends(account, self._book).items():
            if end != before[feed]:
                self._end(self._feeds[feed], end)

    def _end(self, known: MemoryFeed, end: End | None) -> None:
        if end is not None:
            limited = limit(known.state.held, end, known)
            self._remove(known, limited.gone)
            known.state = replace(known.state, held=limited.held)
        known.state = replace(known.state, end=end)

    # --- reading -------------------------------------------------------------------

    def timeline(self, query: TimelineQuery) -> list[StoredEntry]:
        with self._lock:
            if query.account is None:
                accounts = set(self.carried_accounts())
            else:
                accounts = set(family(query.account, self._said.successors()))
            return self._entries.timeline(accounts, query)

    def entry(self, entry_id: bytes) -> StoredEntry | None:
        with self._lock:
            return self._entries.by_id(entry_id)

    def find_entries(self, prefix: str, limit: int = 10) -> list[StoredEntry]:
        with self._lock:
            return self._entries.by_prefix(prefix, limit)

    def reply_counts(self, ids: Iterable[bytes]) -> dict[bytes, int]:
        with self._lock:
            return self._entries.reply_counts(ids)

    def replies(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._entries.replies(entry_id, limit)

    def latest(self, account: bytes, kind: str) -> StoredEntry | None:
        with self._lock:
            return self._entries.latest(account, kind)

    def origins(self) -> dict[str, Reference]:
        with self._lock:
            return self._entries.origins(self._own_accounts())

    def arrived_after(self, arrival: int, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return self._entries.arrived_after(arrival, limit)

    def last_arrival(self) -> int:
        with self._lock:
            return self._entries.last_arrival()

    # --- between sessions ----------------------------------------------------------

    def mark(self, arrival: int | None = None) -> Mark | None:
        with self._lock:
            return self._entries.mark(arrival)

    def feeds_since(self, arrival: int) -> list[FeedState]:
        with self._lock:
            late = {entry.feed for entry in self._entries.arrived_after(arrival)}
            return [known.state for feed, known in self._feeds.items() if feed in late]

    def remember(self, peer_id: str, what: Interest | Remembered, now_ms: int) -> None:
        with self._lock:
            old = self._memories.pop(peer_id, NOTHING)
            if isinstance(what, Interest):
                self._memories[peer_id] = replace(old, interest=what)
            else:
                self._memories[peer_id] = replace(old, place=what)
            if len(self._memories) > MAX_REMEMBERED:
                del self._memories[next(iter(self._memories))]

    def memory_of(self, peer_id: str) -> Memory:
        with self._lock:
            return self._memories.get(peer_id, NOTHING)

    # --- keeping -------------------------------------------------------------------

    def counts(self) -> Counts:
        with self._lock:
            return Counts(len(self._accounts), len(self._feeds), len(self._entries), bytes=0)

    def check(self, account: bytes | None, progress: Callable[[int], None]) -> CheckResult:
        with self._lock:
            feeds = [
                known for known in self._feeds.values() if account in (None, known.state.account)
            ]
            errors = [error for known in feeds for error in known.errors()]
            errors += self._said.errors() if account is None else []
            entries = sum(len(known.entries) for known in feeds)
            progress(entries)
            return CheckResult(len(feeds), entries, tuple(errors))

    def close(self) -> None:
        """Nothing to release."""
