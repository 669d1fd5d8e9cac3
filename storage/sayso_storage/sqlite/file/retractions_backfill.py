"""Index the retractions that a store took in before it knew of them. What is taken back
is let go of later, when the store is erased."""

from __future__ import annotations

import sqlite3

from sayso_protocol.absence import taken_back
from sayso_protocol.content.body import Retract

from ...index.kinds import kind_code
from ..tables.content import retraction_rows

_HELD = """
    SELECT e.seq, e.id, e.body, f.key, a.key
    FROM entries e CROSS JOIN feeds f ON f.number = e.feed
    CROSS JOIN accounts a ON a.number = f.account
    WHERE e.kind = ? AND e.body IS NOT NULL"""


def fill(db: sqlite3.Connection) -> None:
    """Do so, in the caller's transaction."""
    for seq, entry_id, body, key, account in db.execute(
        _HELD, (kind_code(Retract.KIND),)
    ).fetchall():
        retraction_rows.note(db, account, (key, seq, entry_id), taken_back(body))
    if retraction_rows.is_any(db):
        db.execute("INSERT INTO erasing VALUES (1, 1, 2)")
