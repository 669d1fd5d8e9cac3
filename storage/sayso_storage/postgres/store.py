"""The store on PostgreSQL: the sum of its roles, each method one transaction.

What only a running node, a write or `verify` asks for is imported there: every command pays for
what stands at the top.
"""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from ..interface.records import Changes, CheckResult, Counts, Engine
from ..interface.store import Store
from .accounts import PostgresAccounts
from .bookmarks import PostgresBookmarks
from .content.labels import PostgresLabels
from .content.polls import PostgresPolls
from .content.relations import PostgresRelations
from .content.retractions import PostgresRetractions
from .content.versions import PostgresVersions
from .entries import PostgresEntries
from .feeds import PostgresFeeds
from .listener import Listener
from .network.carriage import PostgresCarriage
from .network.invites import PostgresInvites
from .network.known_peers import PostgresKnownPeers
from .network.peers import PostgresPeers
from .queries import lookup
from .search import PostgresSearch
from .server.database import LISTENER, Database
from .statements import PostgresStatements
from .tables.content.named_rows import OwnNames
from .withholding import PostgresWithholding

EPOCH_SIZE: Final = 16

_NODES: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = %s || current_schema()"""


def open_store(url: str, *, random: Callable[[int], bytes] = os.urandom) -> PostgresStore:
    """Open the store at an address of libpq, as `postgresql://host/database`, in the first schema
    of its `search_path`; make its tables where there are none.

    `random` gives the epoch of a new store. Raises `StoreError`: `StoreTooNew`, `StoreDamaged` for
    a schema that holds something else, `StoreFull`.
    """
    return PostgresStore(Database(url), random)


class PostgresStore(
    PostgresAccounts,
    PostgresFeeds,
    PostgresStatements,
    PostgresEntries,
    PostgresSearch,
    PostgresRelations,
    PostgresLabels,
    PostgresInvites,
    PostgresWithholding,
    PostgresRetractions,
    PostgresCarriage,
    PostgresPeers,
    PostgresKnownPeers,
    PostgresVersions,
    PostgresPolls,
    PostgresBookmarks,
    Store,
):
    """Posts in a database; see `open_store`. Any thread may call any method."""

    def __init__(self, database: Database, random: Callable[[int], bytes]) -> None:
        self._database = database
        self._epoch = _epoch_of(database, random)
        self._gave_way = {}
        self._published_many = False
        self._own_names = OwnNames()
        self._listener = Listener(database)

    @property
    def epoch(self) -> bytes:
        return self._epoch

    @property
    def engine(self) -> Engine:
        with self._database.reading() as db:
            ((nodes,),) = db.rows(_NODES, (LISTENER,))
        return Engine("postgresql", front_ends=nodes)

    def counts(self) -> Counts:
        with self._database.reading() as db:
            return lookup.counts(db)

    def check(self, account: bytes | None, progress: Callable[[int], None]) -> CheckResult:
        from .verification import check

        with self._database.reading() as db:
            return check.check(db, account, progress)

    def changes_elsewhere(self, patience: float) -> Changes:
        return self._listener.wait(patience)

    def interrupt(self) -> None:
        self._database.interrupt()

    def close(self) -> None:
        self._listener.close()
        self._database.close()


def _epoch_of(database: Database, random: Callable[[int], bytes]) -> bytes:
    """Read the epoch; draw it where the store is new."""
    query = "SELECT epoch FROM store"
    with database.reading() as db:
        row = db.row(query)
    if row is None:
        with database.writing() as db:
            db.run(
                "INSERT INTO store (one, epoch) VALUES (1, %s) ON CONFLICT DO NOTHING",
                (random(EPOCH_SIZE),),
            )
            ((epoch,),) = db.rows(query)
            return bytes(epoch)
    return bytes(row[0])
