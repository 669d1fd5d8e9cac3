"""Verify the entries of one feed, row by row, from what the rows say."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sayso_protocol.accounts.statement import End, grant_for
from sayso_protocol.content.body import Poll
from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.crypto.keys import verify
from sayso_protocol.errors import Refused
from sayso_protocol.feed.entry import DOMAIN, encode_header
from sayso_protocol.feed.fork import read_fork
from sayso_protocol.limits import MAX_SEQ

from ...index.body_columns import join_body
from ...index.body_facts import NO_FACTS, IndexedFacts, facts_of
from ...index.kinds import SHOWN, kind_code
from ...interface.errors import StoreDamaged
from ...interface.records import Held
from ...validation.statement_rules import end_of
from ..sql.connection import note_damage
from ..tables.content import label_rows, relation_rows
from ..tables.entry_rows import SHORT
from ..tables.feed_rows import FeedRow
from ..tables.statement_tables import SqliteStatementTables
from ..tables.timeline import leap_rows

_ROWS = """
    SELECT e.seq, e.arrival, e.time_ms, e.clamped_ms, e.kind, e.id, e.signature, e.body,
        b.size, b.hash,
        (SELECT arrived_ms FROM batches WHERE first <= e.arrival ORDER BY first DESC LIMIT 1)
    FROM entries e INDEXED BY entries_by_place LEFT JOIN absent b ON b.arrival = e.arrival
    WHERE e.feed = ? ORDER BY e.seq"""

_REPLY = """
    SELECT count(*) FROM replies
    WHERE parent = ? AND sort_ms = ? AND seq = ? AND arrival = ?"""
_TAG = """
    SELECT count(*) FROM tags
    WHERE tag = ? AND sort_ms = ? AND seq = ? AND arrival = ? AND feed = ?"""
_RELATION = """
    SELECT count(*) FROM acts
    WHERE subject = ? AND code = ? AND sort_ms = ? AND seq = ? AND arrival = ?
        AND feed = ? AND dated_ms IS ? AND value IS ?"""
_LABEL = """
    SELECT count(*) FROM labels
    WHERE feed = ? AND on_account = ? AND subject = ? AND name = ? AND seq = ? AND off = ?"""
_EDIT_TAG = "SELECT count(*) FROM edit_tags WHERE tag = ? AND arrival = ?"
_POLL = "SELECT count(*) FROM polls WHERE arrival = ? AND subject = ?"
_ORIGIN = "SELECT count(*) FROM origins WHERE origin = ? AND arrival <= ?"

UNREADABLE = (Refused, StoreDamaged, TypeError, ValueError, OverflowError)
"""Errors that reading rotten columns raises: a flipped type byte makes text of bytes."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of `_ROWS`."""

    seq: int
    arrival: int
    time_ms: int
    clamped_ms: int | None
    kind: int | None
    id: bytes
    signature: bytes
    body: bytes | None
    size: int | None
    digest: bytes | None
    arrived_ms: int


class FeedAudit:
    """Walks a feed from its lowest entry up, along its stretches.

    Iterating gives one list of problems an entry, mostly empty. `seen` counts the rows
    of every table that the feed accounts for.
    """

    def __init__(self, db: sqlite3.Connection, feed: FeedRow) -> None:
        self.seen = Counter({"held": len(feed.state.held)})
        self._db = db
        self._feed = feed
        self._parts = {part.first: part for part in feed.state.held}
        self._part: Held | None = None
        self._before: _Row | None = None
        self._leaps = leap_rows.of_feed(db, feed.number)
        self._leap = next(self._leaps, None)

    def __iter__(self) -> Iterator[list[str]]:
        yield [*self._grant(), *self._statements()]
        for values in self._db.execute(_ROWS, (self._feed.number,)):
            row = _Row(*values)
            self.seen["entries"] += 1
            yield [f"entry {row.seq}: {problem}" for problem in self._problems(row)]
            self._before = row
        yield [*self._end(), *(f"entries {first} on: missing" for first in self._parts)]

    def _grant(self) -> Iterator[str]:
        state = self._feed.state
        try:
            if grant_for(state.grant.wire, state.account, state.feed) != state.grant:
                yield "the grant says something else than its row"
        except UNREADABLE as error:
            yield f"the grant: {error}"

    def _statements(self) -> Iterator[str]:
        """Compare what statements made of the feed with the statements, read again."""
        state = self._feed.state
        try:
            if not self._ends_as(
                end_of(state.account, state.feed, SqliteStatementTables(self._db))
            ):
                yield "it ends elsewhere than its account says"
            forked_at = MAX_SEQ if state.forked_at is None else state.forked_at
            if state.proof is not None and not forked_at <= read_fork(state.proof).seq:
                yield "its fork proof is not accounted for"
        except UNREADABLE as error:
            yield f"what is said of it: {error}"
        yield from self._beyond_the_end()

    def _ends_as(self, stated: End | None) -> bool:
        """Whether the feed ends where its account says, or sooner, since times go back there."""
        end, held = self._feed.state.end, self._feed.state.held
        if end is None or stated is None or not 0 < end.seq < stated.seq:
            return end == stated
        reaching = (part for part in held if part.first <= end.seq <= part.last)
        return all((part.last, part.top) == (end.seq, end.id) for part in reaching)

    def _beyond_the_end(self) -> Iterator[str]:
        end = self._feed.state.end
        if end is None:
            return
        for part in self._feed.state.held:
            if part.last > end.seq or (part.last == end.seq and part.top != end.id):
                yield f"entries {part.first} to {part.last}: not what the feed's end leaves"

    def _problems(self, row: _Row) -> Iterator[str]:
        if self._before is None or self._before.seq + 1 != row.seq or self._at_top():
            yield from self._end()
            yield from self._begin(row)
        try:
            yield from self._link(row)
            yield from self._indexes(row)
        except UNREADABLE as error:
            yield f"unreadable: {error}"

    def _at_top(self) -> bool:
        return bool(self._part and self._before and self._part.last == self._before.seq)

    def _begin(self, row: _Row) -> Iterator[str]:
        """Enter the stretch that this row is the foot of."""
        self._before, self._part = None, self._parts.pop(row.seq, None)
        if self._part is None:
            yield "in no held stretch, or the entry before it is missing"
        elif self._part.first_ms != row.time_ms:
            yield "not the time that its stretch begins with"

    def _link(self, row: _Row) -> Iterator[str]:
        """Compare the id with header and signature; at a tip, check the signature too."""
        part, before = self._part, self._before
        previous = before.id if before else part.below if part else None
        body = join_body(row.body, row.size, row.digest)
        size, digest = (len(body), body_hash(body)) if isinstance(body, bytes) else body
        feed = self._feed.state.feed
        header = encode_header(feed, row.seq, previous, row.time_ms, size, digest)
        if entry_id(header, row.signature) != row.id:
            note_damage(self._db, row.arrival)
            yield "does not have the id it is stored under"
        if before and row.time_ms < before.time_ms:
            yield "earlier than the entry before it"
        if part and row.seq == part.last:
            verify(feed, DOMAIN, header, row.signature)

    def _end(self) -> Iterator[str]:
        """Leave a stretch: compare its top with the row last seen."""
        part, row = self._part, self._before
        if part and row and (part.last, part.top, part.last_ms) != (row.seq, row.id, row.time_ms):
            yield f"entries {part.first} to {part.last}: the stretch does not end as stored"

    def _indexes(self, row: _Row) -> Iterator[str]:
        facts = NO_FACTS if row.body is None else facts_of(row.body)
        if row.kind != (None if row.body is None else kind_code(facts.kind)):
            yield "indexed as another kind"
        sort_ms = facts.sort_ms(row.time_ms, row.arrived_ms)
        if row.clamped_ms != (None if sort_ms == row.time_ms else sort_ms):
            yield "sorted by another time"
        if row.clamped_ms is None and row.kind in SHOWN and self._leaps_over(row.seq):
            yield "passed over by timelines"
        self.seen["absent"] += row.digest is not None
        if not self._indexed(row, facts):
            yield "missing in an index"

    def _leaps_over(self, seq: int) -> bool:
        """Whether walks leap over a number; asked for in ascending order."""
        while self._leap is not None and self._leap[1] < seq:
            self._leap = next(self._leaps, None)
        return self._leap is not None and self._leap[0] <= seq

    def _indexed(self, row: _Row, facts: IndexedFacts) -> bool:
        sort_ms = row.time_ms if row.clamped_ms is None else row.clamped_ms
        place = sort_ms, row.seq, row.arrival
        wanted: list[tuple[str, tuple[object, ...]]] = [
            (_TAG, (tag, *place, self._feed.number)) for tag in facts.tags
        ]
        self.seen["tags"] += len(facts.tags)
        rows = list(relation_rows.rows_of(facts, place, self._feed.number, row.time_ms))
        self.seen["acts"] += len(rows)
        wanted += [(_RELATION, values) for values in rows]
        labelled = label_rows.rows_of(facts, self._feed.number, row.seq)
        self.seen["labels"] += len(labelled)
        wanted += [(_LABEL, values) for values in labelled]
        wanted += [(_EDIT_TAG, (tag, row.arrival)) for tag in facts.edit_tags]
        self.seen["edit_tags"] += len(facts.edit_tags)
        if facts.kind == Poll.KIND:
            self.seen["polls"] += 1
            wanted.append((_POLL, (row.arrival, row.id[: relation_rows.SUBJECT_SIZE])))
        if facts.reply is not None:
            self.seen["replies"] += 1
            wanted.append((_REPLY, (facts.reply[:SHORT], *place)))
        if self._feed.own and facts.origin is not None:
            wanted.append((_ORIGIN, (facts.origin, row.arrival)))
        return all(self._db.execute(query, values).fetchone()[0] for query, values in wanted)
