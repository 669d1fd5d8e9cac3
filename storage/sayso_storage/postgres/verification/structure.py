"""The structure of a store's file, looked at for a bounded time; what is in it is `check`'s."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso_protocol.translation import _

from ...interface.errors import StoreError

_STEPS: Final = 10_000
"""Instructions of PostgreSQL between two looks at the clock: a millisecond or less."""


@dataclass(frozen=True, slots=True)
class StructureReport:
    """What was found."""

    error: str | None
    """The first thing that is wrong, in PostgreSQL's words."""
    is_complete: bool
    """Whether all was looked at in time."""


def check_structure(path: Path, seconds: float) -> StructureReport:
    """See whether the pages of a store's file hang together: PostgreSQL's ``quick_check``, cut off
    after so many seconds. Writes nothing. Raises `StoreError` where the file cannot be opened."""
    deadline = time.monotonic() + seconds
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            db.run("PRAGMA trusted_schema = OFF")
            db.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)
            [first] = db.run("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            return StructureReport(None, is_complete=False)
        raise StoreError(
            _("{path} cannot be looked at ({error}): try again").format(path=path, error=error)
        ) from error
    except sqlite3.DatabaseError as error:
        return StructureReport(str(error), is_complete=True)
    return StructureReport(None if first == "ok" else str(first), is_complete=True)
