"""Index the relations of entries that a store took in before it knew of them.

Software that did not know a kind or a field kept the entry as unknown, or the post without the
field. Read anew, a body may have relations, or may turn out to break a rule that is known by now.
"""

from __future__ import annotations

import sqlite3

from sayso_protocol.content.body import Unrepost

from ...index.body_facts import IndexedFacts, facts_of
from ...index.kinds import POST_CODE, kind_code
from ..sql import bulk_insert
from ..tables.content import relation_rows

_CHUNK = 20_000
"""Rows gathered before they are written: sorted, many of them touch a page once. A few MB."""

# A post has no relations unless one of these keys is in it. Most posts are passed over in C.
_KEYS = " OR ".join(f"instr(body, x'{key.hex()}')" for key in (b"mentions", b"quote", b"root"))

_END_OF_REPOST = kind_code(Unrepost.KIND)

_CONCERNED = f"""
    SELECT arrival, feed, seq, time_ms, sort_ms, kind, body FROM entries
    WHERE body IS NOT NULL AND (kind <> {POST_CODE} OR {_KEYS})"""  # noqa: S608 - fixed text


def fill(db: sqlite3.Connection) -> None:
    """Bring rows and kinds of all that is held up to date, in the caller's transaction."""
    rows: list[relation_rows.Row] = []
    for arrival, feed, seq, time_ms, sort_ms, kind, body in db.execute(_CONCERNED):
        facts = facts_of(body)
        rows += relation_rows.rows_of(facts, (sort_ms, seq, arrival), feed, time_ms)
        if kind_code(facts.kind) != kind:
            _rename(db, arrival, kind, facts)
        if len(rows) >= _CHUNK:
            _write(db, rows)
    _write(db, rows)


def fill_ends_of_reposts(db: sqlite3.Connection) -> None:
    """The same for the ends of reposts alone, as `fill` may have done it before."""
    query = """
        SELECT arrival, feed, seq, time_ms, sort_ms, body FROM entries
        WHERE kind = ? AND body IS NOT NULL"""
    insert = f"INSERT OR IGNORE INTO acts ({relation_rows.COLUMN_NAMES}) VALUES (?,?,?,?,?,?,?,?)"  # noqa: S608
    for arrival, feed, seq, time_ms, sort_ms, body in db.execute(query, (_END_OF_REPOST,)):
        db.executemany(
            insert, relation_rows.rows_of(facts_of(body), (sort_ms, seq, arrival), feed, time_ms)
        )


def _rename(db: sqlite3.Connection, arrival: int, old: int, facts: IndexedFacts) -> None:
    """Give an entry the kind that it has by now; what is no post any more is indexed as none."""
    code = kind_code(facts.kind)
    db.execute("UPDATE entries SET kind = ? WHERE arrival = ?", (code, arrival))
    if old == POST_CODE:
        for table in ("replies", "tags", "origins"):
            db.execute(f"DELETE FROM {table} WHERE arrival = ?", (arrival,))  # noqa: S608


def _write(db: sqlite3.Connection, rows: list[relation_rows.Row]) -> None:
    if rows:
        bulk_insert.insert(
            db, "acts", relation_rows.COLUMN_NAMES, list(zip(*sorted(rows), strict=True))
        )
        rows.clear()
