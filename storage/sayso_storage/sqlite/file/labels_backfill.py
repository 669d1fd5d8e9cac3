"""Index the labels of entries that a store took in before it had an index of them."""

from __future__ import annotations

import sqlite3

from sayso_protocol.content.body import Label

from ...index.body_facts import facts_of
from ...index.kinds import kind_code
from ..sql import bulk_insert
from ..tables.content.label_rows import COLUMN_NAMES, Row, rows_of

_CHUNK = 1000
"""Rows gathered before they are written."""


_HELD = "SELECT feed, seq, body FROM entries WHERE kind = ? AND body IS NOT NULL"


def fill(db: sqlite3.Connection) -> None:
    """Index the labels of a store that took them in before it had an index of them, in the
    caller's transaction."""
    rows: list[Row] = []
    for feed, seq, body in db.execute(_HELD, (kind_code(Label.KIND),)):
        rows += rows_of(facts_of(body), feed, seq)
        if len(rows) >= _CHUNK:
            _write(db, rows)
    _write(db, rows)


def _write(db: sqlite3.Connection, rows: list[Row]) -> None:
    if rows:
        bulk_insert.insert(db, "labels", COLUMN_NAMES, list(zip(*sorted(rows), strict=True)))
        rows.clear()
