"""Timelines of all who are followed, read from the line of time.

Of a row of somebody who is not followed only the feed is looked at: 0.14 µs, where a feed that is
walked (timeline.py) takes some 45. So no more rows are looked at than walking would cost: who
follows one feed of thousands, or feeds that fell silent long ago, is served by walks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from heapq import merge
from typing import Final

from ...index.kinds import REPOST_CODE, SHOWN_CODES
from ...interface.records import Place, TimelineQuery
from ..tables.accounts import shown_rows
from ..tables.timeline import line_rows
from .reposts import SUPERSEDED, CountingReposts

MOST_BEHIND: Final = 2000
"""Entries that may have come since the line was filled last; with more, walks are faster."""

ROWS_A_FEED: Final = 300
"""Rows that may be looked at for each feed that would be walked otherwise."""

_KIND = f"e.kind, e.feed, e.kind = {REPOST_CODE} AND {SUPERSEDED}"

_PLACES = f"""
    SELECT l.sort_ms, l.seq, l.arrival, {_KIND}
    FROM (SELECT sort_ms, seq, arrival, feed FROM line
        WHERE (sort_ms, seq, arrival) < (?, ?, ?) AND sort_ms >= ?
        ORDER BY sort_ms DESC, seq DESC, arrival DESC LIMIT ?) l
    CROSS JOIN shown s ON s.feed = l.feed
    CROSS JOIN entries e ON e.arrival = l.arrival"""  # noqa: S608 - fixed text

_LATE = f"""
    SELECT e.sort_ms, e.seq, e.arrival, {_KIND}
    FROM entries e NOT INDEXED CROSS JOIN shown s ON s.feed = e.feed
    WHERE e.arrival > ? AND e.kind IN ({SHOWN_CODES})
        AND (e.sort_ms, e.seq, e.arrival) < (?, ?, ?) AND e.sort_ms >= ?
    ORDER BY e.sort_ms DESC, e.seq DESC, e.arrival DESC"""  # noqa: S608

_IS_MORE = """
    SELECT 1 FROM line WHERE (sort_ms, seq, arrival) < (?, ?, ?) AND sort_ms >= ?
    ORDER BY sort_ms DESC, seq DESC, arrival DESC LIMIT 1 OFFSET ?"""

_Found = tuple[int, int, int, int, int, int | None]
"""A place, then the kind, the feed, and whether its own feed says something later of it."""


def places(db: sqlite3.Connection, query: TimelineQuery, before: Place) -> list[Place] | None:
    """The places of a timeline, newest first; None where walks are to answer."""
    if line_rows.waiting(db) > MOST_BEHIND:
        return None
    span = (*before, query.since_ms or 0)
    most = max(ROWS_A_FEED * shown_rows.count(db), 2 * query.limit)
    rows: Iterator[_Found] = db.execute(_PLACES, (*span, most))
    late: list[_Found] = db.execute(_LATE, (line_rows.mark(db), *span)).fetchall()
    found = _first(db, merge(late, rows, key=lambda row: row[:3], reverse=True), query.limit)
    if len(found) < query.limit and db.execute(_IS_MORE, (*span, most)).fetchone() is not None:
        return None
    return found


def _first(db: sqlite3.Connection, rows: Iterator[_Found], limit: int) -> list[Place]:
    found: list[Place] = []
    reposts = CountingReposts(db)
    for *place, kind, feed, superseded in rows:
        if len(found) >= limit:
            break
        sort_ms, seq, arrival = place
        if kind != REPOST_CODE or (not superseded and reposts.counts(feed, seq)):
            found.append((sort_ms, seq, arrival))
    return found
