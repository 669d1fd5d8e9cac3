"""What others made of entries, for a page of them at once."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ...interface.content.relations import REACT, REPOST, Interactions
from ...validation.statement_rules import Successors, last_key
from ..tables.accounts.successors import successors
from ..tables.content.relation_rows import SUBJECT_SIZE
from ..tables.entry_rows import SHORT, chunks, marks

_REPLIES = "SELECT parent, count(*) FROM replies WHERE parent IN ({}) GROUP BY parent"

# Of each feed the newest; see relation_rows.py.
_ACTS = f"""
    SELECT n.subject, n.code, a.key, n.value, n.time_ms, n.seq, n.arrival
    FROM (SELECT subject, code, feed, value, coalesce(dated_ms, sort_ms) time_ms, arrival,
            max(seq) AS seq
        FROM acts WHERE subject IN ({{}}) AND code IN ({REACT}, {REPOST})
        GROUP BY subject, code, feed) n
    CROSS JOIN feeds f ON f.number = n.feed CROSS JOIN accounts a ON a.number = f.account"""  # noqa: S608

_ID = "SELECT id FROM entries WHERE arrival = ?"


class _Said(NamedTuple):
    """The newest of an account, by what decides but for the id."""

    time_ms: int
    seq: int
    arrival: int
    value: str | None


def interactions(db: sqlite3.Connection, ids: Iterable[bytes]) -> dict[bytes, Interactions]:
    """See `Relations.interactions`."""
    wanted = list(ids)
    replies = _replies(db, wanted)
    said = _said(db, wanted, successors(db))
    found = {}
    for one in wanted:
        values = said.get(one[:SUBJECT_SIZE])
        count = replies.get(one[:SHORT], 0)
        if values is not None:
            found[one] = Interactions(count, tuple(sorted(values[REACT])), len(values[REPOST]))
        elif count:
            found[one] = Interactions(count)
    return {one: made for one, made in found.items() if any(made)}


def _replies(db: sqlite3.Connection, ids: Sequence[bytes]) -> dict[bytes, int]:
    """Replies by the short form of the id; see replies.py."""
    counts: dict[bytes, int] = {}
    for some in chunks([one[:SHORT] for one in ids]):
        counts |= db.execute(_REPLIES.format(marks(len(some))), some).fetchall()
    return counts


def _said(
    db: sqlite3.Connection, ids: Sequence[bytes], after: Successors
) -> dict[bytes, dict[int, list[str]]]:
    """The values of the reactions and reposts that count, by subject and code."""
    newest: dict[tuple[bytes, int, bytes], _Said] = {}
    for some in chunks([one[:SUBJECT_SIZE] for one in ids]):
        for subject, code, key, value, *order in db.execute(_ACTS.format(marks(len(some))), some):
            who = subject, code, last_key(key, after)
            time_ms, seq, arrival = order
            one = _Said(time_ms, seq, arrival, value)
            other = newest.get(who)
            newest[who] = one if other is None else _later(db, one, other)
    found: dict[bytes, dict[int, list[str]]] = defaultdict(lambda: {REACT: [], REPOST: []})
    for (subject, code, _), one in newest.items():
        if one.value is not None:
            found[subject][code].append(one.value)
    return found


def _later(db: sqlite3.Connection, one: _Said, other: _Said) -> _Said:
    if one[:2] != other[:2]:
        return max(one, other, key=lambda each: each[:2])
    first, second = (db.execute(_ID, (each.arrival,)).fetchone()[0] for each in (one, other))
    return one if first > second else other
