"""Imports as lines of timelines."""

from __future__ import annotations

from typing import Final

from ...interface.records import ImportedPosts, TimelineQuery
from ..server.connection import Connection, Row
from ..tables.accounts.successors import shown_numbers
from ..tables.content.named_rows import feeds_of, own_keys
from ..tables.entry_rows import at_keys
from .timeline import NEWER

_COLUMNS: Final = "i.sort_ms, i.last, i.feed, i.entries, i.from_ms, i.to_ms"

_LINES: Final = f"""
    SELECT {_COLUMNS} FROM imports i
    WHERE (i.sort_ms, i.last, i.arrival) < (%s, %s, %s) AND i.sort_ms >= %s
        AND i.account = ANY(%s) AND i.feed <> ALL(%s)
    ORDER BY i.sort_ms DESC, i.last DESC, i.arrival DESC LIMIT %s"""  # noqa: S608 - fixed names

_EVERY: Final = f"""
    SELECT {_COLUMNS} FROM imports i
    ORDER BY i.sort_ms DESC, i.last DESC, i.arrival DESC LIMIT %s"""  # noqa: S608


def imports(db: Connection, query: TimelineQuery) -> list[ImportedPosts]:
    """See `StoredEntries.imports`."""
    if query.tag is not None or query.account is not None:
        return []
    place = *(query.before or NEWER), query.since_ms or 0
    whose = shown_numbers(db), feeds_of(db, own_keys(db))
    return _read(db, db.rows(_LINES, (*place, *whose, max(query.limit, 0))))


def every_import(db: Connection, limit: int) -> list[ImportedPosts]:
    """See `StoredEntries.every_import`."""
    return _read(db, db.rows(_EVERY, (max(limit, 0),)))


def _read(db: Connection, rows: list[Row]) -> list[ImportedPosts]:
    entries = at_keys(db, [(feed, last) for _, last, feed, *_ in rows])
    return [
        ImportedPosts(entry, sort_ms, posts, from_ms, to_ms)
        for entry, (sort_ms, _, _, posts, from_ms, to_ms) in zip(entries, rows, strict=True)
    ]
