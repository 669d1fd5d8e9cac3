"""Verify a store on PostgreSQL from the bytes.

Nothing here trusts the code that wrote: ids, links, signatures and every index row are derived
again. The server's own files are its operator's: data checksums, which it compares whenever it
reads a page, and `pg_amcheck`, which walks through tables and indexes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

import psycopg

from sayso_protocol.crypto.keys import key_text

from ...index.body_facts import facts_of
from ...interface.records import CheckResult
from ...verification.feed_audit import UNREADABLE
from ..ingest import statement_ingest
from ..server.connection import Connection
from ..tables import feed_rows, log_rows, withheld_rows
from ..tables.accounts import look_rows
from ..tables.content import named_rows
from ..tables.feed_numbers import account_of
from ..tables.timeline import import_rows
from ..words import word_index
from . import retractions
from .audit import PostgresFeedAudit

MAX_ERRORS: Final = 1000
"""Lines kept: one damaged page breaks dozens of entries, and nobody reads more."""

PROGRESS_EVERY: Final = 1000

_ORIGINS: Final = "SELECT origin, arrival, feed, seq FROM origins"

_COUNTED: Final = (
    *("entries", "ids", "replies", "tags", "relations", "labels", "held", "edit_tags", "polls"),
)

_BODY: Final = "SELECT body FROM entries WHERE account = %s AND feed = %s AND seq = %s"


def check(db: Connection, account: bytes | None, progress: Callable[[int], None]) -> CheckResult:
    """See `Store.check`. Damage becomes an error line and never raises."""
    return _Check(db, progress).run(account)


class _Check:
    """One pass over the store: what it has counted and found."""

    def __init__(self, db: Connection, progress: Callable[[int], None]) -> None:
        self._db = db
        self._progress = progress
        self._errors: list[str] = []
        self._seen: Counter[str] = Counter()

    def run(self, account: bytes | None) -> CheckResult:
        words_error = None
        rows: list[feed_rows.FeedRow] = []
        self._collect("the feeds", _gather(rows, self._db, account))
        for row in rows:
            self._feed(row)
        if account is None:
            self._collect("the statements", statement_ingest.problems(self._db))
            self._collect("the indexes", _total_errors(self._db, self._seen))
            self._collect("the rules", withheld_rows.problems(self._db))
            self._collect("the retractions", retractions.problems(self._db))
            self._collect("the timelines", _timeline_errors(self._db))
            self._collect("the accounts", look_rows.problems(self._db))
            words_error = word_index.content_error(self._db)
        if words_error is not None:
            self._report(f"the index of words: {words_error}")
        self._progress(self._seen["entries"])
        damaged = words_error is not None
        return CheckResult(len(rows), self._seen["entries"], tuple(self._errors), damaged)

    def _feed(self, row: feed_rows.FeedRow) -> None:
        audit = PostgresFeedAudit(self._db, row)
        done = self._seen["entries"]

        def errors() -> Iterator[str]:
            for problems in audit:
                yield from problems
                if (done + audit.seen["entries"]) % PROGRESS_EVERY == 0:
                    self._progress(done + audit.seen["entries"])

        self._collect(f"feed {key_text(row.state.feed)}", errors())
        self._seen += audit.seen

    def _collect(self, what: str, lines: Iterator[str]) -> None:
        """Keep the lines; what breaks off the work is one more."""
        try:
            for line in lines:
                self._report(f"{what}: {line}")
        except (psycopg.DataError, *UNREADABLE) as error:
            self._report(f"{what}: {error}")

    def _report(self, line: str) -> None:
        if len(self._errors) < MAX_ERRORS:
            self._errors.append(" ".join(line.split()))


def _gather(rows: list[feed_rows.FeedRow], db: Connection, account: bytes | None) -> Iterator[str]:
    rows.extend(feed_rows.of_account(db, account))
    yield from ()


def _timeline_errors(db: Connection) -> Iterator[str]:
    for table in (named_rows, import_rows):
        yield from table.problems(db)


def _total_errors(db: Connection, seen: Counter[str]) -> Iterator[str]:
    """Find rows that no feed accounts for."""
    for table in _COUNTED:
        ((count,),) = db.rows(f"SELECT count(*) FROM {table}")  # noqa: S608 - fixed names
        if count != seen[table]:
            yield f"{table} has {count} rows, its feeds account for {seen[table]}"
    ((held, given),) = db.rows("SELECT entries, arrival FROM store")
    ((low, high, logged),) = db.rows(
        "SELECT min(arrival), max(last), sum(last - arrival + 1)::bigint FROM log"
    )
    if held != seen["entries"] or (logged or 0) != held:
        yield f"{held} entries are said to be held, {logged or 0} to have come"
    if (low or 1) < 1 or (high or 0) > given or log_rows.overlaps(db):
        yield "arrivals are not numbered from 1 on, each once"
    for origin, arrival, feed, seq in db.rows(_ORIGINS):
        row = db.row(_BODY, (account_of(feed), feed, seq))
        if row is None or row[0] is None or facts_of(row[0]).origin != origin:
            yield f"the origin of arrival {arrival} is not what its post says"
