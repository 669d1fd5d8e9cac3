"""Imported posts of the own account, by their origin; of several the first to arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ....index.body_facts import facts_of
from ...server.connection import Connection
from ..accounts.successors import OWN
from ..feed_numbers import account_of

_INSERT: Final = """
    INSERT INTO origins (origin, arrival, feed, seq) VALUES (%s, %s, %s, %s)
    ON CONFLICT (origin) DO UPDATE
    SET arrival = excluded.arrival, feed = excluded.feed, seq = excluded.seq
    WHERE excluded.arrival < origins.arrival"""

_OWN_FEEDS: Final = f"""
    SELECT f.feed FROM feeds f JOIN accounts a ON a.number = f.account
    WHERE {OWN}"""  # noqa: S608 - fixed text

_POSTS: Final = """
    SELECT arrival, seq, body FROM entries
    WHERE account = %s AND feed = %s AND kind = 1 AND body IS NOT NULL"""

Origin = tuple[str, int, int, int]
"""An origin, and of its post arrival, feed and number."""


def insert(db: Connection, rows: Sequence[Origin]) -> None:
    """Enter origins."""
    if rows:  # most batches, and all that one types, have none
        db.run_each(_INSERT, rows)


def index(db: Connection) -> None:
    """Enter all posts of own feeds that are there: taken in before the feed became own, or
    second to one that is gone."""
    for (number,) in db.rows(_OWN_FEEDS):
        posts = db.rows(_POSTS, (account_of(number), number))
        origins = ((facts_of(body).origin, arrival, number, seq) for arrival, seq, body in posts)
        insert(db, [(one[0], *one[1:]) for one in origins if one[0] is not None])
