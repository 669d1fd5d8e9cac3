"""Timelines: of all who are followed, of one account, of a tag.

Of each account the newest are found by an index in the order of timelines. So many accounts are
asked as may give something, those first whose newest entries are the latest.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ...index.body_facts import fold_tag
from ...index.kinds import REPOST_CODE, SHOWN_CODES
from ...interface.records import Place, StoredEntry, TimelineQuery
from ...validation.statement_rules import family
from ..server.connection import Connection
from ..tables.accounts.successors import numbers_of, shown_numbers, successors
from ..tables.entry_rows import Key, at_keys
from .reposts import CountingReposts

NEWER: Final = (2**63 - 1, 2**63 - 1, 2**63 - 1)
"""Above the place of any entry."""

_TOGETHER: Final = 50
"""Accounts that are asked at a time."""

_FIRST_ROWS: Final = 6
"""Entries that an account is asked for first; four times as many each further time."""

_MOST_ROWS: Final = 400

_LATEST: Final = """
    SELECT account, max(last_ms) FROM held WHERE account = ANY(%s) GROUP BY account"""

_NEXT: Final = f"""
    SELECT sort_ms, seq, arrival, feed, kind FROM entries
    WHERE account = %s AND kind IN ({SHOWN_CODES})
        AND (sort_ms, seq, arrival) < (%s, %s, %s) AND sort_ms >= %s
    ORDER BY sort_ms DESC, seq DESC, arrival DESC LIMIT %s"""  # noqa: S608 - numbers

_TAGGED: Final = """
    SELECT sort_ms, seq, arrival, feed FROM tags
    WHERE account = ANY(%s) AND tag = %s
        AND (sort_ms, seq, arrival) < (%s, %s, %s) AND sort_ms >= %s
    ORDER BY sort_ms DESC, seq DESC, arrival DESC LIMIT %s"""

_TAGGED_AT_ONCE: Final = 100

_Found = tuple[Place, Key]


def timeline(db: Connection, query: TimelineQuery) -> list[StoredEntry]:
    """See `Store.timeline`."""
    if query.tag is not None:
        return _tagged(db, query)
    return at_keys(db, [key for _, key in untagged(db, query)])


def places(db: Connection, query: TimelineQuery) -> list[Place]:
    """See `Store.places`."""
    if query.tag is not None:
        return [entry.place for entry in _tagged(db, query)]
    return [place for place, _ in untagged(db, query)]


def untagged(db: Connection, query: TimelineQuery) -> list[_Found]:
    """The places and keys of a timeline, newest first."""
    if query.limit <= 0:
        return []
    return _Newest(db, query).search(authors_of(db, query))


def authors_of(db: Connection, query: TimelineQuery) -> list[int]:
    """The numbers of the accounts that a timeline is of."""
    if query.account is None:
        return shown_numbers(db)
    return list(numbers_of(db, family(query.account, successors(db))).values())


@dataclass(slots=True)
class _Author:
    """An account, and the place below which it was not asked yet."""

    number: int
    below: Place
    rows: int = _FIRST_ROWS


class _Newest:
    """The newest posts of accounts."""

    def __init__(self, db: Connection, query: TimelineQuery) -> None:
        self._db = db
        self._since = query.since_ms or 0
        self._before = query.before or NEWER
        self._limit = query.limit
        self._best: list[_Found] = []  # a heap
        self._reposts = CountingReposts(db)

    def search(self, accounts: Sequence[int]) -> list[_Found]:
        """The newest that they have."""
        waiting = [
            _Author(number, min(self._before, (last_ms, *NEWER[1:])))
            for number, last_ms in self._db.rows(_LATEST, (accounts,))
        ]
        while some := heapq.nlargest(
            _TOGETHER, filter(self._may_give, waiting), key=lambda one: one.below
        ):
            self._ask(some)
        return sorted(self._best, reverse=True)

    def _may_give(self, author: _Author) -> bool:
        if author.below[0] < self._since:
            return False
        return len(self._best) < self._limit or author.below > self._best[0][0]

    def _ask(self, authors: Sequence[_Author]) -> None:
        with self._db.pipeline():
            asked = [
                self._db.run(_NEXT, (one.number, *one.below, self._since, one.rows))
                for one in authors
            ]
        for author, cursor in zip(authors, asked, strict=True):
            rows = cursor.fetchall()
            if len(rows) < author.rows:
                author.below = (-1, 0, 0)
            else:
                author.below = rows[-1][:3]
                author.rows = min(4 * author.rows, _MOST_ROWS)
            for sort_ms, seq, arrival, feed, kind in rows:
                place = sort_ms, seq, arrival
                if len(self._best) == self._limit and place < self._best[0][0]:
                    break
                if kind != REPOST_CODE or self._reposts.counts(feed, seq):
                    self._take((place, (feed, seq)))

    def _take(self, found: _Found) -> None:
        if len(self._best) < self._limit:
            heapq.heappush(self._best, found)
        else:
            heapq.heappushpop(self._best, found)


def _tagged(db: Connection, query: TimelineQuery) -> list[StoredEntry]:
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
    db: Connection, query: TimelineQuery, entries: Iterable[StoredEntry]
) -> list[StoredEntry]:
    """Those of these entries that a query asks for, but for its tag."""
    entries = list(entries)
    wanted = set(authors_of(db, query))
    numbers = numbers_of(db, [one.account for one in entries])
    low, high = (query.since_ms or 0, 0, 0), query.before or NEWER
    return [
        one for one in entries if numbers.get(one.account) in wanted and low <= one.place < high
    ]


def _first_tagged(db: Connection, query: TimelineQuery) -> Iterator[StoredEntry]:
    """What has a tag as it was first written."""
    accounts, tag = authors_of(db, query), fold_tag(query.tag or "")
    below, since = query.before or NEWER, query.since_ms or 0
    while rows := db.rows(_TAGGED, (accounts, tag, *below, since, _TAGGED_AT_ONCE)):
        yield from at_keys(db, [(feed, seq) for _, seq, _, feed in rows])
        below = rows[-1][:3]
        if len(rows) < _TAGGED_AT_ONCE:
            return
