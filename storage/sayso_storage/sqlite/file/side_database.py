"""Small databases beside the store, as that of letters: one connection, and files in which nothing
is left of a row that was deleted."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sayso_protocol.translation import _

from ...interface.errors import StoreDamaged, StoreError, StoreTooNew
from .errors import SIDE_WAY_BACK, translated
from .migrate import statements
from .store_file import make_file
from .wal import BUSY_SECONDS, set_wal

PAGE_SIZE = 4096
"""Bytes: rows are small, and whoever deletes one overwrites its page."""

TRUNCATE_MS = 500
"""The time that clearing the log waits for whoever reads; it can be tried again later."""

_PRAGMAS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA temp_store = MEMORY",  # nothing of it in other files
    "PRAGMA secure_delete = ON",
    "PRAGMA fullfsync = ON",  # macOS: fsync alone does not reach the disk
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA synchronous = FULL",
)


class SideDatabase:
    """An open file, made where it is missing. Any thread may use it, one at a time; other
    processes may use the file as well."""

    def __init__(self, path: Path, application_id: int, layouts: Sequence[str]) -> None:
        """`layouts`: scripts of SQL, each of which brings the file from the number before its own
        to its own; they never change once a file was made by them. Raises `StoreError`."""
        self.path = path
        self._lock = threading.RLock()
        self._closed = False
        make_file(path, must_exist=False)
        with translated(path, SIDE_WAY_BACK):
            self._db = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(application_id, layouts)
            except BaseException:
                self._db.close()
                raise

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside an exclusive transaction, which is on the disk when this
        ends, or never was. Within another one it is a part of that."""
        with self._using("BEGIN IMMEDIATE") as db:
            yield db

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection with one state of the file all through."""
        with self._using("BEGIN") as db:
            yield db

    def truncate_log(self) -> bool:
        """Move all of the log of writes into the file and cut it to nothing: what was deleted is in
        no file then. False where somebody reads what was there before, and it stays."""
        with self._lock, translated(self.path, SIDE_WAY_BACK):
            self._check_open()
            self._db.execute(f"PRAGMA busy_timeout = {TRUNCATE_MS}")
            busy, _log, _moved = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._db.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            return not busy

    def close(self) -> None:
        """Close it; idempotent."""
        with self._lock:
            self._closed = True
            self._db.close()

    @contextmanager
    def _using(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, translated(self.path, SIDE_WAY_BACK):
            self._check_open()
            with nullcontext() if self._db.in_transaction else self._transaction(begin):
                yield self._db

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._db.execute(begin)
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(_("the store is closed"))

    def _prepare(self, application_id: int, layouts: Sequence[str]) -> None:
        for pragma in _PRAGMAS:
            self._db.execute(pragma)
        self._version(application_id, layouts)  # before anything is written
        self._db.execute(f"PRAGMA page_size = {PAGE_SIZE}")  # an empty file only takes it
        set_wal(self._db, self.path)
        self._db.execute("BEGIN IMMEDIATE")
        for script in layouts[self._version(application_id, layouts) :]:
            for statement in statements(script):
                self._db.execute(statement)
        self._db.execute(f"PRAGMA application_id = {application_id}")
        self._db.execute(f"PRAGMA user_version = {len(layouts)}")
        self._db.execute("COMMIT")

    def _version(self, application_id: int, layouts: Sequence[str]) -> int:
        """The number of the file's layout, 0 for an empty one."""
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        (mark,) = self._db.execute("PRAGMA application_id").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if mark != application_id and (mark or version or tables):
            raise StoreDamaged(
                _("{path} is a SQLite file, but not a sayso store: choose another place").format(
                    path=self.path
                )
            )
        if version > len(layouts):
            raise StoreTooNew(
                _(
                    "{path} was written by a later sayso (layout {version}, this one knows "
                    "{known}): install the newer sayso again; nothing was changed"
                ).format(path=self.path, version=version, known=len(layouts))
            )
        return int(version)
