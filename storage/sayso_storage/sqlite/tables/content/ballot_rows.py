"""Ballots in SQLite: votes are counted behind the writers, a batch a transaction.

New votes are taken in the order in which they came, for all polls that were begun. A poll is begun
when it is here; the votes that were here before it are taken from the index of relations, beside
that. Each vote is looked at once. A batch is put in order of accounts before it is written, so that
many rows touch a page once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple, TypeVar

from ....interface.content.polls import Ballot, Tally, choices_of
from ....interface.content.relations import VOTE
from ....validation.statement_rules import Successors, last_key
from ..accounts.successors import successors
from . import poll_rows
from .poll_rows import PollRow
from .relation_rows import SUBJECT_SIZE

BATCH: Final = 2000
"""Votes a transaction: some 15 ms."""

_TOGETHER: Final = 500
"""Accounts in one statement."""

_VOTE = "coalesce(dated_ms, sort_ms), seq, arrival, feed, value"

_NEW = f"""
    SELECT subject, {_VOTE} FROM acts INDEXED BY votes_in_order
    WHERE code = {VOTE} AND arrival > ? ORDER BY arrival LIMIT ?"""  # noqa: S608 - fixed text

_OLDER = f"""
    SELECT sort_ms, {_VOTE} FROM acts
    WHERE subject = ? AND code = {VOTE} AND (sort_ms, seq, arrival) > (?, ?, ?)
    ORDER BY sort_ms, seq, arrival LIMIT ?"""  # noqa: S608 - fixed text

_COUNT = f"SELECT count(*) FROM acts WHERE subject = ? AND code = {VOTE}"  # noqa: S608

_COUNT_NEW = f"""
    SELECT count(*) FROM acts INDEXED BY votes_in_order
    WHERE code = {VOTE} AND arrival > ? AND subject = ?"""  # noqa: S608 - fixed text

_MARK = "SELECT arrival FROM votes_counted"
_SET_MARK = """
    INSERT INTO votes_counted (one, arrival) VALUES (1, ?)
    ON CONFLICT DO UPDATE SET arrival = excluded.arrival"""

_ACCOUNTS = "SELECT number, account FROM feeds WHERE number IN ({})"
_BALLOTS = """
    SELECT account, order_ms, seq, arrival, choices FROM ballots
    WHERE poll = ? AND account IN ({})"""
_BALLOTS_OF_KEYS = """
    SELECT a.key, b.order_ms, b.seq, b.arrival, b.choices
    FROM accounts a CROSS JOIN ballots b ON b.poll = ? AND b.account = a.number
    WHERE a.key IN ({})"""
_CHOICES_OF_KEYS = """
    SELECT a.key, b.choices
    FROM accounts a CROSS JOIN ballots b ON b.poll = ? AND b.account = a.number
    WHERE a.key IN ({}) AND b.choices != 0"""
_HELD = """
    SELECT a.key FROM accounts a WHERE a.key IN ({}) AND EXISTS (
        SELECT 1 FROM feeds f CROSS JOIN held h ON h.feed = f.number
        WHERE f.account = a.number)"""
_SAVE = "INSERT OR REPLACE INTO ballots VALUES (?, ?, ?, ?, ?, ?)"
_ID = "SELECT id FROM entries WHERE arrival = ?"
_FIRST_AFTER = "SELECT first FROM batches WHERE arrived_ms > ? ORDER BY arrived_ms LIMIT 1"


T = TypeVar("T")


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


def count_some(db: sqlite3.Connection, poll_id: bytes | None) -> int:
    """See `Polls.count_votes`; in the caller's transaction."""
    wanted = None if poll_id is None else poll_rows.by_subject(db, poll_id[:SUBJECT_SIZE])
    if wanted is not None and not wanted.caught_up:
        return _count_older(db, wanted)
    return _count_new(db) or _count_behind(db)


def _count_behind(db: sqlite3.Connection) -> int:
    """Older votes of polls that are behind; polls without votes count as one."""
    done = 0
    while done < BATCH and (row := poll_rows.behind(db)) is not None:
        done += _count_older(db, row)
    return done


def _count_older(db: sqlite3.Connection, row: PollRow) -> int:
    """Count votes that came before the poll was begun."""
    if row.upto is None:
        row.upto = _mark(db)
    rows = db.execute(_OLDER, (row.subject, *row.at, BATCH)).fetchall()
    if rows:
        sort_ms, _, seq, arrival, *_ = rows[-1]
        row.at = sort_ms, seq, arrival
    row.caught_up = int(len(rows) < BATCH)
    votes = [_Vote(*values) for _, *values in rows]
    _count(db, row, [one for one in votes if one.arrival <= row.upto])
    return len(rows) or 1


def _count_new(db: sqlite3.Connection) -> int:
    """Count votes that have come since, of whatever polls."""
    rows = db.execute(_NEW, (_mark(db), BATCH)).fetchall()
    if not rows:
        return 0
    for subject, of_poll in groupby(sorted(rows), key=lambda one: one[0]):
        poll = poll_rows.by_subject(db, subject)
        if poll is not None and poll.upto is not None:
            _count(db, poll, [_Vote(*values) for _, *values in of_poll])
    db.execute(_SET_MARK, (rows[-1][3],))
    return len(rows)


def _count(db: sqlite3.Connection, row: PollRow, votes: Sequence[_Vote]) -> None:
    """Take votes in one poll into its ballots and totals."""
    accounts = _accounts(db, {one.feed for one in votes})
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
        account = accounts[vote.feed]
        one = _Choice(*vote[:3], choices)
        best[account] = _newer(db, best[account], one) if account in best else one
    _merge(db, row, best)
    poll_rows.save(db, row)


def _merge(db: sqlite3.Connection, row: PollRow, best: Mapping[int, _Choice]) -> None:
    changed: list[tuple[int, ...]] = []
    before: dict[int, _Choice] = {}
    for some in _chunks(sorted(best)):
        found = db.execute(_BALLOTS.format(_marks(some)), (row.arrival, *some))
        before |= {account: _Choice(*values) for account, *values in found}
    for account in sorted(best):
        one, old = best[account], before.get(account)
        if old is not None and _newer(db, old, one) is old:
            continue
        if old is not None:
            row.add(old.choices, -1)
        row.add(one.choices, 1)
        changed.append((row.arrival, account, *one))
    db.executemany(_SAVE, changed)


def _accounts(db: sqlite3.Connection, feeds: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in _chunks(sorted(feeds)):
        found |= dict(db.execute(_ACCOUNTS.format(_marks(some)), some).fetchall())
    return found


def _belated_from(db: sqlite3.Connection, row: PollRow) -> int | None:
    """The first place in the order of arrival that was given more than a day after the end."""
    if row.rules.belated_after_ms is None:
        return None
    found = db.execute(_FIRST_AFTER, (row.rules.belated_after_ms,)).fetchone()
    return None if found is None else int(found[0])


def _newer(db: sqlite3.Connection, one: _Choice, other: _Choice) -> _Choice:
    if one[:2] != other[:2]:
        return max(one, other, key=lambda each: each[:2])
    ids = [bytes(db.execute(_ID, (each.arrival,)).fetchone()[0]) for each in (one, other)]
    return one if ids[0] >= ids[1] else other


def _mark(db: sqlite3.Connection) -> int:
    row = db.execute(_MARK).fetchone()
    return 0 if row is None else int(row[0])


# --- reading ----------------------------------------------------------------------------


def is_waiting(db: sqlite3.Connection) -> bool:
    """Whether `count_some` has anything to do."""
    if poll_rows.behind(db) is not None:
        return True
    return db.execute(_NEW, (_mark(db), 1)).fetchone() is not None


def tally(db: sqlite3.Connection, poll_id: bytes) -> Tally | None:
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


def ballots(
    db: sqlite3.Connection, poll_id: bytes, accounts: Iterable[bytes]
) -> dict[bytes, Ballot]:
    """See `Polls.ballots`."""
    row = poll_rows.by_subject(db, poll_id[:SUBJECT_SIZE])
    if row is None or row.id != poll_id:
        return {}
    wanted = dict.fromkeys(accounts)
    families = [keys for keys in _families(successors(db)) if any(key in wanted for key in keys)]
    alone = wanted.keys() - {key for keys in families for key in keys}
    given = dict[bytes, Ballot]()
    for some in _chunks(sorted(alone)):
        for key, choices in db.execute(_CHOICES_OF_KEYS.format(_marks(some)), (row.arrival, *some)):
            given[key] = Ballot(key, choices_of(choices))
    for keys in families:
        if several := _ballots_of(db, row, keys):
            key, best = several[0]
            for other, one in several[1:]:
                key, best = (key, best) if _newer(db, best, one) is best else (other, one)
            ballot = Ballot(key, choices_of(best.choices))
            given |= dict.fromkeys((key for key in keys if key in wanted), ballot)
    return {key: one for key, one in given.items() if one.choices}


def held_accounts(db: sqlite3.Connection, accounts: Iterable[bytes]) -> set[bytes]:
    """See `Polls.held_accounts`."""
    found = set[bytes]()
    for some in _chunks(list(accounts)):
        found.update(bytes(key) for (key,) in db.execute(_HELD.format(_marks(some)), some))
    return found


def _count_once(row: PollRow, several: Sequence[_Choice], db: sqlite3.Connection) -> None:
    """Of the ballots of one account under several keys the newest counts alone."""
    if len(several) < 2:
        return
    best = several[0]
    for one in several[1:]:
        best = _newer(db, best, one)
    for one in several:
        if one is not best:
            row.add(one.choices, -1)


def _uncounted(db: sqlite3.Connection, row: PollRow) -> int:
    if not row.caught_up:
        return int(db.execute(_COUNT, (row.subject,)).fetchone()[0]) - row.held
    return int(db.execute(_COUNT_NEW, (_mark(db), row.subject)).fetchone()[0])


def _ballots_of(
    db: sqlite3.Connection, row: PollRow, keys: Sequence[bytes]
) -> list[tuple[bytes, _Choice]]:
    found: list[tuple[bytes, _Choice]] = []
    for some in _chunks(keys):
        rows = db.execute(_BALLOTS_OF_KEYS.format(_marks(some)), (row.arrival, *some))
        found += [(bytes(key), _Choice(*values)) for key, *values in rows]
    return found


def _families(after: Successors) -> Iterable[list[bytes]]:
    """The keys of each account that was rotated."""
    families: dict[bytes, list[bytes]] = {}
    for account in {*after, *after.values()}:
        families.setdefault(last_key(account, after), []).append(account)
    return families.values()


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), _TOGETHER):
        yield values[start : start + _TOGETHER]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
