"""Ballots in PostgreSQL: votes are counted behind the writers, a batch a transaction.

New votes are taken in the order in which they came, for all polls that were begun. A poll is begun
when it is here; the votes that were here before it are taken from the index of relations, beside
that. Each vote is looked at once. A batch is put in order of accounts before it is written, so that
many rows touch a page once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from ....interface.content.polls import Ballot, Tally, choices_of
from ....interface.content.relations import VOTE
from ....validation.statement_rules import Successors, last_key
from ...server.connection import Connection
from ..accounts.successors import successors
from ..entry_rows import at_arrivals
from ..feed_numbers import account_of, bucket
from . import poll_rows
from .named_rows import SUBJECT_SIZE
from .poll_rows import PollRow

BATCH: Final = 2000
"""Votes a transaction: some 15 ms."""

_VOTE: Final = "coalesce(dated_ms, sort_ms), seq, arrival, feed, value"

_NEW: Final = f"""
    SELECT subject, {_VOTE} FROM relations
    WHERE code = {VOTE} AND arrival > %s ORDER BY arrival LIMIT %s"""  # noqa: S608 - fixed text

_OLDER: Final = f"""
    SELECT sort_ms, {_VOTE} FROM relations
    WHERE bucket = %s AND subject = %s AND code = {VOTE} AND (sort_ms, seq, arrival) > (%s, %s, %s)
    ORDER BY sort_ms, seq, arrival LIMIT %s"""  # noqa: S608 - fixed text

_COUNT: Final = f"""
    SELECT count(*) FROM relations
    WHERE bucket = %s AND subject = %s AND code = {VOTE}"""  # noqa: S608

_COUNT_NEW: Final = f"""
    SELECT count(*) FROM relations
    WHERE code = {VOTE} AND arrival > %s AND subject = %s"""  # noqa: S608 - fixed text

_MARK: Final = "SELECT arrival FROM votes_counted"
_SET_MARK: Final = """
    INSERT INTO votes_counted (one, arrival) VALUES (1, %s)
    ON CONFLICT (one) DO UPDATE SET arrival = excluded.arrival"""

_BALLOTS: Final = """
    SELECT account, order_ms, seq, arrival, choices FROM ballots
    WHERE poll = %s AND account = ANY(%s)"""
_BALLOTS_OF_KEYS: Final = """
    SELECT a.key, b.order_ms, b.seq, b.arrival, b.choices
    FROM accounts a JOIN ballots b ON b.poll = %s AND b.account = a.number
    WHERE a.key = ANY(%s)"""
_CHOICES_OF_KEYS: Final = """
    SELECT a.key, b.choices
    FROM accounts a JOIN ballots b ON b.poll = %s AND b.account = a.number
    WHERE a.key = ANY(%s) AND b.choices <> 0"""
_HELD: Final = """
    SELECT a.key FROM accounts a WHERE a.key = ANY(%s) AND EXISTS (
        SELECT 1 FROM held h WHERE h.account = a.number)"""
_SAVE: Final = """
    INSERT INTO ballots VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (poll, account) DO UPDATE SET order_ms = excluded.order_ms, seq = excluded.seq,
        arrival = excluded.arrival, choices = excluded.choices"""
_FIRST_AFTER: Final = """
    SELECT arrival FROM log WHERE arrived_ms > %s ORDER BY arrived_ms, arrival LIMIT 1"""


class _Vote(NamedTuple):
    """A vote as the indexes know it."""

    time_ms: int
    seq: int
    arrival: int
    feed: int
    value: str | None


class _Choice(NamedTuple):
    """The vote of an account that counts so far; `choices` has bit n for option n."""

    time_ms: int
    seq: int
    arrival: int
    choices: int


# --- counting ---------------------------------------------------------------------------


def count_some(db: Connection, poll_id: bytes | None) -> int:
    """See `Polls.count_votes`; in the caller's transaction."""
    wanted = None if poll_id is None else poll_rows.by_subject(db, poll_id[:SUBJECT_SIZE])
    if wanted is not None and not wanted.caught_up:
        return _count_older(db, wanted)
    return _count_new(db) or _count_behind(db)


def _count_behind(db: Connection) -> int:
    """Older votes of polls that are behind; polls without votes count as one."""
    done = 0
    while done < BATCH and (row := poll_rows.behind(db)) is not None:
        done += _count_older(db, row)
    return done


def _count_older(db: Connection, row: PollRow) -> int:
    """Count votes that came before the poll was begun."""
    if row.upto is None:
        row.upto = _mark(db)
    values = bucket(row.subject), row.subject, *row.at, BATCH
    rows = db.rows(_OLDER, values)
    if rows:
        sort_ms, _, seq, arrival, *_ = rows[-1]
        row.at = sort_ms, seq, arrival
    row.caught_up = len(rows) < BATCH
    votes = [_Vote(*values) for _, *values in rows]
    _count(db, row, [one for one in votes if one.arrival <= row.upto])
    return len(rows) or 1


def _count_new(db: Connection) -> int:
    """Count votes that have come since, of whatever polls."""
    rows = db.run(_NEW, (_mark(db), BATCH)).fetchall()
    if not rows:
        return 0
    for subject, of_poll in groupby(sorted(rows), key=lambda one: one[0]):
        poll = poll_rows.by_subject(db, subject)
        if poll is not None and poll.upto is not None:
            _count(db, poll, [_Vote(*values) for _, *values in of_poll])
    db.run(_SET_MARK, (rows[-1][3],))
    return len(rows)


def _count(db: Connection, row: PollRow, votes: Sequence[_Vote]) -> None:
    """Take votes in one poll into its ballots and totals."""
    best: dict[int, _Choice] = {}
    belated_from = _belated_from(db, row)
    for vote in votes:
        row.held += 1
        if row.rules.is_late(vote.time_ms):
            row.late += 1
            continue
        row.belated += belated_from is not None and vote.arrival >= belated_from
        choices = int(vote.value or 0)
        if not row.rules.is_valid(choices):
            row.malformed += 1
            continue
        account = account_of(vote.feed)
        one = _Choice(*vote[:3], choices)
        best[account] = _newer(db, best[account], one) if account in best else one
    _merge(db, row, best)
    poll_rows.save(db, row)


def _merge(db: Connection, row: PollRow, best: Mapping[int, _Choice]) -> None:
    changed: list[tuple[int, ...]] = []
    found = db.rows(_BALLOTS, (row.arrival, sorted(best)))
    before = {account: _Choice(*values) for account, *values in found}
    for account in sorted(best):
        one, old = best[account], before.get(account)
        if old is not None and _newer(db, old, one) is old:
            continue
        if old is not None:
            row.add(old.choices, -1)
        row.add(one.choices, 1)
        changed.append((row.arrival, account, *one))
    db.run_each(_SAVE, changed)


def _belated_from(db: Connection, row: PollRow) -> int | None:
    """The first place in the order of arrival that was given more than a day after the end."""
    if row.rules.belated_after_ms is None:
        return None
    found = db.run(_FIRST_AFTER, (row.rules.belated_after_ms,)).fetchone()
    return None if found is None else int(found[0])


def _newer(db: Connection, one: _Choice, other: _Choice) -> _Choice:
    if one[:2] != other[:2]:
        return max(one, other, key=lambda each: each[:2])
    first, second = at_arrivals(db, [one.arrival, other.arrival])
    return one if first.id >= second.id else other


def _mark(db: Connection) -> int:
    row = db.run(_MARK).fetchone()
    return 0 if row is None else int(row[0])


# --- reading ----------------------------------------------------------------------------


def is_waiting(db: Connection) -> bool:
    """Whether `count_some` has anything to do."""
    if poll_rows.behind(db) is not None:
        return True
    return db.run(_NEW, (_mark(db), 1)).fetchone() is not None


def tally(db: Connection, poll_id: bytes) -> Tally | None:
    """See `Polls.tally`."""
    row = poll_rows.by_subject(db, poll_id[:SUBJECT_SIZE])
    if row is None or row.id != poll_id:
        return None
    for keys in _families(successors(db)):
        _count_once(row, [one for _, one in _ballots_of(db, row, keys)], db)
    return Tally(
        tuple(row.counts),
        row.votes,
        held=row.held + (waiting := _uncounted(db, row)),
        late=row.late,
        malformed=row.malformed,
        withdrawn=row.withdrawn,
        belated=row.belated,
        uncounted=waiting,
    )


def ballots(db: Connection, poll_id: bytes, accounts: Iterable[bytes]) -> dict[bytes, Ballot]:
    """See `Polls.ballots`."""
    row = poll_rows.by_subject(db, poll_id[:SUBJECT_SIZE])
    if row is None or row.id != poll_id:
        return {}
    wanted = dict.fromkeys(accounts)
    families = [keys for keys in _families(successors(db)) if any(key in wanted for key in keys)]
    alone = wanted.keys() - {key for keys in families for key in keys}
    given = dict[bytes, Ballot]()
    for key, choices in db.rows(_CHOICES_OF_KEYS, (row.arrival, sorted(alone))):
        given[key] = Ballot(key, choices_of(choices))
    for keys in families:
        if several := _ballots_of(db, row, keys):
            key, best = several[0]
            for other, one in several[1:]:
                key, best = (key, best) if _newer(db, best, one) is best else (other, one)
            ballot = Ballot(key, choices_of(best.choices))
            given |= dict.fromkeys((key for key in keys if key in wanted), ballot)
    return {key: one for key, one in given.items() if one.choices}


def held_accounts(db: Connection, accounts: Iterable[bytes]) -> set[bytes]:
    """See `Polls.held_accounts`."""
    return {key for (key,) in db.rows(_HELD, (list(accounts),))}


def _count_once(row: PollRow, several: Sequence[_Choice], db: Connection) -> None:
    """Of the ballots of one account under several keys the newest counts alone."""
    if len(several) < 2:
        return
    best = several[0]
    for one in several[1:]:
        best = _newer(db, best, one)
    for one in several:
        if one is not best:
            row.add(one.choices, -1)


def _uncounted(db: Connection, row: PollRow) -> int:
    if not row.caught_up:
        return int(db.rows(_COUNT, (bucket(row.subject), row.subject))[0][0]) - row.held
    return int(db.rows(_COUNT_NEW, (_mark(db), row.subject))[0][0])


def _ballots_of(db: Connection, row: PollRow, keys: Sequence[bytes]) -> list[tuple[bytes, _Choice]]:
    rows = db.rows(_BALLOTS_OF_KEYS, (row.arrival, list(keys)))
    return [(key, _Choice(*values)) for key, *values in rows]


def _families(after: Successors) -> Iterable[list[bytes]]:
    """The keys of each account that was rotated."""
    families: dict[bytes, list[bytes]] = {}
    for account in {*after, *after.values()}:
        families.setdefault(last_key(account, after), []).append(account)
    return families.values()
