"""The SQLite store: the interface, each method one transaction.

What only a running node, or `verify`, asks for is imported there: every command pays for
what stands at the top.
"""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Grant, Revoke, Rotate
from sayso_protocol.content.body import Reference
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun, Run

from ..index.digest import digest
from ..interface.store import (
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
from ..validation.statement_rules import raised
from . import (
    accounts,
    checksum,
    feeds,
    import_origins,
    lookup,
    statement_tables,
    successors,
)
from .batch import Batch
from .database import Database
from .labels_store import SqliteLabels
from .relations_store import SqliteRelations
from .statements import concern_own, take
from .timeline import places, timeline
from .withholding_store import SqliteWithholding

if TYPE_CHECKING:
    from sayso_protocol.sync.resumption.resume_state import Interest, ResumeState
    from sayso_protocol.sync.resumption.resume_state import Place as Remembered
    from sayso_protocol.sync.wire.frames import Mark

EPOCH_SIZE = 16


def open_store(path: Path, *, random: Callable[[int], bytes] = os.urandom) -> SqliteStore:
    """Open the store file at `path`; make it, and its folder, where there is none.

    `random` gives the epoch of a new store. Raises `StoreError`: `StoreTooNew`,
    `StoreDamaged` for a file that is no store, `StoreFull`.
    """
    return SqliteStore(Database(path), random)


class SqliteStore(SqliteRelations, SqliteLabels, SqliteWithholding, Store):
    """Posts in one SQLite file; see `open_store`. Any thread may call any method."""

    def __init__(self, database: Database, random: Callable[[int], bytes]) -> None:
        super().__init__(database)
        self._epoch = _epoch_of(database, random)
        self._gave_way: dict[bytes, None] = {}

    @property
    def epoch(self) -> bytes:
        return self._epoch

    # --- who -----------------------------------------------------------------------

    def add_own(self, grant: Grant, now_ms: int) -> None:
        with self._database.writing(durable=True) as db:
            accounts.set_own(db, grant.account, now_ms)
            feeds.admit(db, grant)
            feeds.set_own(db, grant.feed)
            import_origins.index(db)

    def own_feed(self) -> FeedState | None:
        with self._database.reading() as db:
            return _state(feeds.own(db))

    def follow(self, account: bytes, petname: str | None, now_ms: int) -> bool:
        with self._database.writing(durable=True) as db:
            return accounts.follow(db, account, petname, now_ms)

    def unfollow(self, account: bytes) -> bool:
        with self._database.writing(durable=True) as db:
            return accounts.unfollow(db, account)

    def subscriptions(self) -> list[Subscription]:
        with self._database.reading() as db:
            return accounts.subscriptions(db)

    def set_labellers(self, wanted: Sequence[bytes], now_ms: int) -> bool:
        if set(wanted) == set(self.labellers()):
            return False
        with self._database.writing(durable=True) as db:
            accounts.set_labellers(db, wanted, now_ms)
        return True

    def labellers(self) -> list[bytes]:
        with self._database.reading() as db:
            return accounts.labellers(db)

    def shown_accounts(self) -> list[bytes]:
        with self._database.reading() as db:
            return accounts.shown(db)

    def carried_accounts(self) -> list[bytes]:
        with self._database.reading() as db:
            return accounts.carried(db)

    def successor(self, account: bytes) -> bytes | None:
        with self._database.reading() as db:
            return successors.successors(db).get(account)

    def find_accounts(self, prefix: str, limit: int = 10) -> list[bytes]:
        with self._database.reading() as db:
            return accounts.find(db, prefix, limit)

    # --- feeds ---------------------------------------------------------------------

    def add_grant(self, grant: Grant) -> bool:
        (outcome,) = self.add_grants([grant])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def add_grants(self, grants: Sequence[Grant]) -> list[bool | Refused | StoreError]:
        with self._database.writing(durable=False) as db:
            return [_admitted(db, grant) for grant in grants]

    def feed(self, feed: bytes) -> FeedState | None:
        with self._database.reading() as db:
            return _state(feeds.by_key(db, feed))

    def feeds_of(self, account: bytes) -> list[FeedState]:
        with self._database.reading() as db:
            return [row.state for row in feeds.of_account(db, account)]

    def feeds_carried(self) -> list[FeedState]:
        with self._database.reading() as db:
            return [row.state for row in feeds.carried(db)]

    def append(
        self, runs: Sequence[Run], now_ms: int, entry_sources: Sequence[str] = ()
    ) -> list[Taken]:
        with self._database.writing(durable=False) as db:
            batch = Batch(db, now_ms)
            taken = list(map(batch.take, runs, chain(entry_sources, repeat(None))))
            batch.finish()
            self._gave_way |= batch.gave_way
            return taken

    def gave_way(self) -> list[bytes]:
        found, self._gave_way = self._gave_way, {}
        return list(found)

    def publish(self, make: Callable[[FeedState], Run], now_ms: int) -> Run:
        with self._database.writing(durable=True) as db:
            row = feeds.own(db)
            if row is None:
                raise StoreError(NO_OWNER)
            check_head(row.state, *lookup.head_of(db, row))
            run = make(row.state)
            check_continuation(row.state, run)
            batch = Batch(db, now_ms, [row])
            if batch.take(run) is not run:
                raise StoreDamaged("the own feed cannot be continued")
            batch.finish()
        return run

    def load(self, feed: bytes, first: int, last: int) -> RawRun | None:
        with self._database.reading() as db:
            return lookup.load(db, feed, first, last)

    # --- statements ----------------------------------------------------------------

    def add_statements(
        self, statements: Sequence[Attestation], now_ms: int
    ) -> list[bool | Refused | StoreError]:
        with self._database.reading() as db:
            durable = concern_own(db, statements)
        with self._database.writing(durable=durable) as db:
            return [take(db, said, now_ms) for said in statements]

    def declare(
        self, account: bytes, make: Callable[[Sequence[FeedState]], Revoke | Rotate], now_ms: int
    ) -> bool:
        with self._database.writing(durable=True) as db:
            said = make([row.state for row in feeds.of_account(db, account)])
            return raised(take(db, said, now_ms))

    def statements_of(self, account: bytes) -> list[Attestation]:
        with self._database.reading() as db:
            return statement_tables.said_of(db, account)

    def statements_since(self, arrival: int) -> list[Attestation]:
        with self._database.reading() as db:
            return statement_tables.said_since(db, arrival)

    # --- reading -------------------------------------------------------------------

    def timeline(self, query: TimelineQuery) -> list[StoredEntry]:
        with self._database.reading() as db:
            return timeline(db, query)

    def places(self, query: TimelineQuery) -> list[Place]:
        with self._database.reading() as db:
            return places(db, query)

    def search(
        self,
        terms: SearchTerms,
        query: TimelineQuery,
        progress: Callable[[int], None] = lambda _: None,
    ) -> list[StoredEntry]:
        from .search import search

        return search(self._database, terms, query, progress)

    def index_words(self) -> int:
        from . import word_index

        with self._database.writing(durable=False) as db:
            return word_index.index_some(db)

    def unindexed(self) -> int:
        from . import word_index

        with self._database.reading() as db:
            return word_index.waiting(db)

    def forget_words(self) -> None:
        from . import word_index

        with self._database.writing(durable=False) as db:
            word_index.forget(db)

    def entry(self, entry_id: bytes) -> StoredEntry | None:
        with self._database.reading() as db:
            return lookup.by_id(db, entry_id)

    def authors(self, ids: Iterable[bytes]) -> dict[bytes, bytes]:
        with self._database.reading() as db:
            return lookup.authors(db, ids)

    def source_of(self, arrival: int) -> str | None:
        from . import entry_sources

        with self._database.reading() as db:
            return entry_sources.at(db, arrival)

    def find_entries(self, prefix: str, limit: int = 10) -> list[StoredEntry]:
        with self._database.reading() as db:
            return lookup.by_prefix(db, prefix, limit)

    def reply_counts(self, ids: Iterable[bytes]) -> dict[bytes, int]:
        with self._database.reading() as db:
            return lookup.reply_counts(db, ids)

    def reply_authors(self, ids: Iterable[bytes]) -> dict[bytes, dict[bytes, int]]:
        with self._database.reading() as db:
            return lookup.reply_authors(db, ids)

    def replies(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._database.reading() as db:
            return lookup.replies(db, entry_id, limit)

    def latest(self, account: bytes, kind: str) -> StoredEntry | None:
        with self._database.reading() as db:
            return lookup.latest(db, account, kind)

    def of_kind(self, account: bytes, kind: str, limit: int = 1000) -> list[StoredEntry]:
        with self._database.reading() as db:
            return lookup.of_kind(db, account, kind, limit)

    def origins(self) -> dict[str, Reference]:
        with self._database.reading() as db:
            return lookup.origins(db)

    def arrived_after(self, arrival: int, limit: int = 1000) -> list[StoredEntry]:
        with self._database.reading() as db:
            return lookup.arrived_after(db, arrival, limit)

    def shown_after(
        self, arrival: int, limit: int = 1000, since_ms: int | None = None
    ) -> list[StoredEntry]:
        with self._database.reading() as db:
            return lookup.shown_after(db, arrival, limit, since_ms)

    def digest_after(self, arrival: int) -> bytes:
        with self._database.reading() as db:
            return digest(self._epoch, lookup.held_after(db, arrival))

    def last_arrival(self) -> int:
        with self._database.reading() as db:
            return lookup.last_arrival(db)

    # --- between sessions ----------------------------------------------------------

    def mark(self, arrival: int | None = None) -> Mark | None:
        from . import peers

        with self._database.reading() as db:
            return peers.mark(db, lookup.last_arrival(db) if arrival is None else arrival)

    def feeds_since(self, arrival: int) -> list[FeedState]:
        with self._database.reading() as db:
            return [row.state for row in feeds.since(db, arrival)]

    def remember(self, peer_id: str, what: Interest | Remembered, now_ms: int) -> None:
        from . import peers

        with self._database.writing(durable=False) as db:
            peers.remember(db, peer_id, what, now_ms)

    def memory_of(self, peer_id: str) -> ResumeState:
        from . import peers

        with self._database.reading() as db:
            return peers.memory_of(db, peer_id)

    # --- keeping -------------------------------------------------------------------

    def counts(self) -> Counts:
        with self._database.reading() as db:
            return lookup.counts(db, self._database.size())

    def check(self, account: bytes | None, progress: Callable[[int], None]) -> CheckResult:
        from . import check, word_index

        broken = None if account is not None else word_index.structure_error(self._database)
        with self._database.reading() as db:
            return check.check(db, account, progress, broken)

    def close(self) -> None:
        self._database.close()


def _admitted(db: sqlite3.Connection, grant: Grant) -> bool | Refused | StoreError:
    try:
        if not statement_tables.carries(db, grant.account) and feeds.by_key(db, grant.feed) is None:
            return NotSubscribed()
        return feeds.admit(db, grant)
    except Refused as error:
        return error


def _epoch_of(database: Database, random: Callable[[int], bytes]) -> bytes:
    """Read the epoch; draw it where the store is new."""
    query = "SELECT epoch FROM store"
    with database.reading() as db:
        row = db.execute(query).fetchone()
    if row is None:
        with database.writing(durable=True) as db:
            db.execute(
                "INSERT INTO store (one, epoch) VALUES (1, ?) ON CONFLICT DO NOTHING",
                (random(EPOCH_SIZE),),
            )
            checksum.renew(db, "store", "one", 1)
            row = db.execute(query).fetchone()
    return bytes(row[0])


def _state(row: feeds.FeedRow | None) -> FeedState | None:
    return None if row is None else row.state
