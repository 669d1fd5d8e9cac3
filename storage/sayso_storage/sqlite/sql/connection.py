"""A connection that knows what it came upon that is damaged."""

from __future__ import annotations

import sqlite3


class Connection(sqlite3.Connection):
    """Shares `damaged` with all others of one `Database`."""

    damaged: set[int]
    """The places in the order of arrival of entries that are not what their authors signed."""


def note_damage(db: sqlite3.Connection, arrival: int) -> None:
    """Note that an entry is damaged."""
    if isinstance(db, Connection):
        db.damaged.add(arrival)
