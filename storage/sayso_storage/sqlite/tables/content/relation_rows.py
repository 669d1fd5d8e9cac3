"""Relations in SQLite: their rows, and what counts of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from sayso_protocol.content.body import Follow, Unfollow

from ....index.body_facts import NO_FACTS, IndexedFacts, facts_of
from ....index.kinds import kind_code
from ....interface.content.relations import FOLLOW, FOLLOWS_COUNTED, Relation, Stance
from ....interface.records import Place, StoredEntry
from ....validation.statement_rules import Successors, family, last_key
from ..accounts.successors import successors
from ..entry_rows import COLUMNS, JOINED, at_arrivals, entry_of
from .named_rows import feeds_of

COLUMN_NAMES: Final = "subject, code, sort_ms, seq, arrival, feed, dated_ms, value"
SUBJECT_SIZE: Final = 16
"""Bytes of a subject in a row; schema/0005_acts.sql has the same number."""

_Following = tuple[bool, int, int, int]
"""Whether an account follows, and the time, number and arrival of the entry that says so."""

Row = tuple[bytes, int, int, int, int, int, int | None, str | None]

# Of each feed the newest relation: a feed's times never decrease. The other columns are those of
# the row with the maximum (sqlite.org/lang_select.html, "bare columns").
_NEWEST_OF_FEEDS = """
    SELECT a.key, n.value, coalesce(n.dated_ms, n.sort_ms), n.seq, n.sort_ms, n.arrival
    FROM (SELECT feed, value, dated_ms, sort_ms, arrival, max(seq) AS seq FROM acts
        WHERE subject = ? AND code = ? GROUP BY feed) n
    CROSS JOIN feeds f ON f.number = n.feed CROSS JOIN accounts a ON a.number = f.account"""

# Of each feed the newest follow or unfollow, by the number of its account.
_NEWEST_FOLLOWS = f"""
    SELECT f.account, n.value IS NOT NULL, n.said_ms, n.seq, n.arrival
    FROM (SELECT feed, value, coalesce(dated_ms, sort_ms) AS said_ms, arrival, max(seq) AS seq
        FROM (SELECT feed, value, dated_ms, sort_ms, seq, arrival FROM acts
            WHERE subject = ? AND code = {FOLLOW}
            ORDER BY sort_ms DESC, seq DESC, arrival DESC LIMIT ?)
        GROUP BY feed) n
    CROSS JOIN feeds f ON f.number = n.feed"""  # noqa: S608 - numbers

_FOLLOWS_OF_FEEDS = f"""
    SELECT a.key, n.value IS NOT NULL, n.said_ms, n.seq, n.arrival
    FROM (SELECT feed, value, coalesce(dated_ms, sort_ms) AS said_ms, arrival, max(seq) AS seq
        FROM acts WHERE subject = ? AND code = {FOLLOW} AND feed IN ({{}}) GROUP BY feed) n
    CROSS JOIN feeds f ON f.number = n.feed CROSS JOIN accounts a ON a.number = f.account"""  # noqa: S608

_EACH = f"""{COLUMNS}
    FROM acts x CROSS JOIN entries e ON e.arrival = x.arrival {JOINED}
    WHERE x.subject = ? AND x.code = ?
    ORDER BY x.sort_ms DESC, x.seq DESC, x.arrival DESC LIMIT ?"""

_FOLLOWS_BY = f"""{COLUMNS}
    FROM accounts a
    CROSS JOIN feeds f ON f.account = a.number
    CROSS JOIN entries e INDEXED BY others_by_kind ON e.feed = f.number
    WHERE a.key = ? AND e.kind = ? AND e.kind <> 1 AND e.body IS NOT NULL"""

_NEWEST_FOLLOWS_BY = f"""{COLUMNS}
    FROM entries e INDEXED BY others_by_kind {JOINED}
    WHERE e.feed = ? AND e.kind = ? AND e.kind <> 1 AND e.body IS NOT NULL
    ORDER BY e.seq DESC LIMIT ?"""


def rows_of(facts: IndexedFacts, place: Place, feed: int, time_ms: int) -> Iterator[Row]:
    """The rows that an entry of this place and signed time has."""
    dated_ms = time_ms if time_ms != place[0] else None
    for relation in facts.relations:
        yield relation.subject[:SUBJECT_SIZE], relation.code, *place, feed, dated_ms, relation.value


def remove(db: sqlite3.Connection, facts: IndexedFacts, place: Place) -> None:
    """Remove the rows of an entry."""
    for relation in facts.relations:
        db.execute(
            "DELETE FROM acts"
            " WHERE subject = ? AND code = ? AND sort_ms = ? AND seq = ? AND arrival = ?",
            (relation.subject[:SUBJECT_SIZE], relation.code, *place),
        )


class _Candidate(NamedTuple):
    """The newest relation of one feed; compares by what decides, but for the id."""

    order: tuple[int, int]
    stance: Stance | None
    arrival: int


def stances(db: sqlite3.Connection, code: int, ids: Iterable[bytes]) -> dict[bytes, list[Stance]]:
    """The relations to each subject that count, newest first; those without anything left out."""
    after = successors(db)
    found = {one: counting(db, code, [one], after) for one in ids}
    return {one: list(counted) for one, counted in found.items() if counted}


def followers(db: sqlite3.Connection, account: bytes) -> list[Stance]:
    """See `Relations.followers`."""
    after = successors(db)
    return counting(db, FOLLOW, family(account, after), after)


def follower_counts(db: sqlite3.Connection, accounts: Iterable[bytes]) -> dict[bytes, int]:
    """See `Relations.follower_counts`."""
    after = successors(db)
    one_with = _numbers_that_are_one(db, after)
    counted = dict[bytes, int]()
    for account in accounts:
        best: dict[int | bytes, _Following] = {}
        for subject in family(account, after):
            for number, follows, *place in db.execute(
                _NEWEST_FOLLOWS, (subject[:SUBJECT_SIZE], FOLLOWS_COUNTED)
            ):
                who = one_with.get(number, number)
                one = (bool(follows), *place)
                best[who] = _newer_follow(db, best[who], one) if who in best else one
        if count := sum(follows for follows, *_ in best.values()):
            counted[account] = count
    return counted


def following_among(db: sqlite3.Connection, account: bytes, others: Iterable[bytes]) -> set[bytes]:
    """See `Relations.following_among`."""
    after = successors(db)
    asked = {one: family(one, after) for one in others}
    numbers = {n for keys in asked.values() for n in feeds_of(db, keys)}
    query = _FOLLOWS_OF_FEEDS.format(", ".join(map(str, numbers)))
    best: dict[bytes, _Following] = {}
    for subject in family(account, after) if numbers else ():
        for key, follows, *place in db.execute(query, (subject[:SUBJECT_SIZE],)):
            who, one = last_key(key, after), (bool(follows), *place)
            best[who] = _newer_follow(db, best[who], one) if who in best else one
    following = {who for who, (follows, *_) in best.items() if follows}
    return {one for one in asked if last_key(one, after) in following}


def _numbers_that_are_one(db: sqlite3.Connection, after: Successors) -> dict[int, bytes]:
    """The last key of each account that was rotated, or that one was rotated to, by number."""
    keys = {*after, *after.values()}
    found = dict[int, bytes]()
    for key in keys:
        row = db.execute("SELECT number FROM accounts WHERE key = ?", (key,)).fetchone()
        if row is not None:
            found[row[0]] = last_key(key, after)
    return found


def _newer_follow(db: sqlite3.Connection, one: _Following, other: _Following) -> _Following:
    if one[1:3] != other[1:3]:
        return max(one, other, key=lambda each: each[1:3])
    first, second = at_arrivals(db, [one[3], other[3]])
    return one if first.id > second.id else other


def counting(
    db: sqlite3.Connection, code: int, subjects: Sequence[bytes], after: Successors
) -> list[Stance]:
    """The relations to several names of one subject that count, newest first."""
    best: dict[bytes, _Candidate] = {}
    for subject in subjects:
        rows = db.execute(_NEWEST_OF_FEEDS, (subject[:SUBJECT_SIZE], code))
        for key, value, time_ms, seq, sort_ms, arrival in rows:
            stance = None if value is None else Stance(key, value, (sort_ms, seq, arrival))
            one = _Candidate((time_ms, seq), stance, arrival)
            who = last_key(key, after)
            best[who] = _newer(db, best[who], one) if who in best else one
    counted = [one.stance for one in best.values() if one.stance is not None]
    return sorted(counted, key=lambda stance: stance.place, reverse=True)


def followees(db: sqlite3.Connection, account: bytes) -> list[bytes]:
    """See `Relations.followees`."""
    after = successors(db)
    entries = _follows_by(db, family(account, after))
    return [relation.subject for relation in _followed(entries, after)]


def followee_count(db: sqlite3.Connection, account: bytes) -> int:
    """See `Relations.followee_count`."""
    after = successors(db)
    feeds = feeds_of(db, family(account, after))
    entries = (
        entry_of(db, row)
        for feed in feeds
        for kind in (Follow.KIND, Unfollow.KIND)
        for row in db.execute(_NEWEST_FOLLOWS_BY, (feed, kind_code(kind), FOLLOWS_COUNTED))
    )
    return len(_followed(entries, after))


def _followed(entries: Iterable[StoredEntry], after: Successors) -> list[Relation]:
    """What these say last of each account that they follow at last, newest first."""
    best: dict[bytes, tuple[tuple[int, int, bytes], Relation]] = {}
    for entry in entries:
        facts = NO_FACTS if entry.body is None else facts_of(entry.body)
        for relation in facts.relations:
            if relation.code == FOLLOW:
                whom = last_key(relation.subject, after)
                order = (entry.time_ms, entry.seq, entry.id)
                if whom not in best or order > best[whom][0]:
                    best[whom] = order, relation
    newest_first = sorted(best.values(), key=lambda one: one[0], reverse=True)
    return [relation for _, relation in newest_first if relation.value is not None]


def each(
    db: sqlite3.Connection, code: int, subjects: Sequence[bytes], limit: int
) -> list[StoredEntry]:
    """The entries with a relation to one of these, newest first, each once."""
    found: dict[int, StoredEntry] = {}
    for subject in subjects:
        values = (subject[:SUBJECT_SIZE], code, max(limit, 0))
        entries = (entry_of(db, row) for row in db.execute(_EACH, values))
        found |= {entry.arrival: entry for entry in entries}
    newest_first = sorted(found.values(), key=lambda entry: entry.place, reverse=True)
    return newest_first[: max(limit, 0)]


def _follows_by(db: sqlite3.Connection, keys: Iterable[bytes]) -> Iterator[StoredEntry]:
    for key in keys:
        for kind in (Follow.KIND, Unfollow.KIND):
            for row in db.execute(_FOLLOWS_BY, (key, kind_code(kind))):
                yield entry_of(db, row)


def _newer(db: sqlite3.Connection, one: _Candidate, other: _Candidate) -> _Candidate:
    if one.order != other.order:
        return max(one, other, key=lambda each: each.order)
    first, second = at_arrivals(db, [one.arrival, other.arrival])
    return one if first.id > second.id else other
