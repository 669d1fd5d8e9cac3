"""Hearing of what other processes write: the log is the truth, and a notice says when to look.

A notice may be lost, with the session that listens: then the log is looked at all the same.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Final

import psycopg
from psycopg import sql

from ..interface.records import Changes
from .server.connection import Connection
from .server.database import ENTRIES, LISTENER, Database
from .server.errors import translated
from .tables import feed_rows, log_rows

MOST_OWN: Final = 10_000
"""Stretches written here that are remembered until they are seen in the log."""


class Listener:
    """See the module. `wait` is called by one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._session: Connection | None = None
        self._seen: int | None = None
        """The place up to which the log was looked at."""
        self._turn = threading.Lock()
        self._own: dict[int, int] = {}
        """The last places of stretches that were written here, by their first."""

    def note_own(self, first: int, last: int) -> None:
        """These places in the order of arrival were given here."""
        with self._turn:
            if len(self._own) < MOST_OWN and self._seen is not None:
                self._own[first] = last

    def wait(self, patience: float) -> Changes:
        """See `Store.changes_elsewhere`. Raises `StoreError`."""
        with translated(self._database.name):
            is_new = self._session is None or self._session.closed
            session = self._listen() if is_new else self._session
            assert session is not None
            try:
                told = [] if is_new else self._notices(session, patience)
            except psycopg.Error:
                session.close()
                raise
        # Before it listened, anything may have changed.
        others = is_new or any(kind != ENTRIES for kind in told)
        is_more = is_new or bool(told)
        return Changes(self._new_feeds() if is_more else [], others)

    def close(self) -> None:
        """End the session; idempotent."""
        if self._session is not None:
            with suppress(psycopg.Error):
                self._session.close()

    def _listen(self) -> Connection:
        session = self._database.connect(LISTENER)
        ((schema,),) = session.rows("SELECT current_schema()")
        session.run("SELECT set_config('application_name', %s, false)", (f"{LISTENER}{schema}",))
        session.execute(sql.SQL("LISTEN {}").format(sql.Identifier(f"sayso {schema}")))
        self._session = session
        return session

    def _notices(self, session: Connection, patience: float) -> list[str]:
        """The kinds of what others tell, after the first what came with it."""
        told: list[str] = []
        for notice in session.notifies(timeout=patience, stop_after=1):
            kind, _, token = notice.payload.partition(" ")
            if token != self._database.token:
                told.append(kind)
        return told

    def _new_feeds(self) -> list[bytes]:
        with self._database.reading() as db:
            last = log_rows.last_arrival(db)
            if self._seen is None:
                self._seen = last
                return []
            rows = log_rows.since(db, self._seen)
            with self._turn:
                feeds = {feed for first, feed in rows if first not in self._own}
                self._own = {first: end for first, end in self._own.items() if end > last}
            self._seen = max(self._seen, last)
            return feed_rows.keys_of(db, sorted(feeds))
