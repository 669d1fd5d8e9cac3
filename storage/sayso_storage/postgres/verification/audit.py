"""What the tables have of one feed, for its audit."""

from __future__ import annotations

from collections.abc import Iterator

from sayso_protocol.content.body import Poll

from ...index.body_facts import IndexedFacts
from ...verification.feed_audit import AuditedRow, FeedAudit
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


class PostgresFeedAudit(FeedAudit):
    """See `FeedAudit`."""

    def __init__(self, db: Connection, feed: FeedRow) -> None:
        super().__init__(feed.state, PostgresStatementTables(db))
        self._db = db
        self._feed = feed
        self._account = account_of(feed.number)

    def rows(self) -> Iterator[AuditedRow]:
        """See `FeedAudit`."""
        seq, place = 0, (self._account, self._feed.number)
        while found := self._db.rows(_ROWS, (*place, seq, _AT_ONCE)):
            yield from (AuditedRow(*values) for values in found)
            seq = found[-1][0]

    def note_damage(self, row: AuditedRow) -> None:
        """See `FeedAudit`."""
        note_damage(self._db, row.arrival)

    def indexed_as(self, row: AuditedRow, facts: IndexedFacts) -> Iterator[str]:
        """See `FeedAudit`."""
        if row.body is not None and row.size != len(row.body):
            yield "stored with another size"
        if not self._indexed(row, facts):
            yield "missing in an index"

    def _indexed(self, row: AuditedRow, facts: IndexedFacts) -> bool:
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
