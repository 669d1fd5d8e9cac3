"""Imported posts of the own account, by their origin; of several the first to arrive."""

from __future__ import annotations

from collections.abc import Sequence

from ....index.body_facts import facts_of
from ...server.connection import Connection
from ..accounts.successors import OWN

_INSERT = """
    INSERT INTO origins (origin, arrival) VALUES (%s, %s)
    ON CONFLICT DO UPDATE SET arrival = min(arrival, excluded.arrival)"""

_OWN_FEEDS = f"""
    SELECT f.number FROM feeds f JOIN accounts a ON a.number = f.account
    WHERE {OWN}"""  # noqa: S608 - fixed text

_POSTS = "SELECT arrival, body FROM entries WHERE feed = %s AND kind = 1 AND body IS NOT NULL"


def insert(db: Connection, rows: Sequence[tuple[str, int]]) -> None:
    """Enter origins with their places in the order of arrival."""
    if rows:  # most batches, and all that one types, have none
        db.run_each(_INSERT, rows)


def index(db: Connection) -> None:
    """Enter all posts of own feeds that are there: taken in before the feed became own, or
    second to one that is gone."""
    for (number,) in db.run(_OWN_FEEDS).fetchall():
        posts = db.run(_POSTS, (number,)).fetchall()
        origins = ((facts_of(body).origin, arrival) for arrival, body in posts)
        insert(db, [(origin, arrival) for origin, arrival in origins if origin is not None])
