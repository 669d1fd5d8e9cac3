"""Connections and transactions of a store on PostgreSQL; nothing about posts.

One session of all front-ends writes at a time, under an advisory lock that ends with its
transaction. Readers have sessions of their own from a small pool, and see one state of the store
all through. Every connection may be used by any thread, by one at a time.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import psycopg
from psycopg import IsolationLevel, errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sayso_protocol.translation import _

from ...interface.errors import StoreError, StoreInterrupted
from . import primary
from .connection import Connection
from .errors import CommitUnsure, translated
from .layout import migrate
from .lock_holder import LockHolder

LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('sayso ' || current_schema(), 0))"
"""The store's own: two stores in one database have two."""

LOCK_TIMEOUT_MS: Final = 1000
"""How long a writer waits for the lock before it looks who has it."""

LISTENER: Final = "sayso node on "
"""How the name of the session begins by which a running node hears of others' writes; the schema
follows."""

ENTRIES: Final = "entries"
"""The notice that entries came: the log says which."""

OTHERS: Final = "others"
"""The notice that something else has changed."""

_NOTIFY: Final = "SELECT pg_notify('sayso ' || current_schema(), %s)"

_UNSAFE: Final = "01000"
"""The code of the warning with which a commit returns whose wait for a standby was cut short."""

_SYNC_EMPTY: Final = """
    SELECT pg_logical_emit_message(true, 'sayso', '')
    WHERE pg_current_xact_id_if_assigned() IS NULL"""
"""A transaction that wrote nothing waits for no standby. What it found to be there may be another's
whose wait was cut short; behind a record of its own in the log it waits for that as well."""

_NOT_YET: Final = re.compile(r"(\d+) are dead but not yet removable")
"""What the server says of old versions of rows that somebody may still see."""

_SETTINGS: Final = (
    f"SET lock_timeout = {LOCK_TIMEOUT_MS}",
    "SET synchronous_commit = on",
    "SET client_min_messages = warning",
    # All is looked up by index, whatever is known of how many rows there are, and at once.
    "SET enable_seqscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET jit = off",
)


class Database:
    """An open store. Opening makes the layout where it is missing, and brings it up to date."""

    def __init__(self, url: str) -> None:
        """`url` is one of libpq (postgresql.org/docs/current/libpq-connect.html). Raises
        `StoreError`."""
        shown_name = shown(url)
        self._url = primary.address(url)
        self.damaged: set[int] = set()
        """Entries that were found damaged, by arrival; see `Connection`."""
        self.proven: dict[int, int] = {}
        """Rows of entries that were found sound; see `Connection`."""
        self._write_lock = threading.RLock()
        self._pool_lock = threading.Lock()
        self._writer: Connection | None = None
        self._watcher: Connection | None = None
        self._idle: list[Connection] = []
        self._in_use: set[Connection] = set()
        self._is_closed = False
        self._interrupted = threading.Event()
        self._waiting = 0
        """Writers of the foreground that wait for their turn in this process."""
        self._is_committing = False
        self._patience = 0.0
        """Seconds for which a primary is waited for: an address that never answered may be
        wrong."""
        self.token = secrets.token_hex(8)
        """By which the notices of this object are known."""
        self.name = shown_name
        with self.writing() as db:
            migrate(db, self.name)
        self._patience = primary.PATIENCE_SECONDS

    @contextmanager
    def writing(
        self, *, background: bool = False, notice: str | None = OTHERS
    ) -> Iterator[Connection]:
        """Give a connection inside a transaction that holds the store's lock; commit, or roll
        back. A commit returns once it is safe, on the disk and on a standby where the server has
        one. `background`: nobody waits for it, so it lets others of this process go first. `notice`
        is what other nodes on the store are told; None where it is none of their business."""
        with self._turn(background=background), translated(self.name):
            db = self._begin()
            try:
                db.notice = notice
                yield db
                if db.notice is not None:
                    db.run(_NOTIFY, (f"{db.notice} {self.token}",))
                self._commit(db)
            except BaseException as error:
                self._end_writing(db, error)
                raise

    def is_wanted(self) -> bool:
        """Whether somebody in this process waits to write whom the background lets go first."""
        return bool(self._waiting)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the store all through."""
        with translated(self.name):
            db = self._borrow()
            try:
                yield db
            finally:
                self._give_back(db)

    def interrupt(self) -> None:
        """See `Store.interrupt`. A commit goes on: cancelled, what it has written would be
        seen by all before it is safe. Whoever cannot wait for a standby may kill the process."""
        self._interrupted.set()
        with self._pool_lock:
            in_use = [*self._in_use]
        for db in in_use:
            if db is self._writer and self._is_committing:
                continue
            with suppress(psycopg.Error):
                db.cancel_safe(timeout=2)

    def pause(self, seconds: float) -> None:
        """Wait before something is tried again, but not once the store is interrupted."""
        self._interrupted.wait(seconds)

    def vacuum(self, table: str) -> bool:
        """Take the old versions of rows out of a table. False where somebody may still see
        some."""
        unclean: list[str] = []

        def note(diagnostic: psycopg.errors.Diagnostic) -> None:
            found = _NOT_YET.search(diagnostic.message_primary or "")
            if found is not None and int(found[1]):
                unclean.append(found[1])

        with translated(self.name), self._connect() as db:
            db.autocommit = True
            db.execute("SET client_min_messages = info")
            db.add_notice_handler(note)
            statement = "VACUUM (VERBOSE, INDEX_CLEANUP ON, TRUNCATE OFF) {}"
            db.execute(sql.SQL(statement).format(sql.Identifier(table)))
        return not unclean

    def take_damaged(self) -> list[int]:
        """The entries that were found damaged since the last call."""
        found = list(self.damaged)
        self.damaged.difference_update(found)
        return found

    def close(self) -> None:
        """Close what is not in use now, and the rest as it comes back; idempotent."""
        with self._pool_lock:
            self._is_closed = True
        self._end_idle()
        with self._write_lock:
            for db in (self._writer, self._watcher):
                if db is not None:
                    db.close()
            self._writer = self._watcher = None

    # --- writing -------------------------------------------------------------------------------

    @contextmanager
    def _turn(self, *, background: bool) -> Iterator[None]:
        if background:
            with self._write_lock:
                yield
            return
        with self._pool_lock:
            self._waiting += 1
        try:
            self._write_lock.acquire()
        finally:
            with self._pool_lock:
                self._waiting -= 1
        try:
            yield
        finally:
            self._write_lock.release()

    def _begin(self) -> Connection:
        """The writer in a transaction, once the lock is its own."""
        end = time.monotonic() + primary.PATIENCE_SECONDS
        holder = LockHolder()
        while time.monotonic() < end:
            self._check_open()
            db = self._open_writer()
            try:
                db.run(LOCK)
            except errors.LockNotAvailable:
                db.rollback()
                self._look_at(holder)
            except psycopg.OperationalError as error:  # the server went while this was idle
                if not db.broken:
                    raise
                self._end_writing(db, error)
            else:
                return db
        raise StoreError(
            _("another node keeps {path} locked: try again when it is done").format(path=self.name)
        )

    def _look_at(self, holder: LockHolder) -> None:
        if self._watcher is None or not primary.is_alive(self._watcher):
            self._watcher = self._connect()
            self._watcher.autocommit = True
        holder.end_if_silent(self._watcher)

    def _open_writer(self) -> Connection:
        if self._writer is not None and not primary.is_alive(self._writer):
            self._drop_writer()
        if self._writer is None:
            self._writer = self._connect()
            self._writer.isolation_level = IsolationLevel.READ_COMMITTED
            with self._pool_lock:
                self._in_use.add(self._writer)
        return self._writer

    def _commit(self, db: Connection) -> None:
        unsafe: list[str] = []

        def note(diagnostic: psycopg.errors.Diagnostic) -> None:
            if diagnostic.sqlstate == _UNSAFE:
                unsafe.append(diagnostic.message_primary or "")

        db.add_notice_handler(note)
        self._is_committing = True
        try:
            db.run(_SYNC_EMPTY)
            db.commit()
        finally:
            self._is_committing = False
            db.remove_notice_handler(note)
        if unsafe:
            raise CommitUnsure(f"{self.name}: {unsafe[0]}")

    def _end_writing(self, db: Connection, error: BaseException) -> None:
        with suppress(psycopg.Error):
            db.rollback()
        # A primary that became a standby takes no more writes, and says so.
        if db.broken or db.closed or isinstance(error, errors.ReadOnlySqlTransaction):
            self._drop_writer()

    def _drop_writer(self) -> None:
        with self._pool_lock:
            self._in_use -= {self._writer}
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._end_idle()

    def _end_idle(self) -> None:
        """The server may be the primary no more: what reads has to look for it anew as well."""
        with self._pool_lock:
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()

    # --- reading -------------------------------------------------------------------------------

    def _borrow(self) -> Connection:
        self._check_open()
        with self._pool_lock:
            db = self._idle.pop() if self._idle else None
        if db is None or not primary.is_alive(db):
            self._end_idle()
            db = self._connect()
            db.isolation_level = IsolationLevel.REPEATABLE_READ
            db.read_only = True
        with self._pool_lock:
            self._in_use.add(db)
        return db

    def _give_back(self, db: Connection) -> None:
        with suppress(psycopg.Error):
            db.rollback()
        with self._pool_lock:
            self._in_use.discard(db)
            if not (self._is_closed or db.closed):
                self._idle.append(db)
                return
        db.close()

    def _check_open(self) -> None:
        if self._is_closed:
            raise StoreError(_("the store is closed"))
        if self._interrupted.is_set():
            raise StoreInterrupted

    def connect(self, name: str, patience: float = 0.0) -> Connection:
        """A session of its own, outside any transaction, under a name. `patience`: see
        `primary.connect`."""
        return primary.connect(self._url, name, patience=patience, given_up=self._interrupted)

    def _connect(self) -> Connection:
        db = self.connect("sayso", self._patience)
        for setting in _SETTINGS:
            db.execute(setting.encode())
        db.autocommit = False
        db.damaged = self.damaged
        db.proven = self.proven
        return db


def shown(url: str) -> str:
    """The name of a store for people: its address without user, password and options."""
    try:
        known = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise StoreError(
            _(
                "{url} is no address of a PostgreSQL database: write postgresql://HOST/DATABASE"
            ).format(url=url.partition("@")[2] or url)
        ) from error
    kept = {key: known[key] for key in ("host", "port", "dbname") if known.get(key)}
    return make_conninfo("", **kept)
