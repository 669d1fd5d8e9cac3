"""Imports: posts of a feed that sort by the time of their writing, as lines for timelines.

Imported posts of a feed that were signed without a pause of an hour are one import. So what rows
say follows from the entries that are held, whatever the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple

from ....index.body_facts import facts_of
from ....index.kinds import ORIGINALS
from ...server.connection import Connection
from ..feed_numbers import account_of

PAUSE_MS: Final = 3_600_000
"""The time without an imported post after which the next one begins another import."""

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


class Import(NamedTuple):
    """A row; `first` and `last` are numbers of posts, `sort_ms` and `arrival` those of the last,
    where it would stand by its signed time."""

    feed: int
    first: int
    last: int
    first_ms: int
    last_ms: int
    sort_ms: int
    arrival: int
    entries: int
    from_ms: int
    to_ms: int


def one_post(
    feed: int, seq: int, time_ms: int, arrived_ms: int, arrival: int, written_ms: int
) -> Import:
    """The import that one post is by itself."""
    sort_ms = min(time_ms, arrived_ms)
    return Import(feed, seq, seq, time_ms, time_ms, sort_ms, arrival, 1, written_ms, written_ms)


def joined(posts: Iterable[Import]) -> list[Import]:
    """Imports of one feed that are near each other, as one."""
    found: list[Import] = []
    for one in sorted(posts, key=attrgetter("first")):
        if found and one.first_ms - found[-1].last_ms <= PAUSE_MS:
            found[-1] = _as_one(found[-1], one)
        else:
            found.append(one)
    return found


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


def _as_one(one: Import, other: Import) -> Import:
    """Two that are near each other; posts of one may lie among those of the other."""
    top = max(one, other, key=attrgetter("last"))
    return Import(
        one.feed,
        min(one.first, other.first),
        top.last,
        min(one.first_ms, other.first_ms),
        top.last_ms,
        top.sort_ms,
        top.arrival,
        one.entries + other.entries,
        min(one.from_ms, other.from_ms),
        max(one.to_ms, other.to_ms),
    )
