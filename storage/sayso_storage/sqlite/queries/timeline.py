"""Timelines: of all who are followed, of one account, of a tag."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from typing import NamedTuple

from ...index import kinds
from ...index.body_facts import fold_tag
from ...interface.records import Place, StoredEntry, TimelineQuery
from ...validation.statement_rules import family
from ..tables.accounts.successors import SHOWN, successors
from ..tables.entry_rows import COLUMNS, JOINED, at_arrivals, entry_of, marks
from ..tables.timeline import leap_rows, line_rows
from . import line
from .reposts import SUPERSEDED, CountingReposts

_SPAN = """t.tag = :tag AND t.sort_ms >= :since
        AND (t.sort_ms, t.seq, t.arrival) < (:before_ms, :before_seq, :before_arrival)"""

# Others' posts with the tag are passed over before anything is looked up.
_TAG_OF_ALL = f"""{COLUMNS}
    FROM tags t CROSS JOIN shown s ON s.feed = t.feed
    CROSS JOIN entries e ON e.arrival = t.arrival {JOINED}
    WHERE {_SPAN}
    ORDER BY t.sort_ms DESC, t.seq DESC, t.arrival DESC"""

_TAG_OF_AUTHOR = f"""
    SELECT t.sort_ms, t.seq, t.arrival FROM author_tags t
    WHERE t.feed = :feed AND {_SPAN}
    ORDER BY t.sort_ms DESC, t.seq DESC, t.arrival DESC"""  # noqa: S608 - fixed text

# What came since those rows were filled last.
_LATE_TAG = f"""
    SELECT t.sort_ms, t.seq, t.arrival
    FROM entries e NOT INDEXED CROSS JOIN tags t
        ON t.sort_ms = e.sort_ms AND t.seq = e.seq AND t.arrival = e.arrival
    WHERE e.arrival > :mark AND e.feed = :feed AND {_SPAN}
    ORDER BY t.sort_ms DESC, t.seq DESC, t.arrival DESC"""  # noqa: S608

_TAG_AMONG_ALL = f"""
    SELECT t.sort_ms, t.seq, t.arrival FROM tags t
    WHERE t.feed = :feed AND {_SPAN}
    ORDER BY t.sort_ms DESC, t.seq DESC, t.arrival DESC"""  # noqa: S608

_FEEDS_OF = """
    SELECT f.number FROM accounts a CROSS JOIN feeds f ON f.account = a.number
    WHERE a.key IN ({})"""

_STRETCH = """
    SELECT h.feed, h.first, h.last, h.first_ms, h.last_ms,
        EXISTS (SELECT 1 FROM entries c INDEXED BY entries_clamped
            WHERE c.feed = h.feed AND c.clamped_ms IS NOT NULL AND c.kind IN (1, 2, 1113488674))"""

_STRETCHES = f"""{_STRETCH}
    FROM held h INDEXED BY held_by_time CROSS JOIN shown s ON s.feed = h.feed
    ORDER BY h.last_ms DESC"""

_STRETCHES_OF = f"""{_STRETCH}
    FROM accounts a CROSS JOIN feeds f ON f.account = a.number
    CROSS JOIN held h ON h.feed = f.number
    WHERE a.key IN ({{}}) ORDER BY h.last_ms DESC"""

# What its own feed reposted again later is told here: who did so a million times would otherwise
# cost a question each.
_DOWNWARDS = f"""
    SELECT e.time_ms, e.seq, e.arrival, e.clamped_ms, e.kind,
        e.kind = {kinds.REPOST_CODE} AND e.clamped_ms IS NULL AND {SUPERSEDED}
    FROM entries e INDEXED BY entries_by_place
    WHERE e.feed = ? AND e.seq BETWEEN ? AND ? AND e.time_ms <= ? ORDER BY e.seq DESC"""  # noqa: S608

_CLAMPED = f"""
    SELECT e.clamped_ms, e.seq, e.arrival, e.kind FROM entries e INDEXED BY entries_clamped
    WHERE e.feed = ? AND e.clamped_ms IS NOT NULL AND e.kind IN (1, 2, 1113488674)
        AND e.clamped_ms >= ? AND (e.clamped_ms, e.seq, e.arrival) < (?, ?, ?)
        AND NOT (e.kind = {kinds.REPOST_CODE} AND {SUPERSEDED})
    ORDER BY e.clamped_ms DESC, e.seq DESC"""  # noqa: S608

_TIME_AT = "SELECT time_ms FROM entries INDEXED BY entries_by_place WHERE feed = ? AND seq = ?"

NEAR = 64
"""Entries that are walked over sooner than a place among them is looked for: a look-up costs
as much as reading several rows on."""

NEWER = (2**63 - 1, 2**63 - 1, 2**63 - 1)
"""Above the place of any entry."""


def timeline(db: sqlite3.Connection, query: TimelineQuery) -> list[StoredEntry]:
    """See `Store.timeline`."""
    if query.tag is not None:
        return _tagged(db, query)
    return at_arrivals(db, [arrival for _, _, arrival in _untagged(db, query)])


def places(db: sqlite3.Connection, query: TimelineQuery) -> list[Place]:
    """See `Store.places`."""
    if query.tag is not None:
        return [entry.place for entry in _tagged(db, query)]
    return _untagged(db, query)


def _untagged(db: sqlite3.Connection, query: TimelineQuery) -> list[Place]:
    before = query.before or NEWER
    if query.account is None and (found := line.places(db, query, before)) is not None:
        return found
    newest = _Newest(db, query.since_ms or 0, before, max(query.limit, 0))
    if query.account is None:
        newest.search(db.execute(_STRETCHES))
    else:
        keys = family(query.account, successors(db))
        newest.search(db.execute(_STRETCHES_OF.format(marks(len(keys))), keys))
    return newest.places()


def _tagged(db: sqlite3.Connection, query: TimelineQuery) -> list[StoredEntry]:
    """What has a tag in the version that is shown."""
    from . import versions

    if query.limit <= 0:
        return []
    gained = versions.with_gained_tag(db, query.tag or "")
    if gained:
        gained = asked_for(db, query, gained)
    found = versions.with_tag(db, query.tag or "", _first_tagged(db, query), query.limit)
    rest = islice(found, query.limit)
    if not gained:
        return list(rest)
    both = {entry.id: entry for entry in (*rest, *gained)}
    return heapq.nlargest(query.limit, both.values(), key=lambda entry: entry.place)


def asked_for(
    db: sqlite3.Connection, query: TimelineQuery, entries: Iterable[StoredEntry]
) -> list[StoredEntry]:
    """Those of these entries that a query asks for, but for its tag."""
    if query.account is None:
        whose = f"SELECT a.key FROM accounts a WHERE {SHOWN}"  # noqa: S608 - fixed text
        accounts = {bytes(key) for (key,) in db.execute(whose)}
    else:
        accounts = set(family(query.account, successors(db)))
    low, high = (query.since_ms or 0, 0, 0), query.before or NEWER
    return [one for one in entries if one.account in accounts and low <= one.place < high]


def _first_tagged(db: sqlite3.Connection, query: TimelineQuery) -> Iterator[StoredEntry]:
    """What has a tag as it was first written."""
    before_ms, before_seq, before_arrival = query.before or NEWER
    values: dict[str, object] = {
        "tag": fold_tag(query.tag or ""),
        "since": query.since_ms or 0,
        "before_ms": before_ms,
        "before_seq": before_seq,
        "before_arrival": before_arrival,
    }
    if query.account is None:
        return (entry_of(db, row) for row in db.execute(_TAG_OF_ALL, values))
    keys = family(query.account, successors(db))
    feeds = db.execute(_FEEDS_OF.format(marks(len(keys))), keys).fetchall()
    # Far behind, as in a first sync, the posts of others are passed over.
    is_near = line_rows.waiting(db) <= line.MOST_BEHIND
    queries = (_TAG_OF_AUTHOR, _LATE_TAG) if is_near else (_TAG_AMONG_ALL,)
    values["mark"] = line_rows.mark(db)
    found = (
        db.execute(query, values | {"feed": number}) for (number,) in feeds for query in queries
    )
    newest = heapq.merge(*found, reverse=True)
    return (one for _, _, arrival in newest for one in at_arrivals(db, [arrival]))


class _Stretch(NamedTuple):
    """A row of `held`."""

    feed: int
    first: int
    last: int
    first_ms: int
    last_ms: int


class _Newest:
    """The newest posts of stretches, found without an index by time.

    Along a feed times never decrease, and nothing sorts later than its time. So a walk down a
    stretch begins at the last entry that is early enough, ends where no earlier one can get
    in, and the walk over stretches, in order of their latest times, ends where no further
    stretch can. Only entries that are neither posts nor reposts that count make it longer than the
    answer. What sorts by another time than its signed one has an index, and the walks leave it out,
    or leap over it where it is much.
    """

    def __init__(self, db: sqlite3.Connection, since: int, before: Place, limit: int) -> None:
        self._db = db
        self._since = since
        self._before = before
        self._limit = limit
        self._best: list[Place] = []  # a heap
        self._reposts: CountingReposts | None = None
        (latest,) = db.execute("SELECT max(arrived_ms) FROM batches").fetchone()
        # What is dated later than the latest arrival is sorted by its arrival.
        self._top = min(before[:2], (latest or 0, NEWER[1]))

    def search(self, stretches: Iterable[tuple[int, ...]]) -> None:
        """Look through stretches, given as `_Stretch` and whether their feed has posts that
        sort by another time than their signed one; latest first."""
        seen: set[int] = set()
        for *columns, clamped in stretches:
            stretch = _Stretch(*columns)
            if self._too_early(stretch.last_ms, None):
                break
            if clamped and stretch.feed not in seen:
                seen.add(stretch.feed)
                self._take_clamped(stretch.feed)
            self._walk(stretch.feed, stretch.first, self._above_top(stretch))

    def places(self) -> list[Place]:
        """The places of the posts found, newest first."""
        return sorted(self._best, reverse=True)

    def _take_clamped(self, feed: int) -> None:
        full = len(self._best) == self._limit
        since = max(self._since, self._best[0][0]) if full and self._best else self._since
        rows = self._db.execute(_CLAMPED, (feed, since, *self._before))
        shown = (row[:3] for row in rows if self._counts(row[3], feed, row[1]))
        for place in islice(shown, self._limit):
            self._take(place)
        rows.close()

    def _above_top(self, stretch: _Stretch) -> int:
        """A number less than `NEAR` above the last whose (time, number) is within the top.

        Two guesses by time, one on either side, then a half, in turns: guesses meet where
        posts come evenly, halves keep it logarithmic where they do not.
        """
        low, low_ms = stretch.first, stretch.first_ms
        high, high_ms = stretch.last, stretch.last_ms
        if (high_ms, high) <= self._top:
            return high
        if (low_ms, low) > self._top:
            return low - 1
        for step in cycle((NEAR // 2, -NEAR // 2, None)):
            if high - low < NEAR:
                break
            middle = (low + high) // 2
            if step is not None:
                share = (self._top[0] - low_ms) * (high - low) // (high_ms - low_ms + 1)
                middle = min(max(low + share + step, low + 1), high - 1)
            row = self._db.execute(_TIME_AT, (stretch.feed, middle)).fetchone()
            if row is None:
                break  # a damaged store, as `check` says; the rest can be read
            (time_ms,) = row
            if (time_ms, middle) <= self._top:
                low, low_ms = middle, time_ms
            else:
                high, high_ms = middle, time_ms
        return high

    def _walk(self, feed: int, first: int, last: int) -> None:
        while first <= last:
            last = self._walk_to_leap(feed, first, last)

    def _walk_to_leap(self, feed: int, first: int, last: int) -> int:
        """Walk down; gives the number to go on with below a leap, or one below `first`."""
        passed = 0
        rows = self._db.execute(_DOWNWARDS, (feed, first, last, self._top[0]))
        for time_ms, seq, arrival, clamped_ms, kind, superseded in rows:
            if self._too_early(time_ms, seq):
                break
            if kind in kinds.SHOWN and clamped_ms is None:
                passed = 0
                place = (time_ms, seq, arrival)
                counts = not superseded and self._counts(kind, feed, seq)
                if place < self._before and counts:
                    self._take(place)
                continue
            passed += 1
            if passed % NEAR == 0 and (foot := leap_rows.foot_of(self._db, feed, seq)) is not None:
                rows.close()
                return foot - 1
        rows.close()
        return first - 1

    def _counts(self, kind: int, feed: int, seq: int) -> bool:
        if kind != kinds.REPOST_CODE:
            return True
        if self._reposts is None:
            self._reposts = CountingReposts(self._db)
        return self._reposts.counts(feed, seq)

    def _take(self, place: Place) -> None:
        if len(self._best) < self._limit:
            heapq.heappush(self._best, place)
        else:
            heapq.heappushpop(self._best, place)

    def _too_early(self, time_ms: int, seq: int | None) -> bool:
        """Whether nothing of this time (and sequence number, where known) or below can get in."""
        if time_ms < self._since or not self._limit:
            return True
        if len(self._best) < self._limit:
            return False
        worst_ms, worst_seq, _ = self._best[0]
        return time_ms < worst_ms or (time_ms == worst_ms and seq is not None and seq < worst_seq)
