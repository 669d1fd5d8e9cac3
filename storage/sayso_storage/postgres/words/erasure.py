"""Erasure: what was taken back leaves the files of a store, not only its tables.

A row that changes leaves its old bytes in the log of writes (WAL) until that is checkpointed and
cut; its page in the file is zeroed then, by `secure_delete`. What is deleted from an FTS5 index
without content lies in it, until all of its segments are merged: the deletion itself names the
words (sqlite.org/fts5.html, section 6.9). Readers hold the log back for as long as they read what
was there before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..server.database import Database
from . import word_index

MERGE_PAGES: Final = 500
"""Pages of the index that one step writes: a tenth of a second, in which nobody else writes."""

_WANTED = "SELECT count, work FROM erasing"
_MERGE = "INSERT INTO words (words, rank) VALUES ('merge', %s)"
_DONE = "DELETE FROM erasing WHERE count = %s"


def erase(database: Database, progress: Callable[[int], None]) -> bool:
    """See `Store.erase`."""
    with database.reading() as db:
        wanted = db.run(_WANTED).fetchone()
    if wanted is None:
        return True
    count, work = wanted
    if work:
        _merge(database, progress)
    if not database.truncate_log():
        return False
    with database.writing(durable=True, background=True) as db:
        db.run(_DONE, (count,))
    with database.reading() as db:
        return db.run(_WANTED).fetchone() is None


def _merge(database: Database, progress: Callable[[int], None]) -> None:
    """Merge all segments of the index into one, in steps."""
    pages, steps = -MERGE_PAGES, 0
    while True:
        with database.writing(background=True) as db:
            before = db.total_changes
            try:
                db.run(_MERGE, (pages,))
            except sqlite3.DatabaseError as error:
                if not word_index.is_damage(error):
                    raise
                word_index.forget(db)
                return
            # It says so: fewer than two changes, and there was nothing left to merge.
            done = db.total_changes - before < 2
        steps += 1
        progress(steps)
        if done and pages > 0:
            return
        pages = MERGE_PAGES
