"""Replies to entries: counted by the short form of an id, read by the whole."""

from __future__ import annotations

from collections.abc import Iterable

from ...index.body_facts import facts_of
from ...interface.records import StoredEntry
from ..server.connection import Connection
from ..tables.entry_rows import COLUMNS, JOINED, SHORT, entry_of

_REPLIES = f"""{COLUMNS}
    FROM replies r JOIN entries e ON e.arrival = r.arrival {JOINED}
    WHERE r.parent = %s ORDER BY r.sort_ms, r.seq, r.arrival"""


_AUTHORS = """
    SELECT a.key, count(*) FROM replies r JOIN entries e ON e.arrival = r.arrival
    JOIN feeds f ON f.number = e.feed JOIN accounts a ON a.number = f.account
    WHERE r.parent = %s GROUP BY a.key"""


def reply_counts(db: Connection, ids: Iterable[bytes]) -> dict[bytes, int]:
    """Replies to each of these, 0 left out.

    Counted by the short form of the id alone. Somebody who wrote a reply to an id that
    only begins alike would gain what an honest reply gives him: one more in the count.
    """
    query = "SELECT count(*) FROM replies WHERE parent = %s"
    counts = {one: db.run(query, (one[:SHORT],)).fetchone()[0] for one in ids}
    return {one: count for one, count in counts.items() if count}


def reply_authors(db: Connection, ids: Iterable[bytes]) -> dict[bytes, dict[bytes, int]]:
    """The accounts that wrote these replies; counted as in `reply_counts`."""
    found = {one: dict(db.run(_AUTHORS, (one[:SHORT],))) for one in ids}
    return {one: authors for one, authors in found.items() if authors}


def replies(db: Connection, entry_id: bytes, limit: int) -> list[StoredEntry]:
    """Direct replies, oldest first."""
    found: list[StoredEntry] = []
    for row in db.run(_REPLIES, (entry_id[:SHORT],)):
        if len(found) >= limit:
            break
        entry = entry_of(db, row)
        if entry.damaged or (entry.body is not None and facts_of(entry.body).reply == entry_id):
            found.append(entry)
    return found
