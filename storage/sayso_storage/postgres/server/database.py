"""Connections and transactions of a store on PostgreSQL; nothing about posts.

One session of all front-ends writes at a time, under an advisory lock that ends with its
transaction. Readers have sessions of their own from a small pool, and see one state of the store
all through. Every connection may be used by any thread, by one at a time.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import psycopg
from psycopg import IsolationLevel, errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sayso_protocol.translation import _

from ...interface.errors import StoreError, StoreInterrupted
from .connection import Connection
from .errors import CommitUnsure, translated
from .layout import migrate

LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('sayso ' || current_schema(), 0))"
"""The store's own: two stores in one database have two."""

LOCK_TIMEOUT_MS: Final = 1500
"""How long a writer waits for the lock before it looks who has it."""

LISTENER: Final = "sayso node on "
"""How the name of the session begins by which a running node hears of others' writes; the schema
follows."""

ENTRIES: Final = "entries"
"""The notice that entries came: the log says which."""

OTHERS: Final = "others"
"""The notice that something else has changed."""

_NOTIFY: Final = "SELECT pg_notify('sayso ' || current_schema(), %s)"

STUCK_SECONDS: Final = 2
"""After so long in a transaction whoever holds the lock and waits for a silent client is ended:
none of the server's own limits ends a session that hangs in COPY."""

MOST_TRIES: Final = 20
"""Times that the lock is waited for."""

_END_STUCK: Final = """
    SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid()
        AND (l.classid::bigint << 32 | l.objid::bigint)
            = hashtextextended('sayso ' || current_schema(), 0)
        AND a.wait_event_type = 'Client'
        AND a.xact_start < clock_timestamp() - make_interval(secs => %s)"""
"""Never one that waits for a standby: its rows would become visible without being safe."""

_UNSAFE: Final = "01000"
"""The code of the warning with which a commit returns whose wait for a standby was cut short."""

_NOT_YET: Final = re.compile(r"(\d+) are dead but not yet removable")
"""What the server says of old versions of rows that somebody may still see."""

_SETTINGS: Final = (
    f"SET lock_timeout = {LOCK_TIMEOUT_MS}",
    "SET synchronous_commit = on",
    "SET client_min_messages = warning",
)


class Database:
    """An open store. Opening makes the layout where it is missing, and brings it up to date."""

    def __init__(self, url: str) -> None:
        """`url` is one of libpq (postgresql.org/docs/current/libpq-connect.html). Raises
        `StoreError`."""
        self._url = url
        self.damaged: set[int] = set()
        """Entries that were found damaged, by arrival; see `Connection`."""
        self.proven: dict[int, int] = {}
        """Rows of entries that were found sound; see `Connection`."""
        self._write_lock = threading.RLock()
        self._pool_lock = threading.Lock()
        self._writer: Connection | None = None
        self._idle: list[Connection] = []
        self._in_use: set[Connection] = set()
        self._is_closed = False
        self._interrupted = threading.Event()
        self._waiting = 0
        """Writers of the foreground that wait for their turn in this process."""
        self.token = secrets.token_hex(8)
        """By which the notices of this object are known."""
        self.name = shown(url)
        with self.writing() as db:
            migrate(db, self.name)

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
            except BaseException:
                self._end_writing(db)
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
        """See `Store.interrupt`."""
        self._interrupted.set()
        with self._pool_lock:
            in_use = [*self._in_use]
        for db in in_use:
            with suppress(psycopg.Error):
                db.cancel_safe(timeout=2)

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
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()
        with self._write_lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

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
        for _try in range(MOST_TRIES):
            self._check_open()
            db = self._open_writer()
            try:
                db.run(LOCK)
            except errors.LockNotAvailable:
                db.rollback()
                self._end_stuck()
                continue
            return db
        raise StoreError(
            _("another node keeps {path} locked: try again when it is done").format(path=self.name)
        )

    def _end_stuck(self) -> None:
        with self.connect("sayso") as db:
            db.execute(_END_STUCK, (STUCK_SECONDS,))

    def _open_writer(self) -> Connection:
        if self._writer is None or self._writer.closed:
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
        try:
            db.commit()
        finally:
            db.remove_notice_handler(note)
        if unsafe:
            raise CommitUnsure(f"{self.name}: {unsafe[0]}")

    def _end_writing(self, db: Connection) -> None:
        with suppress(psycopg.Error):
            db.rollback()
        if db.broken or db.closed:
            with self._pool_lock:
                self._in_use.discard(db)
            db.close()
            self._writer = None

    # --- reading -------------------------------------------------------------------------------

    def _borrow(self) -> Connection:
        self._check_open()
        with self._pool_lock:
            db = self._idle.pop() if self._idle else None
        if db is None or db.closed:
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

    def connect(self, name: str) -> Connection:
        """A session of its own, outside any transaction, under a name."""
        return Connection.connect(self._url, autocommit=True, application_name=name)

    def _connect(self) -> Connection:
        db = self.connect("sayso")
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
