"""Many rows in one statement, against one row a statement."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso_storage.sqlite.sql import bulk_insert

COUNTS = st.one_of(st.integers(0, 12), st.integers(95, 105), st.sampled_from([999, 1000, 2121]))


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.execute("CREATE TABLE t (number INTEGER PRIMARY KEY, word TEXT, data BLOB) STRICT")
    yield made
    made.close()


@given(COUNTS, st.booleans())
@settings(max_examples=40)
def test_rows_are_those_that_single_statements_write(count: int, words: bool) -> None:
    rows = [
        (number, f"word {number}" if words else None, number.to_bytes(4) if number % 3 else None)
        for number in range(count)
    ]
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("CREATE TABLE t (number INTEGER PRIMARY KEY, word TEXT, data BLOB) STRICT")
    columns = [[row[place] for row in rows] for place in range(3)]
    bulk_insert.insert(db, "t", "number, word, data", columns)
    assert db.execute("SELECT * FROM t ORDER BY number").fetchall() == rows
    db.close()


def test_what_is_missing_stays_so_beside_bytes(db: sqlite3.Connection) -> None:
    bulk_insert.insert(db, "t", "number, data", [[1, 2, 3], [b"a", None, b""]])
    found = db.execute("SELECT number, data FROM t ORDER BY number").fetchall()
    assert found == [(1, b"a"), (2, None), (3, b"")]


@pytest.mark.parametrize("bad", [0, 5, 1004])
def test_a_repeated_row_undoes_the_transaction(db: sqlite3.Connection, bad: int) -> None:
    db.execute("INSERT INTO t (number) VALUES (2000)")
    numbers = [*range(bad), 2000, *range(bad, 1004)]
    db.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.IntegrityError):
        bulk_insert.insert(db, "t", "number", [numbers])
    assert not db.in_transaction
    assert db.execute("SELECT number FROM t").fetchall() == [(2000,)]


def test_the_largest_statement_fits_what_every_sqlite_takes() -> None:
    """32,766 variables: the default since SQLite 3.32; `database.py` wants a newer one."""
    assert max(bulk_insert.SIZES) * 9 <= 32_766
