"""The SQLite store: the sum of its roles, each method one transaction.

What only a running node, a write or `verify` asks for is imported there: every command pays for
what stands at the top.
"""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ..interface.records import CheckResult, Counts, Engine
from ..interface.store import Store, StoreError
from .accounts import SqliteAccounts
from .bookmarks import SqliteBookmarks
from .content.labels import SqliteLabels
from .content.polls import SqlitePolls
from .content.relations import SqliteRelations
from .content.retractions import SqliteRetractions
from .content.versions import SqliteVersions
from .entries import SqliteEntries
from .feeds import SqliteFeeds
from .file.database import Database
from .folding import renew
from .network.carriage import SqliteCarriage
from .network.invites import SqliteInvites
from .network.known_peers import SqliteKnownPeers
from .network.peers import SqlitePeers
from .queries import lookup
from .search import SqliteSearch
from .sql import checksum
from .statements import SqliteStatements
from .tables.content.named_rows import OwnNames
from .withholding import SqliteWithholding

EPOCH_SIZE = 16


def open_store(
    path: Path, *, random: Callable[[int], bytes] = os.urandom, must_exist: bool = False
) -> SqliteStore:
    """Open the store file at `path`; make it, and its folder, where there is none, unless it
    `must_exist`.

    `random` gives the epoch of a new store. Raises `StoreError`: `StoreTooNew`,
    `StoreDamaged` for a file that is no store or was cut to nothing, `StoreFull`.
    """
    return SqliteStore(Database(path, must_exist=must_exist), random)


def open_for_reading(path: Path, why: StoreError) -> SqliteStore:
    """Open a store that cannot be written, as `open_store` said: all reads work, and writes raise
    `StoreUnwritable` with that reason. Raises `StoreError`."""
    from .file.read_only import ReadOnlyDatabase

    return SqliteStore(ReadOnlyDatabase(path, why), os.urandom)


class SqliteStore(
    SqliteAccounts,
    SqliteFeeds,
    SqliteStatements,
    SqliteEntries,
    SqliteSearch,
    SqliteRelations,
    SqliteLabels,
    SqliteInvites,
    SqliteWithholding,
    SqliteRetractions,
    SqliteCarriage,
    SqlitePeers,
    SqliteKnownPeers,
    SqliteVersions,
    SqlitePolls,
    SqliteBookmarks,
    Store,
):
    """Posts in one SQLite file; see `open_store`. Any thread may call any method."""

    def __init__(self, database: Database, random: Callable[[int], bytes]) -> None:
        self._database = database
        self._epoch = _epoch_of(database, random)
        renew(database)
        self._gave_way = {}
        self._published_many = False
        self._own_names = OwnNames()

    @property
    def epoch(self) -> bytes:
        return self._epoch

    @property
    def unwritable(self) -> str | None:
        return self._database.unwritable

    @property
    def engine(self) -> Engine:
        return Engine("sqlite")

    def counts(self) -> Counts:
        with self._database.reading() as db:
            return lookup.counts(db, self._database.size())

    def check(self, account: bytes | None, progress: Callable[[int], None]) -> CheckResult:
        from .verification import check
        from .words import word_index

        broken = None if account is not None else word_index.structure_error(self._database)
        with self._database.reading() as db:
            return check.check(db, account, progress, broken)

    def interrupt(self) -> None:
        self._database.interrupt()

    def close(self) -> None:
        self._database.close()


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
