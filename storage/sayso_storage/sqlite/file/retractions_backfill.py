"""Index the edits and retractions that a store took in before it knew of them. What is taken back
is let go of later, when the store is erased."""

from __future__ import annotations

import sqlite3

from sayso_protocol.content.body import Edit, Retract

from ...index.body_facts import facts_of
from ..tables import relation_rows, retraction_rows
from ..tables.kinds import kind_code

_HELD = """
    SELECT e.arrival, e.feed, e.seq, e.time_ms, e.sort_ms, e.id, e.body, f.key, a.key
    FROM entries e CROSS JOIN feeds f ON f.number = e.feed
    CROSS JOIN accounts a ON a.number = f.account
    WHERE e.kind = ? AND e.body IS NOT NULL"""

_RELATE = f"INSERT OR IGNORE INTO acts ({relation_rows.COLUMN_NAMES}) VALUES (?,?,?,?,?,?,?,?)"  # noqa: S608


def fill(db: sqlite3.Connection) -> None:
    """Do so, in the caller's transaction."""
    for kind in (Edit.KIND, Retract.KIND):
        for row in db.execute(_HELD, (kind_code(kind),)).fetchall():
            arrival, feed, seq, time_ms, sort_ms, entry_id, body, key, account = row
            facts = facts_of(body)
            place = sort_ms, seq, arrival
            db.executemany(_RELATE, relation_rows.rows_of(facts, place, feed, time_ms))
            retraction_rows.note(db, account, (key, seq, entry_id), facts.takes_back)
    if retraction_rows.is_any(db):
        db.execute("INSERT INTO erasing VALUES (1, 1, 2)")
