"""The coverage of the index of words as rows of `words_covered`; see `search.coverage`."""

from __future__ import annotations

from typing import Final

from ...search.coverage import Range, gaps, merged
from ..server.connection import Connection
from ..tables import log_rows

_RANGES: Final = "SELECT after, last FROM words_covered ORDER BY last"
_INSERT: Final = "INSERT INTO words_covered (last, after) VALUES (%s, %s)"


def ranges(db: Connection) -> list[Range]:
    """The ranges that are covered, ascending; they neither overlap nor touch each other."""
    return merged([(after, last) for after, last in db.rows(_RANGES)])


def waiting(db: Connection) -> int:
    """The number of places that are not covered, those of removed entries included."""
    return sum(ends - after for after, ends in gaps(ranges(db), log_rows.last_arrival(db)))


def cover(db: Connection, covered: list[Range], more: Range) -> None:
    """Note that a range is covered as well; `covered` is what `ranges` gave in this transaction."""
    _write(db, merged(sorted([*covered, more])))


def forget(db: Connection) -> None:
    """Note that nothing is covered."""
    _write(db, [])


def _write(db: Connection, covered: list[Range]) -> None:
    db.run("DELETE FROM words_covered")
    db.run_each(_INSERT, [(last, after) for after, last in covered])
