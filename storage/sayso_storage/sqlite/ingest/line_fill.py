"""The line of time, filled behind the writers."""

from __future__ import annotations

from typing import Final

from ..file.database import Database
from ..tables.timeline import line_rows

PART: Final = 4000
"""Entries put in between two looks at who waits: some 10 ms."""


def extend(database: Database) -> bool:
    """Put some more entries in; gives whether more are left.

    One transaction, in which a page that several parts touch is written once. It is over after
    `BATCH` entries, or sooner where somebody waits.
    """
    with database.reading() as db:
        if not line_rows.waiting(db):
            return False
    with database.writing(durable=False, background=True) as db:
        turn = database.queue.turn()
        for _ in range(0, line_rows.BATCH, PART):
            is_more = line_rows.extend(db, PART)
            if not is_more or turn.is_over():
                break
    return is_more
