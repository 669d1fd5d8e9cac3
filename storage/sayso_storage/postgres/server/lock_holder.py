"""Whoever holds the store's lock and has fallen silent.

A process that is frozen, or whose machine is gone, within a COPY keeps the lock for ever: neither
`statement_timeout`, `idle_in_transaction_session_timeout` nor `client_connection_check_interval`
ends such a session. So those who wait for the lock do.
"""

from __future__ import annotations

import time
from typing import Any, Final

from .connection import Connection

SILENT_SECONDS: Final = 3.0
"""After so long without a word the holder's session is ended. Between two statements a writer
computes for some tenths of a second at most."""

_HOLDER: Final = """
    SELECT a.pid, a.backend_start, a.state_change, coalesce(c.bytes_processed, 0),
        a.wait_event_type = 'Client'
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        LEFT JOIN pg_stat_progress_copy c USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid()
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint)
            = hashtextextended('sayso ' || current_schema(), 0)"""

_END: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid = %s AND backend_start = %s AND state_change = %s AND wait_event_type = 'Client'"""
"""Never one that waits for a standby: its rows would become visible without being safe."""


class LockHolder:
    """The holder as one waiting writer sees it, time after time."""

    def __init__(self) -> None:
        self._seen: tuple[Any, ...] | None = None
        self._since = 0.0

    def end_if_silent(self, db: Connection) -> bool:
        """Look at the holder, and end its session where it waits for its client and has done so
        for `SILENT_SECONDS` of looking. True where it was ended."""
        found = db.row(_HOLDER)
        if found is None or not found[-1]:
            self._seen = None
            return False
        if found != self._seen:
            self._seen, self._since = found, time.monotonic()
            return False
        if time.monotonic() - self._since < SILENT_SECONDS:
            return False
        self._seen = None
        return bool(db.rows(_END, found[:3]))
