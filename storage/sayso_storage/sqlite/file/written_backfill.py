"""Sort imported posts that a store took in earlier by the times at which they were written.

What an index has of such a post lies by the time that it sorted by, so that is moved too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ...index.body_facts import DAY_MS, IndexedFacts, facts_of
from ...index.kinds import POST_CODE
from ...interface.records import Place
from ..tables.content import relation_rows
from ..tables.entry_rows import SHORT
from ..tables.timeline import leap_rows

# Most posts have no such key, and are passed over in C.
_CONCERNED = f"""
    SELECT arrival FROM entries
    WHERE body IS NOT NULL AND kind = {POST_CODE} AND instr(body, x'{b"written".hex()}')
    ORDER BY arrival"""  # noqa: S608 - fixed text

_ROW = """
    SELECT feed, seq, time_ms, sort_ms, body,
        (SELECT arrived_ms FROM batches WHERE first <= arrival ORDER BY first DESC LIMIT 1)
    FROM entries WHERE arrival = ?"""

_NEAR = f"""
    SELECT * FROM (
        SELECT arrival, feed, seq, time_ms, clamped_ms, body,
            (SELECT arrived_ms FROM batches WHERE first <= arrival ORDER BY first DESC LIMIT 1) came
        FROM entries INDEXED BY entries_clamped
        WHERE clamped_ms IS NOT NULL AND kind IN (1, 2, 1113488674) AND kind = {POST_CODE}
            AND body IS NOT NULL)
    WHERE clamped_ms >= min(time_ms, came) - {DAY_MS}"""  # noqa: S608 - fixed text

_COLUMNS = """
    SELECT seq, kind, clamped_ms FROM entries INDEXED BY entries_by_place
    WHERE feed = ? ORDER BY seq"""


def fill(db: sqlite3.Connection) -> None:
    """Bring all that is held up to date, in the caller's transaction."""
    feeds = set()
    for (arrival,) in db.execute(_CONCERNED).fetchall():
        feed, seq, time_ms, old_ms, body, arrived_ms = db.execute(_ROW, (arrival,)).fetchone()
        facts = facts_of(body)
        sort_ms = facts.sort_ms(time_ms, arrived_ms)
        if sort_ms != old_ms:
            db.execute("UPDATE entries SET clamped_ms = ? WHERE arrival = ?", (sort_ms, arrival))
            _move(db, facts, feed, time_ms, (old_ms, seq, arrival), (sort_ms, seq, arrival))
            feeds.add(feed)
    for feed in feeds:
        _note_leaps(db, feed)


def fill_near(db: sqlite3.Connection) -> None:
    """Sort posts by their signed time again that say they were written within the day before: they
    are not imports."""
    feeds = set()
    for arrival, feed, seq, time_ms, old_ms, body, arrived_ms in db.execute(_NEAR).fetchall():
        facts = facts_of(body)
        sort_ms = facts.sort_ms(time_ms, arrived_ms)
        if sort_ms != old_ms:
            clamped_ms = None if sort_ms == time_ms else sort_ms
            db.execute("UPDATE entries SET clamped_ms = ? WHERE arrival = ?", (clamped_ms, arrival))
            _move(db, facts, feed, time_ms, (old_ms, seq, arrival), (sort_ms, seq, arrival))
            feeds.add(feed)
    for feed in feeds:
        db.execute("DELETE FROM leaps WHERE feed = ?", (feed,))
        _note_leaps(db, feed)


def _move(
    db: sqlite3.Connection, facts: IndexedFacts, feed: int, time_ms: int, old: Place, new: Place
) -> None:
    if facts.reply is not None:
        parent = facts.reply[:SHORT]
        db.execute(
            "DELETE FROM replies WHERE parent = ? AND sort_ms = ? AND seq = ? AND arrival = ?",
            (parent, *old),
        )
        db.execute("INSERT INTO replies VALUES (?, ?, ?, ?)", (parent, *new))
    for tag in facts.tags:
        db.execute(
            "DELETE FROM tags WHERE tag = ? AND sort_ms = ? AND seq = ? AND arrival = ?",
            (tag, *old),
        )
        db.execute("INSERT INTO tags VALUES (?, ?, ?, ?, ?)", (tag, *new, feed))
    relation_rows.remove(db, facts, old)
    _insert_relations(db, relation_rows.rows_of(facts, new, feed, time_ms))


def _insert_relations(db: sqlite3.Connection, rows: Iterable[relation_rows.Row]) -> None:
    query = f"INSERT INTO acts ({relation_rows.COLUMN_NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    db.executemany(query, rows)


def _note_leaps(db: sqlite3.Connection, feed: int) -> None:
    """Enter the stretches of a feed, each part of it that is held without a gap by itself."""
    rows = db.execute(_COLUMNS, (feed,)).fetchall()
    start = 0
    for at in range(1, len(rows) + 1):
        if at == len(rows) or rows[at][0] != rows[at - 1][0] + 1:
            _, kinds, clamped = zip(*rows[start:at], strict=True)
            leap_rows.note(db, feed, rows[start][0], kinds, clamped)
            start = at
