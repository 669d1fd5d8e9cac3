"""What others did to the own account, newest first.

Nothing is kept for it: from each own entry two look-ups lead to what names it. That costs some
microseconds an own entry, and needs no bookkeeping when an account changes its key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from heapq import merge
from typing import NamedTuple

from ..acts import FOLLOW, MENTION, NOTICES, QUOTE, REACT, REPOST, Notice
from ..facts import facts_of
from ..interface import Place
from ..statements import Successors, family
from .acts import SUBJECT_SIZE, counting
from .rows import SHORT, at_arrivals
from .succession import successors

_OWN = "SELECT key FROM accounts WHERE own"

_OWN_ENTRIES = """
    FROM accounts a CROSS JOIN feeds f ON f.account = a.number
    CROSS JOIN entries o INDEXED BY entries_by_place ON o.feed = f.number"""

_BY_OTHERS = """
    NOT IN (SELECT m.number FROM accounts w CROSS JOIN feeds m ON m.account = w.number
        WHERE w.key IN ({keys}))"""

_REPLIES = f"""
    SELECT r.sort_ms, r.seq, r.arrival, o.id
    {_OWN_ENTRIES}
    CROSS JOIN replies r ON r.parent = substr(o.id, 1, {SHORT})
    CROSS JOIN entries e ON e.arrival = r.arrival
    WHERE a.key IN ({{keys}}) AND r.sort_ms >= :since AND e.feed {_BY_OTHERS}
    ORDER BY r.sort_ms DESC, r.seq DESC, r.arrival DESC"""

# Of reactions and reposts the newest of each feed is enough to ask about.
_ABOUT_ENTRIES = f"""
    SELECT x.sort_ms, max(x.seq), x.arrival, o.id, x.code
    {_OWN_ENTRIES}
    CROSS JOIN acts x ON x.subject = substr(o.id, 1, {SUBJECT_SIZE})
        AND x.code IN ({REACT}, {REPOST}, {QUOTE})
    WHERE a.key IN ({{keys}}) AND x.sort_ms >= :since AND x.feed {_BY_OTHERS}
    GROUP BY o.id, x.code, x.feed, iif(x.code = {QUOTE}, x.arrival, 0)
    ORDER BY 1 DESC, 2 DESC, 3 DESC"""

_MENTIONS = f"""
    SELECT x.sort_ms, x.seq, x.arrival FROM acts x
    WHERE x.subject IN ({{subjects}}) AND x.code = {MENTION} AND x.sort_ms >= :since
        AND x.feed {_BY_OTHERS}
    ORDER BY x.sort_ms DESC, x.seq DESC, x.arrival DESC"""  # noqa: S608 - fixed text

_KINDS = {code: kind for kind, code in NOTICES.items()}
_RANKS = {kind: rank for rank, kind in enumerate(NOTICES)}


class _Found(NamedTuple):
    """A notice on its way; of one entry the highest rank comes first in descending order."""

    place: Place
    rank: int
    kind: str


def notices(db: sqlite3.Connection, limit: int, since_ms: int | None) -> list[Notice]:
    """See `Acts.notices`."""
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
    return [Notice(one.kind, entry) for one, entry in zip(chosen.values(), entries, strict=True)]


class _Own:
    """The own account under all its keys, and what names it: lists, newest first."""

    def __init__(self, db: sqlite3.Connection, keys: list[bytes], since: int) -> None:
        self._db = db
        self._keys = keys
        self._after: Successors = successors(db)
        names = {f"key{n}": key for n, key in enumerate(keys)}
        subjects = {f"subject{n}": key[:SUBJECT_SIZE] for n, key in enumerate(keys)}
        self._marks = {
            "keys": ", ".join(f":{name}" for name in names),
            "subjects": ", ".join(f":{name}" for name in subjects),
        }
        self._values: dict[str, object] = {**names, **subjects, "since": since}
        self._since = since

    def everything(self) -> list[Iterator[_Found]]:
        """All sources."""
        return [self._replies(), self._about_entries(), self._mentions(), self._follows()]

    def _rows(self, query: str) -> sqlite3.Cursor:
        return self._db.execute(query.format(**self._marks), self._values)

    def _replies(self) -> Iterator[_Found]:
        for *place, own_id in self._rows(_REPLIES):
            (entry,) = at_arrivals(self._db, [place[2]])
            if entry.body is not None and facts_of(entry.body).reply == own_id:
                yield _found("reply", *place)

    def _about_entries(self) -> Iterator[_Found]:
        counted: dict[tuple[int, bytes], set[int]] = {}
        for *place, own_id, code in self._rows(_ABOUT_ENTRIES):
            if code != QUOTE:
                about = (code, own_id)
                if about not in counted:
                    stances = counting(self._db, code, [own_id], self._after)
                    counted[about] = {stance.place[2] for stance in stances}
                if place[2] not in counted[about]:
                    continue
            yield _found(_KINDS[code], *place)

    def _mentions(self) -> Iterator[_Found]:
        for place in self._rows(_MENTIONS):
            yield _found("mention", *place)

    def _follows(self) -> Iterator[_Found]:
        for stance in counting(self._db, FOLLOW, self._keys, self._after):
            if stance.account not in self._keys and stance.place[0] >= self._since:
                yield _found("follow", *stance.place)


def _found(kind: str, sort_ms: int, seq: int, arrival: int) -> _Found:
    return _Found((sort_ms, seq, arrival), -_RANKS[kind], kind)
