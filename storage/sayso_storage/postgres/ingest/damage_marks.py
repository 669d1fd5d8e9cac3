"""Entries that are marked as damaged, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from sayso_protocol.ranges import Range

from ...interface.withholding import ranges_of
from ..server.connection import Connection
from ..tables.entry_rows import keys_at
from ..tables.feed_rows import keys_of

_MARK = "INSERT INTO damaged (feed, seq) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_UNMARK = "DELETE FROM damaged WHERE feed = %s AND seq = %s"
_MARKED = "SELECT feed, seq FROM damaged ORDER BY feed, seq"


def mark(db: Connection, arrivals: Iterable[int], *, again: bool) -> list[bytes]:
    """See `StoredEntries.mark_damaged`. Peers know nothing of it: with each the next session
    begins anew."""
    feeds = set(marked(db)) if again else set[int]()
    for place in keys_at(db, list(arrivals)):
        if db.change(_MARK, place):
            feeds.add(place[0])
    if feeds:
        from ..tables.network import peer_rows  # it knows what a session is

        peer_rows.forget(db)
    return keys_of(db, sorted(feeds))


def unmark(db: Connection, feed: int, seq: int) -> None:
    """An entry is damaged no more."""
    db.run(_UNMARK, (feed, seq))


def marked(db: Connection) -> dict[int, list[int]]:
    """The numbers of marked entries, by the number of their feed."""
    rows = db.run(_MARKED).fetchall()
    return {feed: [seq for _, seq in some] for feed, some in groupby(rows, itemgetter(0))}


def damaged(db: Connection) -> dict[bytes, list[Range]]:
    """See `StoredEntries.damaged`."""
    found = marked(db)
    return dict(zip(keys_of(db, found), map(ranges_of, found.values()), strict=True))
