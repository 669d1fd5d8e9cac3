"""The write-ahead log of a file (sqlite.org/wal.html), and waiting for whoever else uses it."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from sayso_protocol.translation import _

from ...interface.errors import StoreError

BUSY_SECONDS = 30.0
"""The time that a write waits for another process: longer than the largest batch takes."""


def is_busy(error: sqlite3.OperationalError) -> bool:
    """Whether another connection was in the way."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def set_wal(db: sqlite3.Connection, path: Path) -> None:
    """Switch a new file to WAL; the file remembers it.

    SQLite does not wait where another process is switching the same file just now.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
            break
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    if mode != "wal":
        raise StoreError(
            _("{path} lies on a file system without shared memory: use a local disk").format(
                path=path
            )
        )
