"""Labels in PostgreSQL: their rows, and what counts of them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Final, NamedTuple

from sayso_protocol.limits import MAX_LABELS_ON_ONE, MAX_TIME_MS

from ....index.body_facts import IndexedFacts
from ....interface.content.labels import Labelled, LabelPlace
from ....validation.statement_rules import Successors, family
from ...server.connection import Connection
from ..accounts.successors import successors
from ..feed_numbers import account_of
from .named_rows import feeds_of

COLUMNS: Final = "account, feed, on_account, subject, name, seq, off"
TYPES: Final = ("int8", "int8", "bool", "bytea", "text", "int8", "bool")

Row = tuple[int, int, bool, bytes, str, int, bool]

_WHICH: Final = """
    SELECT DISTINCT feed FROM labels
    WHERE account = ANY(%s) AND feed = ANY(%s) AND on_account = %s AND subject = %s"""

_NEXT_NAME: Final = """
    SELECT name FROM labels
    WHERE account = %s AND feed = %s AND on_account = %s AND subject = %s AND name > %s
    ORDER BY name LIMIT 1"""

_LABELS: Final = """
    SELECT l.on_account, l.subject, l.name, e.time_ms, l.seq, e.id, l.off
    FROM labels l JOIN entries e ON e.account = l.account AND e.feed = l.feed AND e.seq = l.seq
    WHERE l.account = %s AND l.feed = %s AND {} AND e.time_ms <= %s
    ORDER BY l.on_account, l.subject, l.name, l.seq DESC LIMIT %s"""

_NEWEST: Final = _LABELS.format("l.on_account = %s AND l.subject = %s AND l.name = %s")
_BEHIND: Final = _LABELS.format("(l.on_account, l.subject, l.name) > (%s, %s, %s)")

_REMOVE: Final = """
    DELETE FROM labels
    WHERE account = %s AND feed = %s AND on_account = %s AND subject = %s AND name = %s
        AND seq = %s"""

_AT_ONCE: Final = 500
"""Labels that are read together."""


class _LabelRow(NamedTuple):
    """One label on one subject, with what decides whether it counts."""

    on_account: bool
    subject: bytes
    name: str
    time_ms: int
    seq: int
    id: bytes
    off: bool

    @property
    def place(self) -> LabelPlace:
        """See `Labelled.place`."""
        return self[:3]

    @property
    def order(self) -> tuple[int, int, bytes]:
        """Of several on one subject the highest counts."""
        return self[3:6]

    def labelled(self, labeller: bytes) -> Labelled:
        """As the interface gives it."""
        return Labelled(labeller, self.on_account, self.subject, self.name, self.time_ms)


def rows_of(facts: IndexedFacts, feed: int, seq: int) -> list[Row]:
    """The rows that an entry of this place has."""
    return [
        (account_of(feed), feed, one.on_account, one.subject, one.name, seq, one.off)
        for one in facts.labels
    ]


def remove(db: Connection, facts: IndexedFacts, feed: int, seq: int) -> None:
    """Remove the rows of an entry."""
    db.run_each(_REMOVE, [row[:6] for row in rows_of(facts, feed, seq)])


def labels_on(
    db: Connection, subjects: Iterable[bytes], labellers: Sequence[bytes], on_account: bool
) -> dict[bytes, list[Labelled]]:
    """See `Labels.labels_on`."""
    # A labeller is all the keys that it had and has, and each key has feeds of its own.
    after = successors(db)
    feeds = {labeller: _feeds_of(db, labeller, after) for labeller in labellers}
    every = [feed for some in feeds.values() for feed in some]
    if not every:
        return {}
    # Most subjects have no label of anybody. One query for each key tells which feeds have one,
    # a step down the index for each of them, and only these are read on.
    columns = [account_of(feed) for feed in every], every
    found: dict[bytes, list[Labelled]] = {}
    for subject in subjects:
        # An account may have been labelled under any of its keys; an entry has one id.
        keys = family(subject, after) if on_account else [subject]
        rows = [row for key in keys for row in db.rows(_WHICH, (*columns, on_account, key))]
        which = {feed for (feed,) in rows}
        if which:
            # By labeller, since feeds of one are weighed against each other: of all that it said
            # under one name, of the subject under any key, the newest counts.
            labels = [
                label.labelled(labeller)
                for labeller, some in feeds.items()
                for label in _counting(db, which.intersection(some), on_account, keys)
            ]
            found |= {subject: labels} if labels else {}
    return found


def labels_by(
    db: Connection,
    labeller: bytes,
    behind: LabelPlace | None,
    until_ms: int | None,
    limit: int,
) -> list[Labelled]:
    """See `Labels.labels_by`. Memory does not grow with the number of labels."""
    after = successors(db)
    feeds = _feeds_of(db, labeller, after)
    rotated = {*after, *after.values()}
    until = MAX_TIME_MS if until_ms is None else min(until_ms, MAX_TIME_MS)
    columns = [_newest_each(db, feed, behind, until) for feed in feeds]
    merged = heapq.merge(*columns, key=lambda label: label.place)
    newest = (
        max(label, key=lambda one: one.order) for _, label in groupby(merged, lambda s: s.place)
    )
    counting = (
        label.labelled(labeller)
        for label in newest
        if not label.off
        and (label.subject not in rotated or _is_last_word(db, feeds, label, until, after))
    )
    return list(islice(counting, max(limit, 0)))


def _counting(
    db: Connection, feeds: Iterable[int], on_account: bool, keys: Sequence[bytes]
) -> Iterator[_LabelRow]:
    """The labels of one labeller on one subject that count, by name."""
    some = sorted(feeds)
    names = {name for feed in some for key in keys for name in _names(db, feed, on_account, key)}
    for name in sorted(names):
        label = _newest(db, some, on_account, keys, name, MAX_TIME_MS)
        if label is not None and not label.off:
            yield label


def _names(db: Connection, feed: int, on_account: bool, subject: bytes) -> Iterator[str]:
    """The first names that a feed gives a subject: a look-up each, however often it says them."""
    name = ""
    for _ in range(MAX_LABELS_ON_ONE):
        row = db.row(_NEXT_NAME, (account_of(feed), feed, on_account, subject, name))
        if row is None:
            return
        (name,) = row
        yield name


def _newest(
    db: Connection,
    feeds: Iterable[int],
    on_account: bool,
    keys: Iterable[bytes],
    name: str,
    until: int,
) -> _LabelRow | None:
    """The last word of a labeller about one subject under all its keys."""
    rows = (
        db.row(_NEWEST, (account_of(feed), feed, on_account, key, name, until, 1))
        for key in keys
        for feed in feeds
    )
    found = [_LabelRow(*row) for row in rows if row is not None]
    return max(found, key=lambda label: label.order, default=None)


def _newest_each(
    db: Connection, feed: int, behind: LabelPlace | None, until: int
) -> Iterator[_LabelRow]:
    """Of one feed the newest about each subject and name, in their order."""
    place: LabelPlace = behind or (False, b"", "")
    while rows := db.rows(_BEHIND, (account_of(feed), feed, *place, until, _AT_ONCE)):
        found = [_LabelRow(*row) for row in rows]
        last: LabelPlace | None = None
        for label in found:
            if label.place != last:
                last = label.place
                yield label
        if len(found) < _AT_ONCE:
            return
        place = found[-1].place


def _is_last_word(
    db: Connection, feeds: Sequence[int], label: _LabelRow, until: int, after: Successors
) -> bool:
    """Whether nothing newer is said of the same account under another of its keys."""
    keys = family(label.subject, after)
    return _newest(db, feeds, True, keys, label.name, until) == label


def _feeds_of(db: Connection, labeller: bytes, after: Successors) -> list[int]:
    keys = family(labeller, after)
    return feeds_of(db, keys)
