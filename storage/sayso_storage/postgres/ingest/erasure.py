"""Erasure: what was taken back leaves the tables, and not only from sight.

A row that changes leaves its old version in the table until that is vacuumed, and in the log of
writes until the server recycles that. What this does is the vacuum; how long logs, archives and
backups are kept is the operator's choice (docs/hub.md).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..server.database import Database

TABLES: Final = ("entries", "words", "relations", "replies", "tags", "edit_tags", "labels")
"""Tables that have something of bodies."""

_WANTED: Final = "SELECT count FROM erasing"
_DONE: Final = "DELETE FROM erasing WHERE count = %s"


def erase(database: Database, progress: Callable[[int], None]) -> bool:
    """See `Store.erase`. False while somebody reads what was there before."""
    with database.reading() as db:
        wanted = db.row(_WANTED)
    if wanted is None:
        return True
    for done, table in enumerate(TABLES, 1):
        if not database.vacuum(table):
            return False
        progress(done)
    with database.writing(background=True, notice=None) as db:
        db.run(_DONE, wanted)
    with database.reading() as db:
        return db.row(_WANTED) is None
