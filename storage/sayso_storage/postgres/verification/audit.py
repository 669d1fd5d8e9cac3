"""Verify the entries of one feed, row by row, from what the rows say."""

from __future__ import annotations

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
from ...index.kinds import kind_code
from ...interface.errors import StoreDamaged
from ...interface.records import Held
from ...validation.statement_rules import end_of
from ..server.connection import Connection, note_damage
from ..tables.content import label_rows, relation_rows
from ..tables.content.named_rows import SUBJECT_SIZE
from ..tables.feed_numbers import account_of, bucket, short
from ..tables.feed_rows import FeedRow
from ..tables.statement_tables import PostgresStatementTables

_ROWS = """
    SELECT seq, arrival, time_ms, sort_ms, kind, id, signature, body, size, hash, arrived_ms
    FROM entries WHERE account = %s AND feed = %s AND seq > %s ORDER BY seq LIMIT %s"""

_AT_ONCE = 1000
"""Rows that are read together: some 16 MB of longest bodies."""

_ID = """
    SELECT count(*) FROM ids
    WHERE bucket = %s AND id = %s AND account = %s AND feed = %s AND seq = %s"""
_ARRIVAL = """
    SELECT count(*) FROM log
    WHERE feed = %s AND arrival <= %s AND last >= %s AND seq + %s - arrival = %s
        AND arrived_ms = %s"""
_REPLY = """
    SELECT count(*) FROM replies
    WHERE bucket = %s AND parent = %s AND sort_ms = %s AND seq = %s AND arrival = %s
        AND account = %s AND feed = %s"""
_TAG = """
    SELECT count(*) FROM tags
    WHERE account = %s AND tag = %s AND sort_ms = %s AND seq = %s AND arrival = %s AND feed = %s"""
_RELATION = """
    SELECT count(*) FROM relations
    WHERE bucket = %s AND subject = %s AND code = %s AND sort_ms = %s AND seq = %s AND arrival = %s
        AND account = %s AND feed = %s AND dated_ms IS NOT DISTINCT FROM %s::bigint
        AND value IS NOT DISTINCT FROM %s::text"""
_LABEL = """
    SELECT count(*) FROM labels
    WHERE account = %s AND feed = %s AND on_account = %s AND subject = %s AND name = %s
        AND seq = %s AND off = %s"""
_EDIT_TAG = """
    SELECT count(*) FROM edit_tags
    WHERE account = %s AND tag = %s AND arrival = %s AND feed = %s AND seq = %s"""
_POLL = "SELECT count(*) FROM polls WHERE arrival = %s AND subject = %s AND feed = %s AND seq = %s"
_ORIGIN = "SELECT count(*) FROM origins WHERE origin = %s AND arrival <= %s"

UNREADABLE = (Refused, StoreDamaged, TypeError, ValueError, OverflowError)
"""Errors that reading rotten columns raises: a flipped type byte makes text of bytes."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of `_ROWS`."""

    seq: int
    arrival: int
    time_ms: int
    sort_ms: int
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

    def __init__(self, db: Connection, feed: FeedRow) -> None:
        self.seen = Counter({"held": len(feed.state.held)})
        self._db = db
        self._feed = feed
        self._parts = {part.first: part for part in feed.state.held}
        self._part: Held | None = None
        self._before: _Row | None = None
        self._account = account_of(feed.number)

    def __iter__(self) -> Iterator[list[str]]:
        yield [*self._grant(), *self._statements()]
        for row in self._rows():
            self.seen["entries"] += 1
            yield [f"entry {row.seq}: {problem}" for problem in self._problems(row)]
            self._before = row
        yield [*self._end(), *(f"entries {first} on: missing" for first in self._parts)]

    def _rows(self) -> Iterator[_Row]:
        seq = 0
        place = self._account, self._feed.number
        while rows := self._db.rows(_ROWS, (*place, seq, _AT_ONCE)):
            yield from (_Row(*values) for values in rows)
            seq = rows[-1][0]

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
                end_of(state.account, state.feed, PostgresStatementTables(self._db))
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
        if row.sort_ms != facts.sort_ms(row.time_ms, row.arrived_ms):
            yield "sorted by another time"
        if row.body is not None and row.size != len(row.body):
            yield "stored with another size"
        if not self._indexed(row, facts):
            yield "missing in an index"

    def _indexed(self, row: _Row, facts: IndexedFacts) -> bool:
        place, account, feed = (row.sort_ms, row.seq, row.arrival), self._account, self._feed.number
        arrived = row.arrival, row.arrival, row.arrival, row.seq, row.arrived_ms
        wanted: list[tuple[str, tuple[object, ...]]] = [
            (_ID, (bucket(row.id), short(row.id), account, feed, row.seq)),
            (_ARRIVAL, (feed, *arrived)),
        ]
        self.seen["ids"] += 1
        wanted += [(_TAG, (account, tag, *place, feed)) for tag in facts.tags]
        self.seen["tags"] += len(facts.tags)
        rows = list(relation_rows.rows_of(facts, place, feed, row.time_ms))
        self.seen["relations"] += len(rows)
        wanted += [(_RELATION, values) for values in rows]
        labelled = label_rows.rows_of(facts, feed, row.seq)
        self.seen["labels"] += len(labelled)
        wanted += [(_LABEL, values) for values in labelled]
        edit_tags = [(account, tag, row.arrival, feed, row.seq) for tag in facts.edit_tags]
        wanted += [(_EDIT_TAG, values) for values in edit_tags]
        self.seen["edit_tags"] += len(facts.edit_tags)
        if facts.kind == Poll.KIND:
            self.seen["polls"] += 1
            subject = row.id[:SUBJECT_SIZE]
            wanted.append((_POLL, (row.arrival, subject, feed, row.seq)))
        if facts.reply is not None:
            self.seen["replies"] += 1
            name = bucket(facts.reply), short(facts.reply)
            wanted.append((_REPLY, (*name, *place, account, feed)))
        if self._feed.own and facts.origin is not None:
            wanted.append((_ORIGIN, (facts.origin, row.arrival)))
        with self._db.pipeline():
            asked = [self._db.run(query, values) for query, values in wanted]
        return all(cursor.fetchall()[0][0] for cursor in asked)
