"""Key changes in SQLite, inside the caller's transaction."""

from __future__ import annotations

import sqlite3

from ....interface.statements import DEVICE_ADDED, KeyChange
from ...sql.checksum import renew
from .successors import SHOWN

_NOTE = f"""
    INSERT OR IGNORE INTO key_changes (kind, account, about, at_ms)
    SELECT ?, a.number, ?, ? FROM accounts a WHERE a.key = ? AND {SHOWN}
        AND EXISTS (SELECT 1 FROM store s CROSS JOIN held h ON h.feed = s.own_feed)"""  # noqa: S608

_OTHERS_HELD = """
    SELECT 1 FROM accounts a CROSS JOIN feeds f ON f.account = a.number
    CROSS JOIN held h ON h.feed = f.number WHERE a.key = ? AND f.key <> ? LIMIT 1"""

_NEWEST = f"""
    SELECT k.kind, a.key, k.about, k.at_ms FROM key_changes k
    CROSS JOIN accounts a ON a.number = k.account
    WHERE k.at_ms >= ? AND {SHOWN} ORDER BY k.at_ms DESC, k.number DESC LIMIT ?"""  # noqa: S608


def note(db: sqlite3.Connection, change: KeyChange) -> None:
    """Note a change, the first of its kind alone; see `interface.statements`."""
    cursor = db.execute(_NOTE, (change.kind, change.about, change.time_ms, change.account))
    if cursor.rowcount > 0:
        renew(db, "key_changes", "number", cursor.lastrowid)


def note_device(db: sqlite3.Connection, account: bytes, feed: bytes, now_ms: int) -> None:
    """Note a feed that is new, where others of its account are held."""
    if db.execute(_OTHERS_HELD, (account, feed)).fetchone():
        note(db, KeyChange(DEVICE_ADDED, account, feed, now_ms))


def newest(db: sqlite3.Connection, limit: int, since_ms: int | None) -> list[KeyChange]:
    """See `Statements.key_changes`."""
    rows = db.execute(_NEWEST, (since_ms or 0, max(limit, 0)))
    return [KeyChange(*row) for row in rows]
