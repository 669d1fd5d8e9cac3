"""Imports as lines of timelines."""

from __future__ import annotations

from ...interface.records import ImportedPosts, TimelineQuery
from ..server.connection import Connection
from ..tables.content.named_rows import feeds_of, own_keys
from ..tables.entry_rows import at_arrivals, marks
from .timeline import NEWER

_LINES = """
    SELECT i.sort_ms, i.last, i.arrival, i.entries, i.from_ms, i.to_ms
    FROM imports i JOIN shown s ON s.feed = i.feed
    WHERE (i.sort_ms, i.last, i.arrival) < (%s, %s, %s) AND i.sort_ms >= %s AND i.feed NOT IN ({})
    ORDER BY i.sort_ms DESC, i.last DESC, i.arrival DESC LIMIT %s"""


_EVERY = """
    SELECT i.sort_ms, i.last, i.arrival, i.entries, i.from_ms, i.to_ms
    FROM imports i
    ORDER BY i.sort_ms DESC, i.last DESC, i.arrival DESC LIMIT %s"""


def imports(db: Connection, query: TimelineQuery) -> list[ImportedPosts]:
    """See `StoredEntries.imports`."""
    if query.tag is not None or query.account is not None:
        return []
    own = feeds_of(db, own_keys(db))
    values = (*(query.before or NEWER), query.since_ms or 0, *own, max(query.limit, 0))
    return _read(db, db.run(_LINES.format(marks(len(own))), values).fetchall())


def every_import(db: Connection, limit: int) -> list[ImportedPosts]:
    """See `StoredEntries.every_import`."""
    return _read(db, db.run(_EVERY, (max(limit, 0),)).fetchall())


def _read(db: Connection, rows: list[tuple[int, ...]]) -> list[ImportedPosts]:
    entries = at_arrivals(db, [row[2] for row in rows])
    return [
        ImportedPosts(entry, sort_ms, posts, from_ms, to_ms)
        for entry, (sort_ms, _, _, posts, from_ms, to_ms) in zip(entries, rows, strict=True)
    ]
