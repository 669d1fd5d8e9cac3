"""Peers that brought entries, inside the caller's transaction."""

from __future__ import annotations
from ..server.connection import Connection



_SOURCE_AT = """
    SELECT s.peer FROM came c LEFT JOIN sources s ON s.number = c.source
    WHERE c.first <= %s ORDER BY c.first DESC LIMIT 1"""

_NOTE = """
    REPLACE INTO came (first, source)
    VALUES (%s, (SELECT number FROM sources WHERE peer = %s))"""

_LOOKED_BACK = 20_000
"""Changes of the peer that brings something: those of some weeks of a busy node, in 10 ms."""

_RECENT = f"""
    SELECT s.peer FROM (
        SELECT source, max(first) AS last
        FROM (SELECT first, source FROM came ORDER BY first DESC LIMIT {_LOOKED_BACK})
        WHERE source IS NOT NULL GROUP BY source
    ) c JOIN sources s ON s.number = c.source
    ORDER BY c.last DESC LIMIT %s"""  # noqa: S608 - fixed text


class EntrySources:
    """Notes where entries come from, while a batch is taken in that begins at a place in the
    order of arrival."""

    def __init__(self, db: Connection, first: int) -> None:
        self._db = db
        self._last = at(db, first)

    def note(self, arrival: int, peer: str | None) -> None:
        """Note that what arrives from this place on comes from a peer; None for nobody's."""
        if peer == self._last:
            return
        self._last = peer
        if peer is not None:
            query = "INSERT INTO sources (peer) VALUES (%s) ON CONFLICT DO NOTHING"
            self._db.run(query, (peer,))
        self._db.run(_NOTE, (arrival, peer))


def at(db: Connection, arrival: int) -> str | None:
    """See `Store.source_of`."""
    row = db.run(_SOURCE_AT, (arrival,)).fetchone()
    return None if row is None else row[0]


def recent(db: Connection, limit: int) -> list[str]:
    """See `Store.recent_sources`."""
    return [peer for (peer,) in db.run(_RECENT, (max(limit, 0),))]
