"""Verify a SQLite store from the bytes.

Nothing here trusts the code that wrote: ids, links, signatures and every index row are
derived again. What nobody signed is covered by check sums; pages by SQLite's own check.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator

from sayso_protocol.crypto.keys import key_text

from ...index.body_facts import facts_of
from ...interface.records import CheckResult
from ...verification.feed_audit import UNREADABLE
from ..file.migrate import expected_layout, layout
from ..ingest import statement_ingest
from ..ingest.removal import last_place
from ..sql import checksum
from ..tables import feed_rows, withheld_rows
from ..tables.accounts import look_rows, shown_rows
from ..tables.content import named_rows
from ..tables.timeline import import_rows, line_rows
from ..words import word_index
from . import retractions
from .audit import SqliteFeedAudit

MAX_ERRORS = 1000
"""Lines kept: one damaged page breaks dozens of entries, and nobody reads more."""

PROGRESS_EVERY = 1000

_ORIGINS = """
    SELECT o.origin, o.arrival, e.body
    FROM origins o LEFT JOIN entries e ON e.arrival = o.arrival"""


def check(
    db: sqlite3.Connection,
    account: bytes | None,
    progress: Callable[[int], None],
    words_error: str | None,
) -> CheckResult:
    """See `Store.check`. Damage becomes an error line and never raises. `words_error` is what
    is known to be wrong with the index of words."""
    return _Check(db, progress).run(account, words_error)


class _Check:
    """One pass over the store: what it has counted and found."""

    def __init__(self, db: sqlite3.Connection, progress: Callable[[int], None]) -> None:
        self._db = db
        self._progress = progress
        self._errors: list[str] = []
        self._seen: Counter[str] = Counter()

    def run(self, account: bytes | None, words_error: str | None) -> CheckResult:
        self._collect("the file", _file_errors(self._db))
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
            words_error = words_error or word_index.content_error(self._db)
        if words_error is not None:
            self._report(f"the index of words: {words_error}")
        self._progress(self._seen["entries"])
        damaged = words_error is not None
        return CheckResult(len(rows), self._seen["entries"], tuple(self._errors), damaged)

    def _feed(self, row: feed_rows.FeedRow) -> None:
        audit = SqliteFeedAudit(self._db, row)
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
        except (sqlite3.Error, *UNREADABLE) as error:
            self._report(f"{what}: {error}")

    def _report(self, line: str) -> None:
        if len(self._errors) < MAX_ERRORS:
            self._errors.append(" ".join(line.split()))


def _file_errors(db: sqlite3.Connection) -> Iterator[str]:
    for (line,) in db.execute(f"PRAGMA integrity_check({MAX_ERRORS})"):
        if line != "ok":
            yield line
    for table, row, *_ in db.execute("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} names what is not there"
    if layout(db) != expected_layout():
        yield "the layout of its tables is not the one that was written"
    yield from checksum.broken(db)


def _gather(
    rows: list[feed_rows.FeedRow], db: sqlite3.Connection, account: bytes | None
) -> Iterator[str]:
    rows.extend(feed_rows.of_account(db, account))
    yield from ()


def _timeline_errors(db: sqlite3.Connection) -> Iterator[str]:
    for table in (line_rows, shown_rows, named_rows, import_rows):
        yield from table.problems(db)


def _total_errors(db: sqlite3.Connection, seen: Counter[str]) -> Iterator[str]:
    """Find rows that no feed accounts for."""
    for table in (
        "entries",
        "absent",
        "replies",
        "tags",
        "acts",
        "labels",
        "held",
        "edit_tags",
        "polls",
    ):
        (count,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - fixed names
        if count != seen[table]:
            yield f"{table} has {count} rows, its feeds account for {seen[table]}"
    (low,) = db.execute("SELECT min(arrival) FROM entries").fetchone()
    (gone,) = db.execute("SELECT coalesce(sum(count), 0) FROM removed").fetchone()
    if last_place(db) != seen["entries"] + gone or (low is not None and low < 1):
        yield "arrivals are not numbered from 1 on, those of removed entries included"
    for origin, arrival, body in db.execute(_ORIGINS):
        if body is None or facts_of(body).origin != origin:
            yield f"the origin of arrival {arrival} is not what its post says"
