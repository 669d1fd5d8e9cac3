"""A connection that knows what it came upon that is damaged, and what it has found sound."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable
from typing import Final

MOST_PROVEN: Final = 20_000
"""Rows that are known to be sound at a time: some 2 MB."""


class Connection(sqlite3.Connection):
    """Shares `damaged` and `proven` with all others of one `Database`."""

    damaged: set[int]
    """The places in the order of arrival of entries that are not what their authors signed."""
    proven: dict[int, int]
    """Hashes of the rows of entries that were found sound, by those places."""


def note_damage(db: sqlite3.Connection, arrival: int) -> None:
    """Note that an entry is damaged."""
    if isinstance(db, Connection):
        db.damaged.add(arrival)


def is_proven(db: sqlite3.Connection, arrival: int, row: Hashable) -> bool:
    """Whether an entry was found sound with this very row. A page that is read again is proven in
    a tenth of the time; a row that has rotted since has another hash (64 bits, keyed)."""
    return isinstance(db, Connection) and db.proven.get(arrival) == hash(row)


def note_proven(db: sqlite3.Connection, arrival: int, row: Hashable) -> None:
    """Note that an entry with this row is sound."""
    if isinstance(db, Connection):
        if len(db.proven) >= MOST_PROVEN:
            db.proven.clear()
        db.proven[arrival] = hash(row)
