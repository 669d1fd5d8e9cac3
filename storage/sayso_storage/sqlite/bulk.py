"""Many rows in one statement.

`executemany` gives Python's lock (the GIL) away for every row, and takes it again: beside a
thread that computes, each row waits its turn. One statement with the values of a thousand
rows gives it away once, so that SQLite works on one core while Python does on the other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

SIZES = (1000, 100, 10, 1)
"""Rows a statement. Ten columns of a thousand rows are 10,000 of SQLite's 32,766 variables
(sqlite.org/limits.html), and a statement of some 0.5 MB, prepared once a connection."""


def insert(db: sqlite3.Connection, table: str, columns: Sequence[Sequence[Any]]) -> None:
    """Insert rows, given as columns of one length. `table` is the table and its columns in
    SQL. Where one row is refused, the transaction is rolled back."""
    width, count, at = len(columns), len(columns[0]), 0
    for size in SIZES:
        while count - at >= size:
            values: list[Any] = [None] * (size * width)
            for place, column in enumerate(columns):
                values[place::width] = column[at : at + size]
            db.execute(_statement(table, width, size), values)
            at += size


@lru_cache(maxsize=64)
def _statement(table: str, width: int, rows: int) -> str:
    row = f"({', '.join('?' * width)})"
    # ROLLBACK, since it spares SQLite what it keeps to undo one statement of many rows.
    return f"INSERT OR ROLLBACK INTO {table} VALUES {', '.join([row] * rows)}"  # noqa: S608
