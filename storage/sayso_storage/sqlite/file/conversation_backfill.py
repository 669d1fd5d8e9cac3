"""Index the polls, edits and votes that a store took in before it knew these kinds."""

from __future__ import annotations

import sqlite3

from sayso_protocol.content.body import Edit, Poll, Vote

from ...index.body_facts import IndexedFacts, facts_of
from ...index.kinds import kind_code
from ...interface.records import Place
from ..tables.content import poll_rows, relation_rows
from ..tables.entry_rows import SHORT
from ..tables.timeline import leap_rows

_KINDS = tuple(map(kind_code, (Poll.KIND, Edit.KIND, Vote.KIND)))

_ENTRIES = """
    SELECT arrival, feed, seq, time_ms, body,
        (SELECT arrived_ms FROM batches WHERE first <= arrival ORDER BY first DESC LIMIT 1)
    FROM entries WHERE kind IN (?, ?, ?) AND body IS NOT NULL"""

_ACTS = f"""
    INSERT OR IGNORE INTO acts ({relation_rows.COLUMN_NAMES})
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""  # noqa: S608 - fixed text


def fill(db: sqlite3.Connection) -> None:
    """Bring the rows of all that is held up to date, in the caller's transaction."""
    rows = db.execute(_ENTRIES, _KINDS).fetchall()
    for arrival, feed, seq, time_ms, body, arrived_ms in rows:
        facts = facts_of(body)
        sort_ms = facts.sort_ms(time_ms, arrived_ms)
        _index(db, facts, feed, (sort_ms, seq, arrival), time_ms)
        if facts.kind == Poll.KIND:
            _show(db, feed, (sort_ms, seq, arrival), time_ms)
    if rows:
        # As if texts were folded in another way: the index of words is made anew (folding.renew).
        db.execute("DELETE FROM folding")


def _index(
    db: sqlite3.Connection, facts: IndexedFacts, feed: int, place: Place, time_ms: int
) -> None:
    db.executemany(_ACTS, relation_rows.rows_of(facts, place, feed, time_ms))
    if facts.reply is not None:
        values = (facts.reply[:SHORT], *place)
        db.execute("INSERT OR IGNORE INTO replies VALUES (?, ?, ?, ?)", values)
    for tag in facts.tags:
        db.execute("INSERT OR IGNORE INTO tags VALUES (?, ?, ?, ?, ?)", (tag, *place, feed))
    for tag in facts.edit_tags:
        db.execute("INSERT OR IGNORE INTO edit_tags VALUES (?, ?)", (tag, place[2]))


def _show(db: sqlite3.Connection, feed: int, place: Place, time_ms: int) -> None:
    """Have a poll on timelines, at the time that it sorts by."""
    sort_ms, seq, arrival = place
    clamped_ms = None if sort_ms == time_ms else sort_ms
    db.execute("UPDATE entries SET clamped_ms = ? WHERE arrival = ?", (clamped_ms, arrival))
    leap_rows.cut(db, feed, seq, seq)
    poll_rows.enter(db, [arrival])
