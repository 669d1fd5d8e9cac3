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


def insert(
    db: sqlite3.Connection, table: str, names: str, columns: Sequence[Sequence[Any]]
) -> None:
    """Insert rows, given as columns of one length in the order of `names`. Where it raises,
    some rows may be written: the transaction has to be rolled back, if SQLite has not done so
    already."""
    given = [
        (name, _bindable(column))
        for name, column in zip(names.split(", "), columns, strict=True)
        if column.count(None) < len(column)
    ]
    into, columns = ", ".join(name for name, _ in given), [column for _, column in given]
    width, count, at = len(columns), len(columns[0]) if columns else 0, 0
    for size in SIZES:
        while count - at >= size:
            values: list[Any] = [None] * (size * width)
            for place, column in enumerate(columns):
                values[place::width] = column[at : at + size]
            db.execute(_statement(table, into, size), values)
            at += size


def _bindable(column: Sequence[Any]) -> Sequence[Any]:
    """The column as Python binds it fastest: it looks up an adapter for each `bytes` and each
    None, which takes five times as long as copying the bytes into a `bytearray`."""
    kinds = set(map(type, column))
    if bytes not in kinds:
        return column
    if len(kinds) == 1:
        return list(map(bytearray, column))
    return [bytearray(value) if type(value) is bytes else value for value in column]


@lru_cache(maxsize=64)
def _statement(table: str, names: str, rows: int) -> str:
    row = f"({', '.join('?' * (names.count(',') + 1))})"
    # ROLLBACK: SQLite then keeps nothing to undo one statement of many rows, and nobody wants
    # one undone without the rest.
    values = ", ".join([row] * rows)
    return f"INSERT OR ROLLBACK INTO {table} ({names}) VALUES {values}"  # noqa: S608
