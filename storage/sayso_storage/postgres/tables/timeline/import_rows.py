"""Imports as rows, inside the caller's transaction; `imported_posts` says what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

from ....index.body_facts import facts_of
from ....index.imported_posts import PAUSE_MS, Import, joined, one_post
from ....index.kinds import ORIGINALS
from ...server.connection import Connection
from ..feed_numbers import account_of

COLUMN_NAMES: Final = (
    "feed, first, last, first_ms, last_ms, sort_ms, arrival, entries, from_ms, to_ms"
)

_INSERT: Final = f"""
    INSERT INTO imports (account, {COLUMN_NAMES})
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""  # noqa: S608 - fixed names

_NEAR: Final = f"""
    SELECT {COLUMN_NAMES} FROM imports
    WHERE account = %s AND feed = %s AND last_ms >= %s AND first_ms <= %s"""  # noqa: S608

_DELETE: Final = "DELETE FROM imports WHERE account = %s AND feed = %s AND first = %s"

_POSTS: Final = """
    SELECT seq, time_ms, sort_ms, arrival, body, arrived_ms FROM entries
    WHERE account = %s AND feed = %s AND kind = ANY(%s) AND sort_ms < least(time_ms, arrived_ms)
    ORDER BY seq"""

_FEEDS: Final = """
    SELECT DISTINCT feed FROM entries
    WHERE kind = ANY(%s) AND sort_ms < least(time_ms, arrived_ms)"""

_NOTED: Final = "SELECT DISTINCT feed FROM imports"


def note(db: Connection, posts: Iterable[Import]) -> None:
    """Enter posts of any feeds that have just come."""
    for feed, some in groupby(sorted(posts), key=itemgetter(0)):
        new, account = joined(some), account_of(feed)
        span = new[0].first_ms - PAUSE_MS, new[-1].last_ms + PAUSE_MS
        old = [Import(*row) for row in db.rows(_NEAR, (account, feed, *span))]
        db.run_each(_DELETE, [(account, feed, one.first) for one in old])
        _insert(db, joined([*old, *new]))


def renew(db: Connection, feeds: Iterable[int]) -> None:
    """Make the rows of feeds anew, as after posts were removed."""
    for feed in feeds:
        query = "DELETE FROM imports WHERE account = %s AND feed = %s"
        if db.change(query, (account_of(feed), feed)):
            _insert(db, of_feed(db, feed))


def of_feed(db: Connection, feed: int) -> list[Import]:
    """The imports of a feed, from its entries."""
    return joined(_posts(db, feed))


def problems(db: Connection) -> Iterator[str]:
    """One line where the rows are not what entries say."""
    feeds = {feed for (feed,) in (*db.rows(_FEEDS, ([*ORIGINALS],)), *db.rows(_NOTED))}
    wanted = {one for feed in feeds for one in of_feed(db, feed)}
    if wanted != set(db.rows(f"SELECT {COLUMN_NAMES} FROM imports")):  # noqa: S608
        yield "the imports are not what posts say"


def _insert(db: Connection, rows: Iterable[Import]) -> None:
    db.run_each(_INSERT, [(account_of(one.feed), *one) for one in rows])


def _posts(db: Connection, feed: int) -> Iterator[Import]:
    values = account_of(feed), feed, [*ORIGINALS]
    for seq, time_ms, sort_ms, arrival, body, arrived_ms in db.rows(_POSTS, values):
        if body is not None and facts_of(body).is_imported(time_ms, arrived_ms):
            yield one_post(feed, seq, time_ms, arrived_ms, arrival, sort_ms)
