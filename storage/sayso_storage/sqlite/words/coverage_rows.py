"""The coverage of the index of words as rows; see `search.coverage`. What is covered from the
beginning on is one number in `indexed`; the ranges above it are rows of `indexed_above`.
"""

from __future__ import annotations

import sqlite3

from ...search.coverage import Range, gaps, merged
from ..sql.checksum import renew

_LAST = "SELECT coalesce(max(arrival), 0) FROM entries"
_BEGINNING = "SELECT arrival FROM indexed"
_ABOVE = "SELECT after, last FROM indexed_above ORDER BY last"
_SET_BEGINNING = """
    INSERT INTO indexed (one, arrival) VALUES (1, ?)
    ON CONFLICT DO UPDATE SET arrival = excluded.arrival"""
_INSERT = "INSERT INTO indexed_above (last, after) VALUES (?, ?)"


def ranges(db: sqlite3.Connection) -> list[Range]:
    """The ranges that are covered, ascending; they neither overlap nor touch each other."""
    row = db.execute(_BEGINNING).fetchone()
    # In a damaged file it may be no number: then nothing counts as covered.
    beginning = row[0] if row is not None and type(row[0]) is int else 0
    found = [(0, beginning)] if beginning > 0 else []
    for after, last in db.execute(_ABOVE):
        if type(after) is int and type(last) is int and max(beginning, 0) <= after < last:
            found.append((after, last))
    return merged(found)


def last_place(db: sqlite3.Connection) -> int:
    """The last place in the order of arrival that an entry has."""
    (last,) = db.execute(_LAST).fetchone()
    return int(last)


def waiting(db: sqlite3.Connection) -> int:
    """The number of places that are not covered, those of removed entries included."""
    return sum(ends - after for after, ends in gaps(ranges(db), last_place(db)))


def cover(db: sqlite3.Connection, covered: list[Range], more: Range) -> None:
    """Note that a range is covered as well; `covered` is what `ranges` gave in this transaction."""
    _write(db, merged(sorted([*covered, more])))


def forget(db: sqlite3.Connection) -> None:
    """Note that nothing is covered."""
    _write(db, [])


def _write(db: sqlite3.Connection, covered: list[Range]) -> None:
    beginning = 0
    if covered and covered[0][0] == 0:
        (_, beginning), *covered = covered
    db.execute(_SET_BEGINNING, (beginning,))
    renew(db, "indexed", "one", 1)
    if db.execute(_ABOVE).fetchall() != covered:
        db.execute("DELETE FROM indexed_above")
        for after, last in covered:
            db.execute(_INSERT, (last, after))
            renew(db, "indexed_above", "last", last)
