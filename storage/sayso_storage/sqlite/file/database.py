"""Files, connections and transactions of a SQLite store; nothing about posts.

One connection writes, under a lock; readers have connections of their own from a small
pool. In WAL mode (sqlite.org/wal.html) neither waits for the other, and other processes
may do the same. Every connection may be used by any thread, by one at a time.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from sayso_protocol.translation import _

from ...interface.errors import StoreError, StoreInterrupted
from ..sql import checksum
from ..sql.connection import Connection
from .errors import translated
from .migrate import check_version, migrate
from .store_file import make_file
from .wal import BUSY_SECONDS, is_busy, set_wal
from .write_queue import WriteQueue

OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""

BUSY_LOOK_MS = 5
"""Between two tries of a write: SQLite's own waits grow to 100 ms, and turns are shorter."""

INTERRUPT_STEPS = 10_000
"""Steps of SQLite's machine after which a statement looks whether it is to end: a millisecond."""

PAGE_SIZE = 8192
"""Bytes: a page of 4096 leaves 4 % of itself empty behind posts of typical length."""

WRITER_CACHE_KIB = 32 * 1024
READER_CACHE_KIB = 4 * 1024

CHECKPOINT_PAGES = 4000
"""WAL pages (32 MB) between checkpoints: an index page that many posts touch is then
written back once. The WAL file itself is cut to this size again."""

_FOR_ALL = (
    "PRAGMA trusted_schema = OFF",  # a planted view or trigger must not call functions
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",  # nothing of the store in other files
)
_FOR_WRITER = (
    "PRAGMA secure_delete = ON",  # what is dropped is zeroed: subscriptions are private
    "PRAGMA fullfsync = ON",  # macOS: fsync alone does not reach the disk
    "PRAGMA checkpoint_fullfsync = ON",
    f"PRAGMA cache_size = -{WRITER_CACHE_KIB}",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
    f"PRAGMA journal_size_limit = {CHECKPOINT_PAGES * PAGE_SIZE}",
)
_FOR_READER = ("PRAGMA query_only = ON", f"PRAGMA cache_size = -{READER_CACHE_KIB}")


class Database:
    """An open store file. Opening makes it where it is missing, and migrates it."""

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        """`must_exist`: what is missing or empty is refused, and not made."""
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StoreError(
                _("this Python brings SQLite {sqlite_version}; sayso needs 3.37 or newer").format(
                    sqlite_version=sqlite3.sqlite_version
                )
            )
        self._set_up(path)
        make_file(path, must_exist=must_exist)
        with translated(path):
            self._writer = self._connect()
            try:
                _prepare(self._writer, path)
            except BaseException:
                self._writer.close()
                raise
        self._in_use.add(self._writer)

    def _set_up(self, path: Path) -> None:
        self.path = path
        self.unwritable: str | None = None
        """Why nothing can be written."""
        self.queue = WriteQueue(path)
        self.damaged: set[int] = set()
        """Entries that were found damaged, by arrival; see `Connection`."""
        self.proven: dict[int, int] = {}
        """Rows of entries that were found sound; see `Connection`."""
        # Re-entrant, so that a write inside a write is an error of SQLite and no deadlock.
        self._write_lock = threading.RLock()
        self._pool_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._in_use: set[sqlite3.Connection] = set()
        """The writer, and readers that are lent."""
        self._closed = False
        self._interrupted = threading.Event()
        self._durable: bool | None = None
        """The durability of the writer's commits now; None until the first."""

    @contextmanager
    def writing(self, *, durable: bool, background: bool = False) -> Iterator[sqlite3.Connection]:
        """Give a connection inside an exclusive transaction; commit, or roll back.

        `durable`: the commit returns after the disk has it. Otherwise a power cut may
        undo it, with everything after it, but never in part. `background`: nobody waits for it,
        so it gives way first to whoever does, and takes no more than a turn (`WriteQueue`).
        """
        if background:
            self.queue.give_way()
        going_first = nullcontext() if background else self.queue.announced()
        with going_first, self._transaction(durable) as db:
            yield db

    @contextmanager
    def _transaction(self, durable: bool) -> Iterator[sqlite3.Connection]:
        with self._write_lock, translated(self.path):
            db = self._open_writer()
            self._set_durable(db, durable)
            self._begin(db)
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def truncate_log(self) -> bool:
        """Move all of the log of writes into the file and cut it to nothing. False where somebody
        reads what was there before, and it stays."""
        with self._write_lock, translated(self.path):
            db = self._open_writer()
            busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    def _set_durable(self, db: sqlite3.Connection, durable: bool) -> None:
        if self._durable is not durable:
            db.execute("PRAGMA synchronous = FULL" if durable else "PRAGMA synchronous = NORMAL")
            self._durable = durable

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees one state of the store all through."""
        with translated(self.path):
            db = self._borrow()
            try:
                db.execute("BEGIN")
                yield db
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                self._give_back(db)

    def interrupt(self) -> None:
        """See `Store.interrupt`."""
        self._interrupted.set()
        with self._pool_lock:
            for db in self._in_use:
                with suppress(sqlite3.ProgrammingError):  # closed meanwhile
                    db.interrupt()

    def take_damaged(self) -> list[int]:
        """The entries that were found damaged since the last call."""
        found = list(self.damaged)
        self.damaged.difference_update(found)
        return found

    def size(self) -> int:
        """Bytes on disk: the file and what has not been moved into it yet."""
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Close what is not in use now, and the rest as it comes back; idempotent."""
        self._close_readers()
        with self._write_lock:
            self._writer.close()
        self.queue.close()

    def _close_readers(self) -> None:
        with self._pool_lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()

    def _open_writer(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreError(_("the store is closed"))
        return self._writer

    def _begin(self, db: sqlite3.Connection) -> None:
        """Begin a write, after those of other processes."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            if self._interrupted.is_set():
                raise StoreInterrupted
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() > deadline:
                    raise
            else:
                return

    def _borrow(self) -> sqlite3.Connection:
        db = self._take_idle() or self._new_reader()
        with self._pool_lock:
            self._in_use.add(db)
        return db

    def _take_idle(self) -> sqlite3.Connection | None:
        with self._pool_lock:
            if self._closed:
                raise StoreError(_("the store is closed"))
            if self._interrupted.is_set():
                raise StoreInterrupted
            return self._idle.pop() if self._idle else None

    def _new_reader(self) -> sqlite3.Connection:
        db = self._connect()
        for pragma in _FOR_READER:
            db.execute(pragma)
        return db

    def _give_back(self, db: sqlite3.Connection) -> None:
        with self._pool_lock:
            self._in_use.discard(db)
            if not self._closed:
                self._idle.append(db)
                return
        db.close()

    def _target(self) -> tuple[str, bool]:
        """The name to connect to, and whether it is a URI."""
        return str(self.path), False

    def _connect(self) -> Connection:
        # isolation_level None: transactions begin where this module says so.
        name, is_uri = self._target()
        db = sqlite3.connect(
            name,
            uri=is_uri,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )
        db.damaged = self.damaged
        db.proven = self.proven
        # `interrupt` of SQLite ends what runs at that moment. Of statements that are done at once
        # none may run then; this is asked again and again, over all of them.
        db.set_progress_handler(self._interrupted.is_set, INTERRUPT_STEPS)
        for pragma in _FOR_ALL:
            db.execute(pragma)
        checksum.install(db)
        return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    """Set the writer up; for a new file also page size, WAL mode and layout."""
    for pragma in _FOR_WRITER:
        db.execute(pragma)
    check_version(db, path)  # before anything is written: it may be somebody else's file
    db.execute(f"PRAGMA page_size = {PAGE_SIZE}")  # an empty file only takes it
    set_wal(db, path)
    migrate(db, path)
    db.execute(f"PRAGMA busy_timeout = {BUSY_LOOK_MS}")  # `_begin` waits from now on
