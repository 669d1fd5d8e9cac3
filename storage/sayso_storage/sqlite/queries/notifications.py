"""Notifications: what others did to the own account, newest first.

Nothing is kept for it: from each own entry three look-ups tell when something last named it,
and of what names it only as much is read as is asked for. That costs some microseconds an own
entry, and needs no bookkeeping when an account changes its key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush, merge
from typing import Any, NamedTuple

from ...index.body_facts import facts_of
from ...interface.records import Place
from ...interface.relations import (
    FOLLOW,
    MENTION,
    NOTIFICATION_KINDS,
    QUOTE,
    REACT,
    REPOST,
    Notification,
)
from ...validation.statement_rules import Successors, family
from ..tables.entry_rows import SHORT, at_arrivals
from ..tables.relation_rows import SUBJECT_SIZE, counting
from ..tables.successors import successors
from . import versions

_OWN = "SELECT key FROM accounts WHERE own"

_OWN_FEEDS = """
    SELECT f.number FROM accounts a CROSS JOIN feeds f ON f.account = a.number
    WHERE a.key IN ({keys})"""

_OWN_ENTRIES = """
    FROM accounts a CROSS JOIN feeds f ON f.account = a.number
    CROSS JOIN entries o INDEXED BY entries_by_place ON o.feed = f.number"""

# Each own entry that was answered, and when last.
_ANSWERED = f"""
    WITH answered AS MATERIALIZED (
        SELECT (SELECT max(sort_ms) FROM replies WHERE parent = substr(o.id, 1, {SHORT})) last_ms,
            o.id
        {_OWN_ENTRIES} WHERE a.key IN ({{keys}}))
    SELECT last_ms, id FROM answered WHERE last_ms >= :since ORDER BY last_ms DESC"""  # noqa: S608

# The same of other relations. Most entries have none, and that is known by one look-up.
_NAMED = f"""
    WITH codes (code) AS (VALUES ({REACT}), ({REPOST}), ({QUOTE})),
    named AS MATERIALIZED (
        SELECT (SELECT max(x.sort_ms) FROM acts x
                WHERE x.subject = substr(o.id, 1, {SUBJECT_SIZE}) AND x.code = c.code) last_ms,
            o.id, c.code
        {_OWN_ENTRIES}
        CROSS JOIN codes c
        WHERE a.key IN ({{keys}}) AND EXISTS (
            SELECT 1 FROM acts y WHERE y.subject = substr(o.id, 1, {SUBJECT_SIZE})
                AND y.code BETWEEN {REACT} AND {QUOTE}))
    SELECT last_ms, id, code FROM named WHERE last_ms >= :since ORDER BY last_ms DESC"""  # noqa: S608

_REPLIES = """
    SELECT r.sort_ms, r.seq, r.arrival, e.feed
    FROM replies r CROSS JOIN entries e ON e.arrival = r.arrival
    WHERE r.parent = ? AND r.sort_ms >= ?
    ORDER BY r.sort_ms DESC, r.seq DESC, r.arrival DESC"""

_RELATIONS = """
    SELECT sort_ms, seq, arrival, feed FROM acts
    WHERE subject = ? AND code = ? AND sort_ms >= ?
    ORDER BY sort_ms DESC, seq DESC, arrival DESC"""

_KINDS = {code: kind for kind, code in NOTIFICATION_KINDS.items()}
_RANKS = {kind: rank for rank, kind in enumerate(NOTIFICATION_KINDS)}


class _Found(NamedTuple):
    """A notification to come; of one entry the highest rank comes first in descending order."""

    place: Place
    rank: int
    kind: str


def notifications(db: sqlite3.Connection, limit: int, since_ms: int | None) -> list[Notification]:
    """See `Relations.notifications`."""
    owner = db.execute(_OWN).fetchone()
    if owner is None or limit <= 0:
        return []
    own = _Own(db, family(owner[0], successors(db)), since_ms or 0)
    chosen: dict[int, _Found] = {}
    for found in merge(*own.everything(), reverse=True):
        if found.place[2] not in chosen and len(chosen) >= limit:
            break
        chosen.setdefault(found.place[2], found)
    entries = at_arrivals(db, chosen)
    return [
        Notification(one.kind, entry) for one, entry in zip(chosen.values(), entries, strict=True)
    ]


class _Own:
    """The own account under all its keys, and what names it: lists, newest first."""

    def __init__(self, db: sqlite3.Connection, keys: list[bytes], since: int) -> None:
        self._db = db
        self._keys = keys
        self._after: Successors = successors(db)
        self._since = since
        names = {f"key{n}": key for n, key in enumerate(keys)}
        self._marks = ", ".join(f":{name}" for name in names)
        self._values: dict[str, object] = {**names, "since": since}
        self._feeds = {number for (number,) in self._rows(_OWN_FEEDS)}

    def everything(self) -> list[Iterator[_Found]]:
        """All sources."""
        return [self._replies(), self._about_entries(), self._mentions(), self._follows()]

    def _rows(self, query: str) -> sqlite3.Cursor:
        return self._db.execute(query.format(keys=self._marks), self._values)

    def _by_others(self, query: str, *values: object) -> Iterator[Place]:
        for sort_ms, seq, arrival, feed in self._db.execute(query, (*values, self._since)):
            if feed not in self._feeds:
                yield sort_ms, seq, arrival

    def _replies(self) -> Iterator[_Found]:
        return _newest_first(self._rows(_ANSWERED), self._replies_to)

    def _replies_to(self, own_id: bytes) -> Iterator[_Found]:
        for place in self._by_others(_REPLIES, own_id[:SHORT]):
            (entry,) = at_arrivals(self._db, [place[2]])
            if entry.damaged or (entry.body is not None and facts_of(entry.body).reply == own_id):
                yield _found("reply", place)

    def _about_entries(self) -> Iterator[_Found]:
        return _newest_first(self._rows(_NAMED), self._about)

    def _about(self, own_id: bytes, code: int) -> Iterator[_Found]:
        counted = None
        if code != QUOTE:
            stances = counting(self._db, code, [own_id], self._after)
            counted = {stance.place[2] for stance in stances}
        for place in self._by_others(_RELATIONS, own_id[:SUBJECT_SIZE], code):
            if counted is None or place[2] in counted:
                yield _found(_KINDS[code], place)

    def _mentions(self) -> Iterator[_Found]:
        found = (self._by_others(_RELATIONS, key[:SUBJECT_SIZE], MENTION) for key in self._keys)
        for place in merge(*found, reverse=True):
            if versions.is_new_mention(self._db, place[2], self._keys):
                yield _found("mention", place)

    def _follows(self) -> Iterator[_Found]:
        for stance in counting(self._db, FOLLOW, self._keys, self._after):
            if stance.account not in self._keys and stance.place[0] >= self._since:
                yield _found("follow", stance.place)


def _newest_first(
    sources: Iterable[tuple[Any, ...]], read: Callable[..., Iterator[_Found]]
) -> Iterator[_Found]:
    """The notifications of all sources, newest first: each is the time of its newest, then what
    `read` takes, and is not read before its time has come."""
    waiting = list(sources)[::-1]
    open_: list[tuple[tuple[int, ...], int, _Found, Iterator[_Found]]] = []

    def go_on(number: int, its: Iterator[_Found]) -> None:
        found = next(its, None)
        if found is not None:
            heappush(open_, (tuple(-part for part in found.place), number, found, its))

    while waiting or open_:
        while waiting and (not open_ or waiting[-1][0] >= open_[0][2].place[0]):
            _, *what = waiting.pop()
            go_on(len(waiting), read(*what))
        if open_:
            _, number, found, its = heappop(open_)
            yield found
            go_on(number, its)


def _found(kind: str, place: Place) -> _Found:
    return _Found(place, -_RANKS[kind], kind)
