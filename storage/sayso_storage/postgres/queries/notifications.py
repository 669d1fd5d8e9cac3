"""Notifications: what others did to the own account, newest first.

`named` has the candidates in their order; of each that is read it is asked whether it still counts:
whether the entry that it names is held, and whether its author said nothing else since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from sayso_protocol.content.body import Edit

from ...index.body_facts import facts_of
from ...interface.content.relations import (
    FOLLOW,
    MENTION,
    NOTIFICATION_KINDS,
    QUOTE,
    REACT,
    REPOST,
    Notification,
)
from ...interface.records import StoredEntry
from ..server.connection import Connection, Row
from ..tables.accounts.successors import successors
from ..tables.content.named_rows import REPLY, feeds_of, own_keys
from ..tables.content.relation_rows import counting
from ..tables.entry_rows import at_keys, keys_of_ids
from . import versions
from .timeline import NEWER

_CANDIDATES: Final = """
    SELECT sort_ms, seq, arrival, feed, code FROM named
    WHERE sort_ms >= %s AND (sort_ms, seq, arrival) < (%s, %s, %s)
    ORDER BY sort_ms DESC, seq DESC, arrival DESC LIMIT %s"""

# `named` has no index by arrival: it is small, and read whole for each batch.
_ARRIVED: Final = """
    SELECT sort_ms, seq, arrival, feed, code FROM named WHERE arrival > %s AND arrival < %s
    ORDER BY arrival {order} LIMIT %s"""

_KINDS = {code: kind for kind, code in NOTIFICATION_KINDS.items()}

_BEHIND_ALL = (1 << 63) - 1

_AT_ONCE = 50
"""Candidates of which the entries are read together."""

_READ_AT_ONCE = 65_536
"""Candidates, two numbers each, that are read at once: some megabytes."""


def notifications(db: Connection, limit: int, since_ms: int | None) -> list[Notification]:
    """See `Relations.notifications`."""
    keys = own_keys(db)
    if not keys or limit <= 0:
        return []
    return list(islice(_Counting(db, keys).found(since_ms or 0), limit))


def arrived_notifications(
    db: Connection, limit: int, before: int | None, after: int, *, oldest_first: bool
) -> list[Notification]:
    """See `Relations.arrived_notifications`."""
    keys = own_keys(db)
    if not keys or limit <= 0:
        return []
    counting = _Counting(db, keys)
    low, high = after, _BEHIND_ALL if before is None else min(before, _BEHIND_ALL)
    found = list[Notification]()
    for rows in _arrived(db, low, high, limit, oldest_first=oldest_first):
        found += counting.of(rows)
        if len(found) >= limit:
            break
    return found[:limit]


def _arrived(
    db: Connection, low: int, high: int, limit: int, *, oldest_first: bool
) -> Iterator[Sequence[Row]]:
    """The candidates between two arrivals in batches. More are read at once each time, since each
    read goes through all of `named`, and of what one account says again and again one counts."""
    query, most = _ARRIVED.format(order="ASC" if oldest_first else "DESC"), limit
    while True:
        rows = db.rows(query, (low, high, most))
        yield from (rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE))
        if len(rows) < most:
            return
        low, high = (rows[-1][2], high) if oldest_first else (low, rows[-1][2])
        most = min(4 * most, _READ_AT_ONCE)


class _Counting:
    """The own account under all its keys, and what names it and counts."""

    def __init__(self, db: Connection, keys: list[bytes]) -> None:
        self._db = db
        self._keys = keys
        self._feeds = set(feeds_of(db, keys))
        self._after = successors(db)
        self._own: dict[bytes, bool] = {}
        self._counted: dict[tuple[int, bytes], set[int]] = {}

    def found(self, since_ms: int) -> Iterator[Notification]:
        """All notifications, newest first."""
        place = NEWER
        while rows := self._db.rows(_CANDIDATES, (since_ms, *place, _AT_ONCE)):
            yield from self.of(rows)
            place = rows[-1][:3]

    def of(self, candidates: Sequence[Row]) -> Iterator[Notification]:
        """The notifications among candidates, each a place, a feed and a code."""
        codes = {row[2]: row[4] for row in candidates}
        for entry in at_keys(self._db, [(row[3], row[1]) for row in candidates]):
            kind = self._kind(entry, codes[entry.arrival])
            if kind is not None:
                yield Notification(kind, entry)

    def _kind(self, entry: StoredEntry, code: int) -> str | None:
        """The kind of notification that an entry is, if it is one."""
        if entry.body is None:
            return _KINDS[code]  # damaged: only the index knows of it
        facts = facts_of(entry.body)
        if facts.reply is not None and self._holds(facts.reply):
            return _KINDS[REPLY]
        kinds = {
            one.code
            for one in facts.relations
            if self._counts(facts.kind, one.code, one.subject, entry)
        }
        return next((kind for kind, code in NOTIFICATION_KINDS.items() if code in kinds), None)

    def _counts(self, kind: str, code: int, subject: bytes, entry: StoredEntry) -> bool:
        if code == MENTION:
            if subject not in self._keys:
                return False
            return kind != Edit.KIND or versions.is_new_mention(self._db, entry, self._keys)
        if code == QUOTE:
            return self._holds(subject)
        if code in (REACT, REPOST):
            return self._holds(subject) and entry.arrival in self._newest(code, subject, [subject])
        if code == FOLLOW:
            return subject in self._keys and entry.arrival in self._newest(code, b"", self._keys)
        return False

    def _holds(self, entry_id: bytes) -> bool:
        """Whether an own entry is held."""
        if entry_id not in self._own:
            keys = [key for key in keys_of_ids(self._db, [entry_id]) if key[0] in self._feeds]
            found = at_keys(self._db, keys)
            self._own[entry_id] = any(one.id == entry_id for one in found)
        return self._own[entry_id]

    def _newest(self, code: int, name: bytes, subjects: list[bytes]) -> set[int]:
        """The arrivals of what counts of what is said of a subject."""
        if (code, name) not in self._counted:
            stances = counting(self._db, code, subjects, self._after)
            self._counted[code, name] = {one.place[2] for one in stances}
        return self._counted[code, name]
