"""Timelines: of all who are followed, of one account, of a tag."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterable

from ..facts import fold_tag
from ..interface import Place, StoredEntry, TimelineQuery
from ..statements import family
from .kinds import POST_CODE
from .rows import COLUMNS, JOINED, at_arrivals, entry_of
from .succession import CARRIED, successors

_BY_TAG = f"""{COLUMNS}
    FROM tags t CROSS JOIN entries e ON e.arrival = t.arrival {JOINED}
    WHERE t.tag = :tag AND t.sort_ms >= :since
        AND (t.sort_ms, t.seq, t.arrival) < (:before_ms, :before_seq, :before_arrival)
        AND """

_BY_PLACE = " ORDER BY t.sort_ms DESC, t.seq DESC, t.arrival DESC LIMIT :limit"

_STRETCHES = f"""
    SELECT h.last_ms, h.feed, h.first, h.last
    FROM held h INDEXED BY held_by_time
    CROSS JOIN feeds f ON f.number = h.feed CROSS JOIN accounts a ON a.number = f.account
    WHERE {CARRIED} ORDER BY h.last_ms DESC"""  # noqa: S608 - fixed text

_STRETCHES_OF = """
    SELECT h.last_ms, h.feed, h.first, h.last
    FROM accounts a CROSS JOIN feeds f ON f.account = a.number
    CROSS JOIN held h ON h.feed = f.number
    WHERE a.key IN ({}) ORDER BY h.last_ms DESC"""

_DOWNWARDS = """
    SELECT time_ms, sort_ms, seq, arrival, kind FROM entries INDEXED BY entries_by_place
    WHERE feed = ? AND seq BETWEEN ? AND ? ORDER BY seq DESC"""

_NEWER = (2**63 - 1, 2**63 - 1, 2**63 - 1)
"""Above the place of any entry."""


def timeline(db: sqlite3.Connection, query: TimelineQuery) -> list[StoredEntry]:
    """See `Store.timeline`."""
    since = query.since_ms or 0
    before = query.before or _NEWER
    limit = max(query.limit, 0)
    if query.tag is not None:
        values = (fold_tag(query.tag), since, *before, limit)
        names = ("tag", "since", "before_ms", "before_seq", "before_arrival", "limit")
        named = dict(zip(names, values, strict=True))
        return [entry_of(row) for row in _tagged(db, named, query.account)]
    newest = _Newest(since, before, limit)
    if query.account is None:
        newest.search(db, db.execute(_STRETCHES))
    else:
        keys = family(query.account, successors(db))
        marks = ", ".join("?" * len(keys))
        newest.search(db, db.execute(_STRETCHES_OF.format(marks), keys))
    return at_arrivals(db, newest.arrivals())


def _tagged(
    db: sqlite3.Connection, values: dict[str, object], account: bytes | None
) -> sqlite3.Cursor:
    if account is None:
        return db.execute(f"{_BY_TAG}{CARRIED}{_BY_PLACE}", values)
    keys = {f"key{n}": key for n, key in enumerate(family(account, successors(db)))}
    marks = ", ".join(f":{name}" for name in keys)
    return db.execute(f"{_BY_TAG}a.key IN ({marks}){_BY_PLACE}", values | keys)


class _Newest:
    """The newest posts of stretches, found without an index by time.

    Along a feed times never decrease, and nothing sorts later than its time. So the walk
    down a stretch ends where no earlier entry can get in, and the walk over stretches, in
    order of their latest times, ends where no further stretch can. Only entries dated
    into the future, and entries that are no posts, make it longer than the answer.
    """

    def __init__(self, since: int, before: Place, limit: int) -> None:
        self._since = since
        self._before = before
        self._limit = limit
        self._best: list[Place] = []  # a heap

    def search(self, db: sqlite3.Connection, stretches: Iterable[tuple[int, ...]]) -> None:
        """Look through stretches, given by (last_ms, feed, first, last), latest first."""
        for last_ms, feed, first, last in stretches:
            if self._too_early(last_ms, None):
                break
            self._walk(db.execute(_DOWNWARDS, (feed, first, last)))

    def arrivals(self) -> list[int]:
        """Where the posts found arrived, newest post first."""
        return [arrival for _, _, arrival in sorted(self._best, reverse=True)]

    def _walk(self, rows: sqlite3.Cursor) -> None:
        for time_ms, sort_ms, seq, arrival, kind in rows:
            if self._too_early(time_ms, seq):
                break
            place = (sort_ms, seq, arrival)
            if kind != POST_CODE or sort_ms < self._since or place >= self._before:
                continue
            if len(self._best) < self._limit:
                heapq.heappush(self._best, place)
            else:
                heapq.heappushpop(self._best, place)
        rows.close()

    def _too_early(self, time_ms: int, seq: int | None) -> bool:
        """Whether nothing of this time (and sequence number, where known) or below can get in."""
        if time_ms < self._since or not self._limit:
            return True
        if len(self._best) < self._limit:
            return False
        worst_ms, worst_seq, _ = self._best[0]
        return time_ms < worst_ms or (time_ms == worst_ms and seq is not None and seq < worst_seq)
