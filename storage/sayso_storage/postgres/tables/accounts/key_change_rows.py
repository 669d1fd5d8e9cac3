"""Key changes in PostgreSQL, inside the caller's transaction."""

from __future__ import annotations

from ....interface.statements import DEVICE_ADDED, KeyChange
from ...server.connection import Connection
from ..feed_numbers import FEED_BITS
from .successors import SHOWN

_NOTE = f"""
    INSERT INTO key_changes (kind, account, about, at_ms)
    SELECT %s, a.number, %s, %s FROM accounts a WHERE a.key = %s AND {SHOWN}
        AND EXISTS (SELECT 1 FROM store s
            JOIN held h ON h.account = s.own_feed >> {FEED_BITS} AND h.feed = s.own_feed)
    ON CONFLICT DO NOTHING"""  # noqa: S608

_OTHERS_HELD = """
    SELECT 1 FROM accounts a JOIN feeds f ON f.account = a.number
    JOIN held h ON h.account = f.account AND h.feed = f.feed
    WHERE a.key = %s AND f.key <> %s LIMIT 1"""

_NEWEST = f"""
    SELECT k.kind, a.key, k.about, k.at_ms FROM key_changes k
    JOIN accounts a ON a.number = k.account
    WHERE k.at_ms >= %s AND {SHOWN} ORDER BY k.at_ms DESC, k.number DESC LIMIT %s"""  # noqa: S608


def note(db: Connection, change: KeyChange) -> None:
    """Note a change, the first of its kind alone; see `interface.statements`."""
    db.run(_NOTE, (change.kind, change.about, change.time_ms, change.account))


def note_device(db: Connection, account: bytes, feed: bytes, now_ms: int) -> None:
    """Note a feed that is new, where others of its account are held."""
    if db.run(_OTHERS_HELD, (account, feed)).fetchone():
        note(db, KeyChange(DEVICE_ADDED, account, feed, now_ms))


def newest(db: Connection, limit: int, since_ms: int | None) -> list[KeyChange]:
    """See `Statements.key_changes`."""
    rows = db.run(_NEWEST, (since_ms or 0, max(limit, 0)))
    return [KeyChange(*row) for row in rows]
