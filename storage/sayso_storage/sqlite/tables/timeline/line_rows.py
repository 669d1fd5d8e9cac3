"""The line of time: rows of what is on timelines, in that order, filled behind the writers; with it
the tags of each author (author_tag_rows.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final

from ....index.kinds import SHOWN_CODES
from ....interface.records import Place
from ...sql.checksum import renew
from ..content import author_tag_rows

BATCH: Final = 20_000
"""Entries put in at once, at the most: sorted, those that lie near each other touch a page once."""

_LAST = "SELECT max(arrival) FROM entries"

_FILL = f"""
    INSERT OR REPLACE INTO line (sort_ms, seq, arrival, feed)
    SELECT sort_ms, seq, arrival, feed FROM entries NOT INDEXED
    WHERE arrival > ? AND arrival <= ? AND kind IN ({SHOWN_CODES})
    ORDER BY sort_ms, seq, arrival"""  # noqa: S608 - fixed text

_WANTED = f"""
    SELECT count(*) FROM entries NOT INDEXED
    WHERE arrival <= ? AND kind IN ({SHOWN_CODES})"""  # noqa: S608

_RIGHT = f"""
    SELECT count(*) FROM line l CROSS JOIN entries e ON e.arrival = l.arrival
    WHERE l.arrival <= ? AND e.kind IN ({SHOWN_CODES})
        AND e.sort_ms = l.sort_ms AND e.seq = l.seq AND e.feed = l.feed"""  # noqa: S608

_SET_MARK = """
    INSERT INTO lined (one, arrival) VALUES (1, ?)
    ON CONFLICT DO UPDATE SET arrival = excluded.arrival"""

_DELETE = "DELETE FROM line WHERE sort_ms = ? AND seq = ? AND arrival = ?"


def mark(db: sqlite3.Connection) -> int:
    """The place in the order of arrival up to which entries are in the line."""
    row = db.execute("SELECT arrival FROM lined").fetchone()
    # In a damaged file it may be no number: then nothing counts as in the line.
    return row[0] if row is not None and type(row[0]) is int else 0


def waiting(db: sqlite3.Connection) -> int:
    """The number of places in the order of arrival after those that are in the line."""
    (last,) = db.execute(_LAST).fetchone()
    return max((last or 0) - mark(db), 0)


def extend(db: sqlite3.Connection, count: int) -> bool:
    """Put the next entries in, `count` places at the most; gives whether some are left."""
    after = mark(db)
    left = waiting(db)
    if left:
        upto = after + min(left, count)
        db.execute(_FILL, (after, upto))
        author_tag_rows.fill(db, after, upto)
        set_mark(db, upto)
    return left > count


def set_mark(db: sqlite3.Connection, arrival: int) -> None:
    """Note up to which place entries are in the line."""
    db.execute(_SET_MARK, (arrival,))
    renew(db, "lined", "one", 1)


def remove(db: sqlite3.Connection, places: Iterable[Place]) -> None:
    """Take entries out, whether they are in it or not."""
    db.executemany(_DELETE, places)


def problems(db: sqlite3.Connection) -> Iterator[str]:
    """One line where the rows are not what entries say."""
    last = mark(db)
    (wanted,) = db.execute(_WANTED, (last,)).fetchone()
    (there,) = db.execute("SELECT count(*) FROM line").fetchone()
    (right,) = db.execute(_RIGHT, (last,)).fetchone()
    if not wanted == there == right:
        yield f"the line of time has {there} rows, {right} of them right, of {wanted} entries"
    yield from author_tag_rows.problems(db, last)


def replace(db: sqlite3.Connection, arrival: int, before: Place) -> None:
    """An entry, which had a place in time `before`, is another one by now."""
    if arrival <= mark(db):
        remove(db, [before])
        db.execute(_FILL, (arrival - 1, arrival))
        author_tag_rows.fill(db, arrival - 1, arrival)
