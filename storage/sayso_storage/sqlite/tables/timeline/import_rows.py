"""Imports as rows, inside the caller's transaction; `imported_posts` says what they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

from ....index.body_facts import facts_of
from ....index.imported_posts import PAUSE_MS, Import, joined, one_post
from ....index.kinds import ORIGINALS

COLUMN_NAMES: Final = (
    "feed, first, last, first_ms, last_ms, sort_ms, arrival, entries, from_ms, to_ms"
)

_INSERT = f"INSERT INTO imports ({COLUMN_NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608

_NEAR = f"""
    SELECT {COLUMN_NAMES} FROM imports
    WHERE feed = ? AND last_ms >= ? AND first_ms <= ?"""  # noqa: S608

_DELETE = "DELETE FROM imports WHERE feed = ? AND first = ?"

_POSTS = f"""
    SELECT e.seq, e.time_ms, e.clamped_ms, e.arrival, e.body,
        (SELECT arrived_ms FROM batches WHERE first <= e.arrival ORDER BY first DESC LIMIT 1)
    FROM entries e INDEXED BY entries_clamped
    WHERE e.feed = ? AND e.clamped_ms IS NOT NULL AND e.kind IN (1, 2, 1113488674)
        AND e.kind IN ({", ".join(map(str, ORIGINALS))})
    ORDER BY e.seq"""  # noqa: S608

_FEEDS = """
    SELECT DISTINCT feed FROM entries INDEXED BY entries_clamped
    WHERE clamped_ms IS NOT NULL AND kind IN (1, 2, 1113488674)"""


_NOTED = "SELECT DISTINCT feed FROM imports"


def note(db: sqlite3.Connection, posts: Iterable[Import]) -> None:
    """Enter posts of any feeds that have just come."""
    for feed, some in groupby(sorted(posts), key=itemgetter(0)):
        new = joined(some)
        span = new[0].first_ms - PAUSE_MS, new[-1].last_ms + PAUSE_MS
        old = [Import(*row) for row in db.execute(_NEAR, (feed, *span))]
        db.executemany(_DELETE, [(feed, one.first) for one in old])
        db.executemany(_INSERT, joined([*old, *new]))


def renew(db: sqlite3.Connection, feeds: Iterable[int]) -> None:
    """Make the rows of feeds anew, as after posts were removed."""
    for feed in feeds:
        if db.execute("DELETE FROM imports WHERE feed = ?", (feed,)).rowcount:
            db.executemany(_INSERT, of_feed(db, feed))


def fill(db: sqlite3.Connection) -> None:
    """Enter all that is held, into a table without rows."""
    for (feed,) in db.execute(_FEEDS).fetchall():
        db.executemany(_INSERT, of_feed(db, feed))


def of_feed(db: sqlite3.Connection, feed: int) -> list[Import]:
    """The imports of a feed, from its entries."""
    return joined(_posts(db, feed))


def problems(db: sqlite3.Connection) -> Iterator[str]:
    """One line where the rows are not what entries say."""
    feeds = {feed for query in (_FEEDS, _NOTED) for (feed,) in db.execute(query)}
    wanted = {one for feed in feeds for one in of_feed(db, feed)}
    if wanted != set(db.execute(f"SELECT {COLUMN_NAMES} FROM imports")):  # noqa: S608
        yield "the imports are not what posts say"


def _posts(db: sqlite3.Connection, feed: int) -> Iterator[Import]:
    for seq, time_ms, clamped_ms, arrival, body, arrived_ms in db.execute(_POSTS, (feed,)):
        if body is not None and facts_of(body).is_imported(time_ms, arrived_ms):
            yield one_post(feed, seq, time_ms, arrived_ms, arrival, clamped_ms)
