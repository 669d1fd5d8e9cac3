"""The index of words: an FTS5 table (sqlite.org/fts5.html) that is filled behind the writers.

Indexing as posts come would halve the rate at which they are stored, so it is done later, in
batches, by the node while it is idle and by whoever searches. The index can be lost: it is
made anew from the bodies. So damage in it never stops a write or a search.
"""

from __future__ import annotations

import re
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from time import monotonic

from sayso_protocol.limits import MAX_WORD

from ...index.body_facts import texts_of
from ...index.kinds import EDIT_CODE, ORIGINALS
from ...interface.errors import StoreDamaged
from ...search import coverage
from ...search.coverage import Range
from ...search.tokenizer import words
from ..file.database import Database
from ..file.write_queue import TURN_SECONDS
from . import coverage_rows

BATCH = 2000
"""Entries read for one transaction, at the most: as many as are cut into words within a turn."""

WRITE_SECONDS = TURN_SECONDS / 2
"""The time in which rows are put into the index; FTS5 writes them afterwards, at the end of the
transaction, which takes as long again."""

WORDED = (*ORIGINALS, EDIT_CODE)
"""The kinds of entries whose words are indexed."""

_FROM_BELOW = """
    SELECT arrival, kind, body FROM entries WHERE arrival > ? AND arrival <= ?
    ORDER BY arrival LIMIT ?"""
_FROM_TOP = """
    SELECT arrival, kind, body FROM entries WHERE arrival > ? AND arrival <= ?
    ORDER BY arrival DESC LIMIT ?"""
_HELD = """
    SELECT arrival, body FROM entries
    WHERE arrival > ? AND arrival <= ? AND kind IN (?, ?, ?) AND body IS NOT NULL
    ORDER BY arrival"""
_INSERT = "INSERT INTO words (rowid, text) VALUES (?, ?)"
_IS_INDEXED = "SELECT 1 FROM words WHERE words MATCH ? AND rowid = ?"
_DELETE = "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)"
_STRAY = """
    SELECT 1 FROM words_idx WHERE segid NOT IN (SELECT id >> 37 FROM words_data WHERE id > 10)"""
"""FTS5 numbers the pages of a segment from 2^37 times its number on; 1 and 10 are of none
(fts5_index.c)."""

_LONG = re.compile(f"[A-Za-z0-9]{{{MAX_WORD + 1}}}")

_CREATE = "CREATE VIRTUAL TABLE words USING fts5(text, content = '', columnsize = 0, detail = none)"
_CONFIG = [("version", 4)]
"""The configuration that FTS5 keeps of a table whose options are those of its CREATE statement."""

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR}
"""Primary result codes. SQLITE_ERROR is said of a table whose version FTS5 does not know; our
statements give no other reason for it."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is indexed next: the places in `span`, of which the `arrivals` were looked at, in
    ascending order, and of the bodies of posts among them the texts, ready for FTS5."""

    span: Range
    arrivals: list[int]
    texts: dict[bytes, str]


def index_some(database: Database) -> int:
    """Index the next batch, the newest entries first; gives the number of entries in it, 0 where
    none is left.

    Whatever it takes to cut texts into words, nobody waits for it: that is done before the write
    begins, which is one turn.
    """
    while (batch := _read(database)) is not None:
        with database.writing(durable=False, background=True) as db:
            count = _index(db, batch)
        if count:
            return count
    return 0


def _read(database: Database) -> _Batch | None:
    """The next batch of the newest gap, from its top where it is large: FTS5 takes batches in any
    order, but within one rows that descend cost it four times as much."""
    with database.reading() as db:
        covered = coverage_rows.ranges(db)
        left = coverage.gaps(covered, coverage_rows.last_place(db))
        if not left:
            return None
        after, last = gap = left[-1]
        is_from_top = coverage.is_from_top(covered, gap)
        rows = db.execute(_FROM_TOP if is_from_top else _FROM_BELOW, (after, last, BATCH))
        arrivals, texts, is_whole = _cut(rows)
    if is_from_top:
        span = (after if is_whole else arrivals[-1] - 1, last)
        return _Batch(span, arrivals[::-1], texts)
    return _Batch((after, last if is_whole else arrivals[-1]), arrivals, texts)


def _cut(rows: sqlite3.Cursor) -> tuple[list[int], dict[bytes, str], bool]:
    """The places and the texts of entries as far as a turn allows, and whether these are all."""
    arrivals, texts = list[int](), dict[bytes, str]()
    end = monotonic() + TURN_SECONDS
    for arrival, kind, body in rows:
        arrivals.append(arrival)
        if kind in WORDED and body is not None:
            texts[body] = _text(body)
        if monotonic() > end:
            return arrivals, texts, False
    return arrivals, texts, len(arrivals) < BATCH


def _index(db: sqlite3.Connection, batch: _Batch) -> int:
    """Index a batch, or its beginning; 0 where nothing was indexed, and it is to be read again."""
    covered = coverage_rows.ranges(db)
    if not coverage.is_gap(covered, batch.span):
        return 0  # another process was first
    try:
        last = _insert(db, batch)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        forget(db)
        return 0
    coverage_rows.cover(db, covered, (batch.span[0], last))
    return bisect_right(batch.arrivals, last)


def _insert(db: sqlite3.Connection, batch: _Batch) -> int:
    """Put in as many rows as the time allows; gives the place up to which all are in."""
    # Since they were read some may have been removed, and some have got another body.
    held: list[tuple[int, bytes]] = db.execute(_HELD, (*batch.span, *WORDED)).fetchall()
    end = monotonic() + WRITE_SECONDS
    with _apart(db):
        for arrival, body in held:
            text = batch.texts.get(body)
            if text := _text(body) if text is None else text:
                db.execute(_INSERT, (arrival, text))
            if monotonic() > end:
                return arrival
    return batch.span[1]


def replace(db: sqlite3.Connection, arrival: int, before: bytes | None, body: bytes) -> None:
    """An entry has another body than `before`, which it may have been indexed with or not."""
    was, now = ({word for text in texts_of(one) for word in words(text)} for one in (before, body))
    try:
        if coverage.covers(coverage_rows.ranges(db), arrival) and (
            any(_is_indexed(db, arrival, word) for word in was - now)
            or not all(_is_indexed(db, arrival, word) for word in now - was)
        ):
            with _apart(db):
                db.executemany(_DELETE, _indexable([(arrival, before)]))
                db.executemany(_INSERT, _indexable([(arrival, body)]))
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        forget(db)


def _is_indexed(db: sqlite3.Connection, arrival: int, word: str) -> bool:
    values = f'"{word}"', arrival
    return db.execute(_IS_INDEXED, values).fetchone() is not None


def remove(db: sqlite3.Connection, rows: Iterable[tuple[int, bytes | None]]) -> None:
    """Take entries out, given as arrival and body."""
    covered = coverage_rows.ranges(db)
    try:
        with _apart(db):
            indexed = (row for row in rows if coverage.covers(covered, row[0]))
            db.executemany(_DELETE, _indexable(indexed))
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        forget(db)


def forget(db: sqlite3.Connection) -> None:
    """Empty the index, whatever state it is in."""
    # FTS5 opens no table that it cannot read, not even to empty it: first as it made it.
    for table, rows in _empty():
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed names
        db.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)  # noqa: S608
    db.execute("DELETE FROM words_idx")
    with _apart(db):
        db.execute("INSERT INTO words (words) VALUES ('delete-all')")
    coverage_rows.forget(db)


def _empty() -> list[tuple[str, list[tuple[object, ...]]]]:
    """The rows that FTS5 stores of a table without rows."""
    db = sqlite3.connect(":memory:")
    try:
        db.execute(_CREATE)
        tables = ("words_config", "words_data")
        return [(name, db.execute(f"SELECT * FROM {name}").fetchall()) for name in tables]  # noqa: S608
    finally:
        db.close()


@contextmanager
def _apart(db: sqlite3.Connection) -> Iterator[None]:
    """FTS5 holds what it is given until the transaction ends, or a savepoint does: with
    one of its own a damaged index fails here, and not what else the transaction does."""
    db.execute("SAVEPOINT words")
    try:
        yield
        db.execute("RELEASE words")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK TO words")
            db.execute("RELEASE words")
        raise


def is_damage(error: sqlite3.Error) -> bool:
    """Whether it may be the index that is damaged."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _indexable(rows: Iterable[tuple[int, bytes | None]]) -> Iterator[tuple[int, str]]:
    for arrival, body in rows:
        if text := _text(body):
            yield arrival, text


def _text(body: bytes | None) -> str:
    """What FTS5 is given of a body; nothing where no words are in it."""
    return " ".join(map(indexable, texts_of(body)))


def indexable(text: str) -> str:
    """A text that FTS5's tokenizer ``ascii`` cuts into the text's `words`: it takes letters and
    digits of ASCII without case, and all that is not ASCII, for parts of words."""
    if text.isascii() and _LONG.search(text) is None:
        return text
    return " ".join(words(text))


# --- checking ---------------------------------------------------------------------------


def structure_error(database: Database) -> str | None:
    """The fault that FTS5's own check finds in the index; it wants a connection that may write."""
    if database.unwritable is not None:
        return None  # its content is compared all the same
    try:
        with database.writing(durable=False, background=True) as db:
            return _structure_error(db)
    except StoreDamaged as error:
        return str(error)


def _structure_error(db: sqlite3.Connection) -> str | None:
    try:
        if db.execute("SELECT k, v FROM words_config").fetchall() != _CONFIG:
            return "its configuration is not the one that was written"
        if db.execute(_STRAY).fetchone() is not None:
            return "it names pages that are not there"
        with _apart(db):
            db.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    except sqlite3.DatabaseError as error:
        return str(error)
    return None


def content_error(db: sqlite3.Connection) -> str | None:
    """Compare the index with the bodies, by sums over all pairs of word and entry; they are the
    same for the same pairs in any order, within one process."""
    try:
        if sum(map(hash, db.execute("SELECT doc, term FROM word_places"))) != _sum_of_bodies(db):
            return "it is not what the posts say"
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return str(error)
    return None


def _sum_of_bodies(db: sqlite3.Connection) -> int:
    query = (
        "SELECT arrival, body FROM entries WHERE arrival > ? AND arrival <= ? AND kind IN (?, ?, ?)"
    )
    total = 0
    for span in coverage_rows.ranges(db):
        for arrival, body in db.execute(query, (*span, *WORDED)):
            found = {word for text in texts_of(body) for word in words(text)}
            total += sum(map(hash, zip(repeat(arrival), found)))
    return total
