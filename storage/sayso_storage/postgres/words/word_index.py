"""The index of words: a `tsvector` of our own words for each entry, filled behind the writers.

Indexing as posts come would halve the rate at which they are stored, so it is done later, in
batches, by the node while it is idle. The index can be lost: it is made anew from the bodies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...index.body_facts import texts_of
from ...index.kinds import EDIT_CODE, ORIGINALS
from ...search import coverage
from ...search.coverage import Range
from ...search.tokenizer import words
from ..server.connection import Connection
from ..server.database import Database
from ..tables import log_rows
from ..tables.entry_rows import AT, KEYS, Key, columns_of
from ..tables.feed_numbers import account_of
from ..tables.log_keys import keys_between
from . import coverage_rows

BATCH: Final = 2000
"""Entries of one transaction, at the most."""

WORDED: Final = (*ORIGINALS, EDIT_CODE)
"""The kinds of entries whose words are indexed."""

_HELD: Final = f"""
    SELECT e.account, e.feed, e.seq, e.arrival, e.sort_ms, e.kind, e.xmin::text, e.body
    FROM {KEYS} JOIN entries e ON {AT}
    WHERE e.kind = ANY(%s) AND e.body IS NOT NULL"""  # noqa: S608 - fixed text

_UNCHANGED: Final = f"""
    SELECT e.feed, e.seq, e.xmin::text FROM {KEYS} JOIN entries e ON {AT}
    WHERE e.body IS NOT NULL"""  # noqa: S608 - fixed text
"""The version of each row: another one where it was written since."""

_COLUMNS: Final = "account, feed, seq, arrival, sort_ms, is_edit, words"
_TYPES: Final = ("int8", "int8", "int8", "int8", "int8", "bool", "bytea")
"""The last is a `tsvector` as it travels: `vector_of`."""

_REMOVE: Final = "DELETE FROM words WHERE account = %s AND feed = %s AND seq = ANY(%s)"


@dataclass(frozen=True, slots=True)
class _Worded:
    """An entry that has words: its row in the index but for them, the version of its row among the
    entries, and its body."""

    row: tuple[int, int, int, int, int, bool]
    version: str
    body: bytes

    @property
    def key(self) -> Key:
        """Feed and number."""
        return self.row[1], self.row[2]

    def filled(self) -> tuple[object, ...] | None:
        """The row with the words; None where there are none."""
        found = _words_of(self.body)
        return (*self.row, vector_of(found)) if found else None


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is indexed next: the places in `span`, how many entries that is, and the rows of those
    that have words, by the versions that were read."""

    span: Range
    count: int
    rows: dict[tuple[int, int, str], tuple[object, ...]]


def index_some(database: Database) -> int:
    """Index the next batch, the newest entries first; gives the number of entries in it, 0 where
    none is left. Texts are cut into words before the write begins."""
    while (batch := _read(database)) is not None:
        with database.writing(background=True, notice=None) as db:
            covered = coverage_rows.ranges(db)
            if not coverage.is_gap(covered, batch.span):
                continue  # another node was first
            _fill(db, batch)
            coverage_rows.cover(db, covered, batch.span)
        return batch.count or 1
    return 0


def _read(database: Database) -> _Batch | None:
    """The next batch of the newest gap, from its top where it is large."""
    with database.reading() as db:
        covered = coverage_rows.ranges(db)
        left = coverage.gaps(covered, log_rows.last_arrival(db))
        if not left:
            return None
        after, last = gap = left[-1]
        if coverage.is_from_top(covered, gap):
            after = max(after, last - BATCH)
        else:
            last = min(last, after + BATCH)
        keys = keys_between(db, after, last)
        rows = {
            (*one.key, one.version): row
            for one in _held(db, keys)
            if (row := one.filled()) is not None
        }
        return _Batch((after, last), len(keys), rows)


def _held(db: Connection, keys: Sequence[Key]) -> list[_Worded]:
    return [
        _Worded((*row[:5], row[5] == EDIT_CODE), row[6], row[7])
        for row in db.rows(_HELD, (*columns_of(keys), [*WORDED]))
    ]


def _fill(db: Connection, batch: _Batch) -> None:
    # Since they were read some may have been removed, and some have got another body.
    keys = [(feed, seq) for feed, seq, _ in batch.rows]
    versions = {(row[0], row[1], row[2]) for row in db.rows(_UNCHANGED, columns_of(keys))}
    rows = [row for key, row in batch.rows.items() if key in versions]
    others = [(feed, seq) for feed, seq, version in versions - batch.rows.keys()]
    rows += [row for one in _held(db, others) if (row := one.filled()) is not None]
    _insert(db, rows)


def _insert(db: Connection, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        db.copy_rows("words", _COLUMNS, _TYPES, rows)


def replace(db: Connection, feed: int, seq: int, arrival: int) -> None:
    """An entry has another body than before."""
    remove(db, feed, [seq])
    if coverage.covers(coverage_rows.ranges(db), arrival):
        rows = (one.filled() for one in _held(db, [(feed, seq)]))
        _insert(db, [row for row in rows if row is not None])


def remove(db: Connection, feed: int, seqs: Sequence[int]) -> None:
    """Take entries of a feed out."""
    db.run(_REMOVE, (account_of(feed), feed, list(seqs)))


def forget(db: Connection) -> None:
    """Empty the index."""
    db.run("DELETE FROM words")
    coverage_rows.forget(db)


def _words_of(body: bytes) -> list[str]:
    return sorted({word for text in texts_of(body) for word in words(text)})


def vector_of(found: Sequence[str]) -> bytes:
    """Different words as a `tsvector` in PostgreSQL's binary form (tsvectorrecv in its tsvector.c):
    how many, in 4 bytes, big-endian, and each with a NUL and the number of its positions, none."""
    return len(found).to_bytes(4, "big") + b"".join([word.encode() + bytes(3) for word in found])


# --- checking ---------------------------------------------------------------------------

_INDEXED: Final = """
    SELECT feed, seq, arrival, sort_ms, is_edit, tsvector_to_array(words) FROM words
    WHERE arrival > %s AND arrival <= %s ORDER BY arrival"""


def content_error(db: Connection) -> str | None:
    """Compare the index with the bodies."""
    covered = coverage_rows.ranges(db)
    seen = 0
    for begins, ends in covered:
        for after in range(begins, ends, BATCH):
            last = min(ends, after + BATCH)
            there = {tuple(row[:5]): sorted(row[5]) for row in db.rows(_INDEXED, (after, last))}
            wanted = {
                one.row[1:]: found
                for one in _held(db, keys_between(db, after, last))
                if (found := _words_of(one.body))
            }
            if there != wanted:
                return "it is not what the posts say"
            seen += len(there)
    ((count,),) = db.rows("SELECT count(*) FROM words")
    return None if count == seen else "it has entries that are not there"
