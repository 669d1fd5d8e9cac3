"""Entries of others that name the own account or an entry of it: candidates for notifications.

A row is written when the later of the two comes, the entry that names or the one that is named.
Where the own account gets another key, or loses entries, all are made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from ....index.body_facts import IndexedFacts
from ....interface.content.relations import FOLLOW, MENTION, QUOTE, REACT, REPOST
from ....validation.statement_rules import family
from ...server.connection import Connection
from ..accounts.successors import successors
from ..entry_rows import AT
from ..feed_numbers import account_of, bucket, short

SUBJECT_SIZE: Final = 16
"""Bytes of a subject in a row of `relations`."""

REPLY = 0
"""The code of a reply. Of an entry that is of several kinds the lowest code counts: those of posts
are in the order of `NOTIFICATION_KINDS`, and others are of one."""

_OWNER: Final = "SELECT key FROM accounts WHERE own"

_FEEDS: Final = """
    SELECT f.feed FROM accounts a JOIN feeds f ON f.account = a.number WHERE a.key = ANY(%s)"""

_HELD: Final = "SELECT feed, first, last, top FROM held WHERE account = ANY(%s) AND feed = ANY(%s)"
_IDS: Final = "SELECT id FROM entries WHERE account = %s AND feed = %s AND seq BETWEEN %s AND %s"

_ANSWERING: Final = """
    SELECT r.sort_ms, r.seq, r.arrival, r.feed, o.id
    FROM unnest(%s::int[], %s::bytea[], %s::bytea[]) AS o (bucket, short, id)
    JOIN replies r ON r.bucket = o.bucket AND r.parent = o.short WHERE r.feed <> ALL(%s)"""

_SAYING: Final = """
    SELECT x.sort_ms, x.seq, x.arrival, x.feed, x.code
    FROM unnest(%s::int[], %s::bytea[]) AS o (bucket, subject)
    JOIN relations x ON x.bucket = o.bucket AND x.subject = o.subject
    WHERE x.code = ANY(%s) AND x.feed <> ALL(%s)"""

_WITH_ID: Final = f"""
    SELECT e.arrival FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bytea[])
        AS k (account, feed, seq, id)
    JOIN entries e ON {AT} WHERE position(k.id in e.body) > 0"""  # noqa: S608 - fixed text

_INSERT: Final = """
    INSERT INTO named (sort_ms, seq, arrival, feed, code) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (sort_ms, seq, arrival) DO UPDATE SET code = least(named.code, excluded.code)"""

_AT_ONCE: Final = 1000
"""Own entries of which it is asked together who names them."""

Row = tuple[int, int, int, int, int]
"""Place, feed and code."""


class OwnNames:
    """The own account under all its keys, and its entries; each as far as it was last looked."""

    def __init__(self) -> None:
        self.keys: list[bytes] = []
        self.feeds: list[int] = []
        self._ids: set[bytes] = set()
        self._loaded: dict[tuple[int, int], tuple[int, bytes]] = {}
        """By feed and first number of a stretch, the last number that was there, and its id."""

    def refresh(self, db: Connection) -> None:
        """Look again. Ids that are gone may stay: who names them is found to name nothing."""
        self.keys = own_keys(db)
        self.feeds = feeds_of(db, self.keys)
        accounts = [account_of(feed) for feed in self.feeds]
        for feed, first, last, top in db.rows(_HELD, (accounts, self.feeds)):
            account = account_of(feed)
            known, name = self._loaded.get((feed, first), (first - 1, None))
            if name is not None and db.row(_IDS, (account, feed, known, known)) != (name,):
                known = first - 1  # another branch
            if known < last:
                self._ids.update(one for (one,) in db.rows(_IDS, (account, feed, known + 1, last)))
            self._loaded[feed, first] = last, top

    def code_of(self, facts: IndexedFacts) -> int | None:
        """The code of an entry of another's that names the own account or an entry of it."""
        if facts.reply in self._ids:
            return REPLY
        codes = [
            one.code
            for one in facts.relations
            if one.subject in (self.keys if one.code in (MENTION, FOLLOW) else self._ids)
            and one.code in _CODES
        ]
        return min(codes, default=None)


_CODES = frozenset({REACT, REPOST, QUOTE, MENTION, FOLLOW})


def own_keys(db: Connection) -> list[bytes]:
    """The own account under all its keys; empty where the store has no owner."""
    owner = db.row(_OWNER)
    return [] if owner is None else family(owner[0], successors(db))


def feeds_of(db: Connection, keys: list[bytes]) -> list[int]:
    """The feeds of accounts."""
    return [number for (number,) in db.rows(_FEEDS, (keys,))]


def note_own(db: Connection, ids: Iterable[bytes]) -> None:
    """Enter what names own entries that have come just now."""
    _enter(db, _about_entries(db, ids, feeds_of(db, own_keys(db))))


def rebuild(db: Connection) -> None:
    """Make all rows anew."""
    db.run("DELETE FROM named")
    _enter(db, _everything(db))


def remove(db: Connection, place: tuple[int, int, int]) -> None:
    """Remove the row of an entry, if it has one."""
    db.run("DELETE FROM named WHERE sort_ms = %s AND seq = %s AND arrival = %s", place)


def problems(db: Connection) -> Iterator[str]:
    """One line where the rows are not what entries say."""
    wanted: dict[tuple[int, ...], int] = {}
    for *place, code in _everything(db):
        wanted[tuple(place)] = min(code, wanted.get(tuple(place), code))
    there = {
        tuple(place): code
        for *place, code in db.rows("SELECT sort_ms, seq, arrival, feed, code FROM named")
    }
    if wanted != there:
        yield "what names the own account is not what entries say"


def _enter(db: Connection, rows: Iterable[Row]) -> None:
    db.run_each(_INSERT, list(rows))


def _everything(db: Connection) -> Iterator[Row]:
    keys = own_keys(db)
    own = feeds_of(db, keys)
    yield from _about_entries(db, _own_ids(db, own), own)
    subjects = [key[:SUBJECT_SIZE] for key in keys]
    columns = [bucket(one) for one in subjects], subjects
    yield from db.rows(_SAYING, (*columns, [MENTION, FOLLOW], own))


def _own_ids(db: Connection, own: Iterable[int]) -> Iterator[bytes]:
    for feed in own:
        for first, last in db.rows(
            "SELECT first, last FROM held WHERE account = %s AND feed = %s",
            (account_of(feed), feed),
        ):
            yield from (one for (one,) in db.rows(_IDS, (account_of(feed), feed, first, last)))


def _about_entries(db: Connection, ids: Iterable[bytes], own: list[int]) -> Iterator[Row]:
    """What replies to own entries, reacts to, reposts or quotes them."""
    waiting = iter(ids)
    while some := list(islice(waiting, _AT_ONCE)):
        names = [bucket(one) for one in some], [short(one) for one in some], some
        yield from _real(db, db.rows(_ANSWERING, (*names, own)))
        subjects = [one[:SUBJECT_SIZE] for one in some]
        yield from db.rows(_SAYING, (names[0], subjects, [REACT, REPOST, QUOTE], own))


def _real(db: Connection, answers: Sequence[tuple[Any, ...]]) -> Iterator[Row]:
    """Those answers whose bodies have the whole id that they answer."""
    feeds = [row[3] for row in answers]
    columns = [account_of(feed) for feed in feeds], feeds, [row[1] for row in answers]
    real = {one for (one,) in db.rows(_WITH_ID, (*columns, [row[4] for row in answers]))}
    for sort_ms, seq, arrival, feed, _ in answers:
        if arrival in real:
            yield sort_ms, seq, arrival, feed, REPLY
