"""Imports as lines of timelines."""

from __future__ import annotations

import sqlite3

from ...interface.records import ImportedPosts, TimelineQuery
from ...validation.statement_rules import family
from ..tables.entry_rows import at_arrivals, marks
from ..tables.successors import successors
from .timeline import NEWER

_LINES = """
    SELECT i.sort_ms, i.last, i.arrival, i.entries, i.from_ms, i.to_ms
    FROM imports i INDEXED BY imports_by_time CROSS JOIN {feeds} s ON s.feed = i.feed
    WHERE (i.sort_ms, i.last, i.arrival) < (?, ?, ?) AND i.sort_ms >= ?
    ORDER BY i.sort_ms DESC, i.last DESC, i.arrival DESC LIMIT ?"""

_OF = """(SELECT f.number AS feed FROM accounts a CROSS JOIN feeds f ON f.account = a.number
    WHERE a.key IN ({}))"""


def imports(db: sqlite3.Connection, query: TimelineQuery) -> list[ImportedPosts]:
    """See `StoredEntries.imports`."""
    if query.tag is not None:
        return []
    keys = [] if query.account is None else family(query.account, successors(db))
    feeds = "shown" if query.account is None else _OF.format(marks(len(keys)))
    span = (*(query.before or NEWER), query.since_ms or 0, max(query.limit, 0))
    rows = db.execute(_LINES.format(feeds=feeds), (*keys, *span)).fetchall()
    entries = at_arrivals(db, [row[2] for row in rows])
    return [
        ImportedPosts(entry, sort_ms, posts, from_ms, to_ms)
        for entry, (sort_ms, _, _, posts, from_ms, to_ms) in zip(entries, rows, strict=True)
    ]
