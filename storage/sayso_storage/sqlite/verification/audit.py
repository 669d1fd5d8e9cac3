"""What the tables have of one feed, for its audit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sayso_protocol.content.body import Poll

from ...index.body_facts import IndexedFacts
from ...index.kinds import SHOWN
from ...verification.feed_audit import AuditedRow, FeedAudit
from ..sql.connection import note_damage
from ..tables.content import label_rows, relation_rows
from ..tables.entry_rows import SHORT
from ..tables.feed_rows import FeedRow
from ..tables.statement_tables import SqliteStatementTables
from ..tables.timeline import leap_rows

_ROWS = """
    SELECT e.seq, e.arrival, e.time_ms, e.sort_ms, e.kind, e.id, e.signature, e.body,
        b.size, b.hash,
        (SELECT arrived_ms FROM batches WHERE first <= e.arrival ORDER BY first DESC LIMIT 1),
        e.clamped_ms
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


class SqliteFeedAudit(FeedAudit):
    """See `FeedAudit`."""

    def __init__(self, db: sqlite3.Connection, feed: FeedRow) -> None:
        super().__init__(feed.state, SqliteStatementTables(db))
        self._db = db
        self._feed = feed
        self._leaps = leap_rows.of_feed(db, feed.number)
        self._leap = next(self._leaps, None)
        self._clamped_ms: int | None = None

    def rows(self) -> Iterator[AuditedRow]:
        """See `FeedAudit`."""
        for *values, clamped_ms in self._db.execute(_ROWS, (self._feed.number,)):
            self._clamped_ms = clamped_ms
            yield AuditedRow(*values)

    def note_damage(self, row: AuditedRow) -> None:
        """See `FeedAudit`."""
        note_damage(self._db, row.arrival)

    def indexed_as(self, row: AuditedRow, facts: IndexedFacts) -> Iterator[str]:
        """See `FeedAudit`."""
        if self._clamped_ms == row.time_ms:
            yield "sorted by its own time as by another"
        if self._clamped_ms is None and row.kind in SHOWN and self._leaps_over(row.seq):
            yield "passed over by timelines"
        self.seen["absent"] += row.digest is not None
        if not self._indexed(row, facts):
            yield "missing in an index"

    def _leaps_over(self, seq: int) -> bool:
        """Whether walks leap over a number; asked for in ascending order."""
        while self._leap is not None and self._leap[1] < seq:
            self._leap = next(self._leaps, None)
        return self._leap is not None and self._leap[0] <= seq

    def _indexed(self, row: AuditedRow, facts: IndexedFacts) -> bool:
        place = row.sort_ms, row.seq, row.arrival
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
