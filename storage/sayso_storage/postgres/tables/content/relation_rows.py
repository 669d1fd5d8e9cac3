"""Relations in PostgreSQL: their rows, and what counts of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from sayso_protocol.content.body import Follow, Unfollow

from ....index.body_facts import NO_FACTS, IndexedFacts, facts_of
from ....index.kinds import kind_code
from ....interface.content.relations import FOLLOW, FOLLOWS_COUNTED, Relation, Stance
from ....interface.records import Place, StoredEntry
from ....validation.statement_rules import Successors, family, last_key
from ...server.connection import Connection
from ..accounts.successors import numbers_of, successors
from ..entry_rows import Key, at_keys
from ..feed_numbers import account_of, bucket
from .named_rows import SUBJECT_SIZE, feeds_of

COLUMNS: Final = "bucket, subject, code, sort_ms, seq, arrival, account, feed, dated_ms, value"
TYPES: Final = (*("int4", "bytea", "int2", "int8", "int8", "int8", "int8", "int8", "int8", "text"),)

_Following = tuple[bool, int, int, int]
"""Whether an account follows, and the time, number and feed of the entry that says so."""

Row = tuple[int, bytes, int, int, int, int, int, int, int | None, str | None]

# Of each feed the newest relation: a feed's times never decrease.
_NEWEST_OF_FEEDS: Final = """
    SELECT DISTINCT ON (x.feed) a.key, x.value, coalesce(x.dated_ms, x.sort_ms), x.seq, x.sort_ms,
        x.arrival, x.feed
    FROM relations x JOIN accounts a ON a.number = x.account
    WHERE x.bucket = %s AND x.subject = %s AND x.code = %s ORDER BY x.feed, x.seq DESC"""

# Of each feed the newest follow or unfollow, by the number of its account.
_NEWEST_FOLLOWS: Final = f"""
    SELECT DISTINCT ON (feed) account, value IS NOT NULL, coalesce(dated_ms, sort_ms), seq, feed
    FROM (SELECT * FROM relations WHERE bucket = %s AND subject = %s AND code = {FOLLOW}
        ORDER BY sort_ms DESC, seq DESC, arrival DESC LIMIT %s) n
    ORDER BY feed, seq DESC"""  # noqa: S608 - numbers

_FOLLOWS_OF_FEEDS: Final = f"""
    SELECT DISTINCT ON (x.feed) a.key, x.value IS NOT NULL, coalesce(x.dated_ms, x.sort_ms), x.seq,
        x.feed
    FROM relations x JOIN accounts a ON a.number = x.account
    WHERE x.bucket = %s AND x.subject = %s AND x.code = {FOLLOW} AND x.feed = ANY(%s)
    ORDER BY x.feed, x.seq DESC"""  # noqa: S608

_EACH: Final = """
    SELECT feed, seq FROM relations WHERE bucket = %s AND subject = %s AND code = %s
    ORDER BY sort_ms DESC, seq DESC, arrival DESC LIMIT %s"""

_FOLLOWS_BY: Final = """
    SELECT e.feed, e.seq FROM accounts a JOIN entries e ON e.account = a.number
    WHERE a.key = ANY(%s) AND e.kind = ANY(%s) AND e.kind <> 1 AND e.body IS NOT NULL"""

_NEWEST_FOLLOWS_BY: Final = """
    SELECT feed, seq FROM entries
    WHERE account = %s AND feed = %s AND kind = %s AND kind <> 1 AND body IS NOT NULL
    ORDER BY seq DESC LIMIT %s"""

_REMOVE: Final = """
    DELETE FROM relations
    WHERE bucket = %s AND subject = %s AND code = %s AND sort_ms = %s AND seq = %s
        AND arrival = %s"""


def rows_of(facts: IndexedFacts, place: Place, feed: int, time_ms: int) -> Iterator[Row]:
    """The rows that an entry of this place and signed time has."""
    dated_ms = time_ms if time_ms != place[0] else None
    for relation in facts.relations:
        subject = relation.subject[:SUBJECT_SIZE]
        named = bucket(subject), subject, relation.code
        yield *named, *place, account_of(feed), feed, dated_ms, relation.value


def remove(db: Connection, facts: IndexedFacts, place: Place) -> None:
    """Remove the rows of an entry."""
    names = ((relation.subject[:SUBJECT_SIZE], relation.code) for relation in facts.relations)
    db.run_each(_REMOVE, [(bucket(subject), subject, code, *place) for subject, code in names])


class _Candidate(NamedTuple):
    """The newest relation of one feed; compares by what decides, but for the id."""

    order: tuple[int, int]
    stance: Stance | None
    key: Key


def stances(db: Connection, code: int, ids: Iterable[bytes]) -> dict[bytes, list[Stance]]:
    """The relations to each subject that count, newest first; those without anything left out."""
    after = successors(db)
    found = {one: counting(db, code, [one], after) for one in ids}
    return {one: list(counted) for one, counted in found.items() if counted}


def followers(db: Connection, account: bytes) -> list[Stance]:
    """See `Relations.followers`."""
    after = successors(db)
    return counting(db, FOLLOW, family(account, after), after)


def follower_counts(db: Connection, accounts: Iterable[bytes]) -> dict[bytes, int]:
    """See `Relations.follower_counts`."""
    after = successors(db)
    one_with = _numbers_that_are_one(db, after)
    counted = dict[bytes, int]()
    for account in accounts:
        best: dict[int | bytes, _Following] = {}
        for subject in family(account, after):
            values = *_named(subject), FOLLOWS_COUNTED
            for number, follows, *place in db.rows(_NEWEST_FOLLOWS, values):
                who: int | bytes = number
                if number in one_with:
                    who = one_with[number]
                one = (bool(follows), *place)
                best[who] = _newer_follow(db, best[who], one) if who in best else one
        if count := sum(follows for follows, *_ in best.values()):
            counted[account] = count
    return counted


def following_among(db: Connection, account: bytes, others: Iterable[bytes]) -> set[bytes]:
    """See `Relations.following_among`."""
    after = successors(db)
    asked = {one: family(one, after) for one in others}
    numbers = {n for keys in asked.values() for n in feeds_of(db, keys)}
    best: dict[bytes, _Following] = {}
    for subject in family(account, after) if numbers else ():
        values = *_named(subject), list(numbers)
        for key, follows, *place in db.rows(_FOLLOWS_OF_FEEDS, values):
            who, one = last_key(key, after), (bool(follows), *place)
            best[who] = _newer_follow(db, best[who], one) if who in best else one
    following = {who for who, (follows, *_) in best.items() if follows}
    return {one for one in asked if last_key(one, after) in following}


def _numbers_that_are_one(db: Connection, after: Successors) -> dict[int, bytes]:
    """The last key of each account that was rotated, or that one was rotated to, by number."""
    numbers = numbers_of(db, list({*after, *after.values()}))
    return {number: last_key(key, after) for key, number in numbers.items()}


def _newer_follow(db: Connection, one: _Following, other: _Following) -> _Following:
    if one[1:3] != other[1:3]:
        return max(one, other, key=lambda each: each[1:3])
    first, second = at_keys(db, [(one[3], one[2]), (other[3], other[2])])
    return one if first.id > second.id else other


def counting(
    db: Connection, code: int, subjects: Sequence[bytes], after: Successors
) -> list[Stance]:
    """The relations to several names of one subject that count, newest first."""
    best: dict[bytes, _Candidate] = {}
    for subject in subjects:
        rows = db.rows(_NEWEST_OF_FEEDS, (*_named(subject), code))
        for key, value, time_ms, seq, sort_ms, arrival, feed in rows:
            stance = None if value is None else Stance(key, value, (sort_ms, seq, arrival))
            one = _Candidate((time_ms, seq), stance, (feed, seq))
            who = last_key(key, after)
            best[who] = _newer(db, best[who], one) if who in best else one
    counted = [one.stance for one in best.values() if one.stance is not None]
    return sorted(counted, key=lambda stance: stance.place, reverse=True)


def followees(db: Connection, account: bytes) -> list[bytes]:
    """See `Relations.followees`."""
    after = successors(db)
    entries = _follows_by(db, family(account, after))
    return [relation.subject for relation in _followed(entries, after)]


def followee_count(db: Connection, account: bytes) -> int:
    """See `Relations.followee_count`."""
    after = successors(db)
    feeds = feeds_of(db, family(account, after))
    keys = [
        (number, seq)
        for feed in feeds
        for kind in (Follow.KIND, Unfollow.KIND)
        for number, seq in db.rows(
            _NEWEST_FOLLOWS_BY, (account_of(feed), feed, kind_code(kind), FOLLOWS_COUNTED)
        )
    ]
    entries = at_keys(db, keys)
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


def each(db: Connection, code: int, subjects: Sequence[bytes], limit: int) -> list[StoredEntry]:
    """The entries with a relation to one of these, newest first, each once."""
    found: dict[int, StoredEntry] = {}
    for subject in subjects:
        keys = db.rows(_EACH, (*_named(subject), code, max(limit, 0)))
        entries = at_keys(db, [(feed, seq) for feed, seq in keys])
        found |= {entry.arrival: entry for entry in entries}
    newest_first = sorted(found.values(), key=lambda entry: entry.place, reverse=True)
    return newest_first[: max(limit, 0)]


def _follows_by(db: Connection, keys: Sequence[bytes]) -> list[StoredEntry]:
    codes = [kind_code(Follow.KIND), kind_code(Unfollow.KIND)]
    return at_keys(db, [(feed, seq) for feed, seq in db.rows(_FOLLOWS_BY, (list(keys), codes))])


def _named(subject: bytes) -> tuple[int, bytes]:
    """Bucket and name of a subject in the rows."""
    return bucket(subject), subject[:SUBJECT_SIZE]


def _newer(db: Connection, one: _Candidate, other: _Candidate) -> _Candidate:
    if one.order != other.order:
        return max(one, other, key=lambda each: each.order)
    first, second = at_keys(db, [one.key, other.key])
    return one if first.id > second.id else other
