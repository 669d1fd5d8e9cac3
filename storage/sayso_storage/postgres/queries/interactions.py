"""What others made of entries, for a page of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ...interface.content.relations import REACT, REPOST, Interactions
from ...validation.statement_rules import Successors, last_key
from ..server.connection import Connection
from ..tables.accounts.successors import successors
from ..tables.content.named_rows import SUBJECT_SIZE
from ..tables.entry_rows import at_keys
from ..tables.feed_numbers import bucket
from .replies import reply_counts

_SAID: Final = f"""
    SELECT DISTINCT ON (x.subject, x.code, x.feed)
        x.subject, x.code, a.key, x.value, coalesce(x.dated_ms, x.sort_ms), x.seq, x.feed
    FROM unnest(%s::int[], %s::bytea[]) AS w (bucket, subject)
    JOIN relations x ON x.bucket = w.bucket AND x.subject = w.subject
    JOIN accounts a ON a.number = x.account
    WHERE x.code IN ({REACT}, {REPOST}) ORDER BY x.subject, x.code, x.feed, x.seq DESC"""  # noqa: S608
"""Of each feed the newest; see relation_rows.py."""


class _Said(NamedTuple):
    """The newest of an account, by what decides but for the id."""

    time_ms: int
    seq: int
    feed: int
    value: str | None


def interactions(db: Connection, ids: Iterable[bytes]) -> dict[bytes, Interactions]:
    """See `Relations.interactions`."""
    wanted = list(ids)
    replies = reply_counts(db, wanted)
    said = _said(db, wanted, successors(db))
    found = {}
    for one in wanted:
        values = said.get(one[:SUBJECT_SIZE])
        count = replies.get(one, 0)
        if values is not None:
            found[one] = Interactions(count, tuple(sorted(values[REACT])), len(values[REPOST]))
        elif count:
            found[one] = Interactions(count)
    return {one: made for one, made in found.items() if any(made)}


def _said(
    db: Connection, ids: Sequence[bytes], after: Successors
) -> dict[bytes, dict[int, list[str]]]:
    """The values of the reactions and reposts that count, by subject and code."""
    newest: dict[tuple[bytes, int, bytes], _Said] = {}
    subjects = list({one[:SUBJECT_SIZE] for one in ids})
    columns = [bucket(one) for one in subjects], subjects
    for subject, code, key, value, time_ms, seq, feed in db.rows(_SAID, columns):
        who = subject, code, last_key(key, after)
        one = _Said(time_ms, seq, feed, value)
        other = newest.get(who)
        newest[who] = one if other is None else _later(db, one, other)
    found: dict[bytes, dict[int, list[str]]] = defaultdict(lambda: {REACT: [], REPOST: []})
    for (subject, code, _), one in newest.items():
        if one.value is not None:
            found[subject][code].append(one.value)
    return found


def _later(db: Connection, one: _Said, other: _Said) -> _Said:
    if one[:2] != other[:2]:
        return max(one, other, key=lambda each: each[:2])
    first, second = at_keys(db, [(one.feed, one.seq), (other.feed, other.seq)])
    return one if first.id > second.id else other
