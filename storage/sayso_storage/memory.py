"""The store in memory: slow and obvious.

It is the oracle that the SQLite store is compared with, and the store of simulated
nodes. Every query is written as its definition: filter everything, sort, cut.
"""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sayso_protocol.body import Post, Reference, Repost
from sayso_protocol.entry import id_text
from sayso_protocol.errors import Forked, NotGranted, Refused, Revoked, TimeGoesBack, TooLarge
from sayso_protocol.fork import ForkProof
from sayso_protocol.frames import CHECK_SIZE, Mark
from sayso_protocol.keys import key_text
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_protocol.memory import NOTHING, Interest, Memory
from sayso_protocol.memory import Place as Remembered
from sayso_protocol.run import RawRun, Run
from sayso_protocol.said import Said
from sayso_protocol.statement import Grant, Rotate

from .bodies import split_body
from .ends import OtherBranch, limit
from .facts import NO_FACTS, Facts, facts_of, fold_tag
from .interface import (
    MAX_REMEMBERED,
    AlreadyHeld,
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
from .memory_acts import MemoryActs
from .memory_feed import MemoryFeed, as_run, newest_that_fit
from .memory_statements import MemoryStatements
from .own import NO_OWNER, check_continuation, check_head
from .ranges import Contradiction, cut, newest
from .statements import (
    chains,
    changes,
    check_promise,
    displaced,
    end_of,
    family,
)


class _Book:
    """What the rules for statements ask of the store; see `statements.Book`."""

    def __init__(self, store: MemoryStore, said: MemoryStatements) -> None:
        self._store = store
        self.rotation = said.rotation
        self.revokes = said.revokes
        self.successors = said.successors

    def carries(self, account: bytes) -> bool:
        return account in self._store.carried_accounts()

    def promise(self, account: bytes) -> bytes | None:
        states = self._store.feeds_of(account)
        return states[0].grant.next_key_hash if states else None

    def feeds(self, account: bytes) -> list[bytes]:
        return [state.feed for state in self._store.feeds_of(account)]


class MemoryStore(MemoryActs, Store):
    """See the module. `epoch` is sixteen random bytes."""

    def __init__(self, epoch: bytes) -> None:
        self._epoch = epoch
        self._lock = threading.RLock()
        self._subscriptions: dict[bytes, Subscription] = {}
        self._feeds: dict[bytes, MemoryFeed] = {}
        self._arrived: list[StoredEntry] = []
        self._places = 0
        """Places in the order of arrival that were given, to removed entries too."""
        self._said = MemoryStatements()
        self._book = _Book(self, self._said)
        self._facts: dict[bytes, Facts] = {}
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
                old = self._subscription(grant.account, now_ms)
                self._subscriptions[grant.account] = replace(old, own=True)
            self._own_feed = grant.feed

    def own_feed(self) -> FeedState | None:
        with self._lock:
            return None if self._own_feed is None else self._feeds[self._own_feed].state

    def follow(self, account: bytes, petname: str | None, now_ms: int) -> bool:
        with self._lock:
            old = self._subscription(account, now_ms)
            new = replace(old, followed=True, petname=petname or old.petname)
            if not old.followed:
                # Taken out first, so that a dict's order is the order of subscription.
                self._subscriptions.pop(account, None)
                new = replace(new, since_ms=now_ms)
            self._subscriptions[account] = new
            return not old.followed

    def unfollow(self, account: bytes) -> bool:
        with self._lock:
            old = self._subscriptions.get(account)
            if old is None or not old.followed:
                return False
            self._subscriptions[account] = replace(old, followed=False, petname=None)
            return True

    def subscriptions(self) -> list[Subscription]:
        with self._lock:
            wanted = [one for one in self._subscriptions.values() if one.own or one.followed]
            return sorted(wanted, key=lambda one: not one.own)

    def find_accounts(self, prefix: str, limit: int = 10) -> list[bytes]:
        with self._lock:
            found = [
                account
                for account, one in self._subscriptions.items()
                if key_text(account).startswith(prefix)
                or (one.petname is not None and prefix == "@" + one.petname)
            ]
            return sorted(found, key=key_text)[:limit]

    def carried_accounts(self) -> list[bytes]:
        with self._lock:
            return chains([one.account for one in self.subscriptions()], self._said.successors())

    def successor(self, account: bytes) -> bytes | None:
        with self._lock:
            return self._said.successors().get(account)

    def _own_accounts(self) -> list[bytes]:
        own = [one.account for one in self._subscriptions.values() if one.own]
        return chains(own, self._said.successors())

    def _subscription(self, account: bytes, now_ms: int) -> Subscription:
        new = Subscription(account, petname=None, own=False, followed=False, since_ms=now_ms)
        return self._subscriptions.get(account, new)

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
        known.state = replace(known.state, held=joined.held)
        return cut(run, joined.fresh[0][0], joined.fresh[-1][1])

    def _store(self, known: MemoryFeed, run: Run, seq: int, now_ms: int) -> None:
        place = seq - run.first
        self._places += 1
        body, size, digest = split_body(run.bodies[place])
        entry = StoredEntry(
            arrival=self._places,
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
        self._arrived.append(entry)
        if body is not None:
            self._facts[entry.id] = facts_of(body)

    def _remove(self, known: MemoryFeed, ranges: Iterable[tuple[int, int]]) -> None:
        gone = [known.entries.pop(seq) for low, high in ranges for seq in range(low, high + 1)]
        places = {entry.arrival for entry in gone}
        if places:
            self._arrived = [one for one in self._arrived if one.arrival not in places]
        for entry in gone:
            self._facts.pop(entry.id, None)

    # --- statements ----------------------------------------------------------------

    def add_statements(
        self, statements: Sequence[Said], now_ms: int
    ) -> list[bool | Refused | StoreError]:
        with self._lock:
            return [self._take_said(said, now_ms) for said in statements]

    def statements_of(self, account: bytes) -> list[Said]:
        with self._lock:
            feeds = self._book.feeds(account)
            return [
                one
                for one in self._said.everything()
                if (one.feed in feeds if isinstance(one, ForkProof) else one.account == account)
            ]

    def statements_since(self, arrival: int) -> list[Said]:
        with self._lock:
            return self._said.since(arrival)

    def _take_said(self, said: Said, now_ms: int) -> bool | Refused | StoreError:
        try:
            if isinstance(said, ForkProof):
                return self._take_proof(said)
            if not changes(said, self._book):
                return False
        except (Refused, StoreError) as error:
            return error
        if lost := displaced(said, self._book):
            self._said.drop(lost)
            self._end_feeds(lost.account)
        self._said.keep(said, self._places)
        if isinstance(said, Rotate):
            heir = self._subscription(said.successor, now_ms)
            self._subscriptions.setdefault(said.successor, heir)
        self._end_feeds(said.account)
        return True

    def _take_proof(self, proof: ForkProof) -> bool:
        known = self._feeds.get(proof.feed)
        if known is None:
            raise NotGranted("no grant of the feed is known")
        known.note_fork(proof.seq)
        if known.state.proof is not None:
            return False
        known.state = replace(known.state, proof=proof.wire)
        self._said.keep(proof, self._places)
        return True

    def _end_feeds(self, account: bytes) -> None:
        """Let the ends that count now take effect on an account's feeds."""
        for known in self._feeds.values():
            if known.state.account == account:
                self._end(known)

    def _end(self, known: MemoryFeed) -> None:
        end = end_of(known.state.account, known.state.feed, self._book)
        if end is not None and end != known.state.end:
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
            wanted = [
                entry
                for entry in self._arrived
                if entry.account in accounts and self._shown(entry, query)
            ]
            return sorted(wanted, key=_by_time, reverse=True)[: query.limit]

    def entry(self, entry_id: bytes) -> StoredEntry | None:
        with self._lock:
            return next((entry for entry in self._arrived if entry.id == entry_id), None)

    def find_entries(self, prefix: str, limit: int = 10) -> list[StoredEntry]:
        with self._lock:
            found = [entry for entry in self._arrived if id_text(entry.id).startswith(prefix)]
            return sorted(found, key=lambda entry: entry.id)[:limit]

    def reply_counts(self, ids: Iterable[bytes]) -> dict[bytes, int]:
        with self._lock:
            counts = {entry_id: len(self._replies(entry_id)) for entry_id in ids}
            return {entry_id: count for entry_id, count in counts.items() if count}

    def reply_authors(self, ids: Iterable[bytes]) -> dict[bytes, dict[bytes, int]]:
        with self._lock:
            found = {one: Counter(reply.account for reply in self._replies(one)) for one in ids}
            return {one: dict(authors) for one, authors in found.items() if authors}

    def replies(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return sorted(self._replies(entry_id), key=_by_time)[:limit]

    def _replies(self, entry_id: bytes) -> list[StoredEntry]:
        return [entry for entry in self._arrived if self._facts_of(entry).reply == entry_id]

    def latest(self, account: bytes, kind: str) -> StoredEntry | None:
        with self._lock:
            newest_of_feed: dict[bytes, StoredEntry] = {}
            for entry in self._arrived:
                if entry.account == account and kind and self._facts_of(entry).kind == kind:
                    other = newest_of_feed.get(entry.feed, entry)
                    newest_of_feed[entry.feed] = max(entry, other, key=lambda one: one.seq)
            return max(newest_of_feed.values(), key=_by_time, default=None)

    def origins(self) -> dict[str, Reference]:
        with self._lock:
            own, found = self._own_accounts(), dict[str, Reference]()
            for entry in self._arrived:
                origin = self._facts_of(entry).origin
                if entry.account in own and origin is not None:
                    found.setdefault(origin, entry.reference)
            return found

    def arrived_after(self, arrival: int, limit: int = 1000) -> list[StoredEntry]:
        with self._lock:
            return [entry for entry in self._arrived if entry.arrival > arrival][:limit]

    def last_arrival(self) -> int:
        with self._lock:
            return self._arrived[-1].arrival if self._arrived else 0

    def _held(self) -> list[tuple[StoredEntry, Facts]]:
        with self._lock:
            return [(entry, self._facts_of(entry)) for entry in self._arrived]

    def _family(self, account: bytes) -> list[bytes]:
        with self._lock:
            return family(account, self._said.successors())

    def _own_keys(self) -> list[bytes]:
        with self._lock:
            own = next((one.account for one in self._subscriptions.values() if one.own), None)
            return [] if own is None else self._family(own)

    def _facts_of(self, entry: StoredEntry) -> Facts:
        return self._facts.get(entry.id, NO_FACTS)

    def _shown(self, entry: StoredEntry, query: TimelineQuery) -> bool:
        facts = self._facts_of(entry)
        return (
            facts.kind in (Post.KIND, Repost.KIND)
            and (query.tag is None or fold_tag(query.tag) in facts.tags)
            and (query.since_ms is None or entry.sort_ms >= query.since_ms)
            and (query.before is None or _by_time(entry) < query.before)
        )

    # --- between sessions ----------------------------------------------------------

    def mark(self, arrival: int | None = None) -> Mark | None:
        with self._lock:
            place = self.last_arrival() if arrival is None else arrival
            if place == 0:
                return Mark(0, bytes(CHECK_SIZE))
            at = bisect_left(self._arrived, place, key=lambda entry: entry.arrival)
            found = self._arrived[at] if at < len(self._arrived) else None
            if found is None or found.arrival != place:
                return None
            return Mark(place, found.id[:CHECK_SIZE])

    def feeds_since(self, arrival: int) -> list[FeedState]:
        with self._lock:
            late = {entry.feed for entry in self._arrived if entry.arrival > arrival}
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
            return Counts(len(self._subscriptions), len(self._feeds), len(self._arrived), bytes=0)

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


def _by_time(entry: StoredEntry) -> Place:
    return entry.place
