"""One author's posts with a tag: rows of `tags` in another order, filled together with the line of
time (line_rows.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from ....index.body_facts import facts_of
from ....index.kinds import ORIGINALS
from ....interface.records import Place

_MARK = b"\xa4tags"
"""The key of tags in canonical msgpack: what is without it is passed over in C."""

_TAGGED = f"""
    SELECT feed, sort_ms, seq, arrival, body FROM entries NOT INDEXED
    WHERE arrival > ? AND arrival <= ? AND kind IN ({", ".join(map(str, ORIGINALS))})
        AND instr(body, x'{_MARK.hex()}')"""  # noqa: S608 - fixed text

_ADD = """
    INSERT OR REPLACE INTO author_tags (feed, tag, sort_ms, seq, arrival) VALUES (?, ?, ?, ?, ?)"""

_DELETE = """
    DELETE FROM author_tags
    WHERE feed = ? AND tag = ? AND sort_ms = ? AND seq = ? AND arrival = ?"""

_RIGHT = """
    SELECT count(*) FROM author_tags a CROSS JOIN tags t
        ON t.tag = a.tag AND t.sort_ms = a.sort_ms AND t.seq = a.seq AND t.arrival = a.arrival
    WHERE t.feed = a.feed AND a.arrival <= ?"""

Row = tuple[int, str, int, int, int]
"""Feed, tag, and the place in time."""


def fill(db: sqlite3.Connection, after: int, upto: int) -> None:
    """Enter the tags of what came after one place in the order of arrival, up to another."""
    rows = [
        (feed, tag, sort_ms, seq, arrival)
        for feed, sort_ms, seq, arrival, body in db.execute(_TAGGED, (after, upto))
        for tag in facts_of(body).tags
    ]
    add(db, sorted(rows))


def add(db: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Enter rows; those that are there stay."""
    db.executemany(_ADD, rows)


def remove(db: sqlite3.Connection, feed: int, tags: Iterable[str], place: Place) -> None:
    """Take an entry out, whether it is in or not."""
    db.executemany(_DELETE, ((feed, tag, *place) for tag in tags))


def problems(db: sqlite3.Connection, last: int) -> Iterator[str]:
    """One line where the rows are not those of `tags` up to this place in the order of arrival."""
    (wanted,) = db.execute("SELECT count(*) FROM tags WHERE arrival <= ?", (last,)).fetchone()
    (there,) = db.execute("SELECT count(*) FROM author_tags").fetchone()
    (right,) = db.execute(_RIGHT, (last,)).fetchone()
    if not wanted == there == right:
        yield f"tags by author have {there} rows, {right} of them right, of {wanted}"
