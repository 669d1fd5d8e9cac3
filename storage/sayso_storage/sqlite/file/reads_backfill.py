"""Tables that reads are fast by, made for what a store held before there were such.

The line of time is not among them: it is filled behind the writers, like for what comes in.
"""

from __future__ import annotations

import sqlite3

from ..tables.accounts import shown_rows
from ..tables.content import named_rows
from ..tables.timeline import import_rows
from . import written_backfill


def fill(db: sqlite3.Connection) -> None:
    """Bring all that is held up to date, in the caller's transaction."""
    shown_rows.renew(db)
    written_backfill.fill_near(db)
    named_rows.rebuild(db)
    import_rows.fill(db)
