"""Indexes of folded texts, made anew where texts are folded in another way than they were.

The folding, and with it what names look like, changes with this software, and with the tables of
characters that Python brings. Tags are renewed at once: few are not ASCII, and the others stay what
they are. So are the looks of names: few are followed. The index of words is emptied, and filled
behind the writers as in a new store.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import Final

from sayso_protocol.text.version import VERSION

from ..interface.errors import StoreError
from .file.database import Database
from .sql.checksum import renew as renew_checksum
from .tables.accounts import look_rows
from .tables.content import author_tag_rows
from .tables.timeline import line_rows

_VERSION: Final = "SELECT version FROM folding"
_SET: Final = """
    INSERT INTO folding (one, version) VALUES (1, ?)
    ON CONFLICT DO UPDATE SET version = excluded.version"""

_FOLDED: Final = """
    SELECT t.tag, t.sort_ms, t.seq, t.arrival, t.feed, e.body
    FROM tags t CROSS JOIN entries e ON e.arrival = t.arrival
    WHERE t.tag GLOB '*[^ -~]*'"""
_DROP: Final = "DELETE FROM tags WHERE tag = ? AND sort_ms = ? AND seq = ? AND arrival = ?"
_ADD: Final = "INSERT OR IGNORE INTO tags (tag, sort_ms, seq, arrival, feed) VALUES (?, ?, ?, ?, ?)"


def renew(database: Database) -> None:
    """Bring the indexes to the folding in force. Where the store cannot be written it stays as it
    is: some tags and words are not found, and the next start tries again."""
    with database.reading() as db:
        if _version(db) == VERSION:
            return
    with suppress(StoreError), database.writing(durable=True) as db:
        if _version(db) == VERSION:  # another process was first
            return
        _renew_tags(db)
        if db.execute("SELECT 1 FROM indexed").fetchone() is not None:
            from .words import word_index  # only what has words in it has any to forget

            word_index.forget(db)
        look_rows.rebuild(db)
        db.execute(_SET, (VERSION,))
        renew_checksum(db, "folding", "one", 1)


def _version(db: sqlite3.Connection) -> str | None:
    row = db.execute(_VERSION).fetchone()
    return None if row is None else row[0]


def _renew_tags(db: sqlite3.Connection) -> None:
    from ..index.body_facts import facts_of  # no other start needs it

    dropped: list[tuple[str, int, int, int]] = []
    added: list[tuple[str, int, int, int, int]] = []
    for tag, sort_ms, seq, arrival, feed, body in db.execute(_FOLDED):
        # What was let go of while the folding was not renewed yet may have left its tag.
        tags = () if body is None else facts_of(body).tags
        if tag not in tags:
            dropped.append((tag, sort_ms, seq, arrival))
            author_tag_rows.remove(db, feed, [tag], (sort_ms, seq, arrival))
        if tags != (tag,):  # what was one tag may be two by now, and the other way round
            added += ((one, sort_ms, seq, arrival, feed) for one in tags)
    db.executemany(_DROP, dropped)
    db.executemany(_ADD, added)
    last = line_rows.mark(db)
    by_author = ((row[4], *row[:4]) for row in added if row[3] <= last)
    author_tag_rows.add(db, by_author)
