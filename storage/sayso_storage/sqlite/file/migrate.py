"""Bring a store's layout up to date: schema/NNNN_name.sql in order, each all or nothing.

`PRAGMA user_version` is the number of the last one applied; it changes in the same
transaction, so that a crash between two statements leaves the layout before it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sayso_protocol.translation import _

from ...interface.errors import StoreDamaged, StoreTooNew

APPLICATION_ID = 0x53415930
"""``SAY0``, at offset 68 of the file (SQLite file format, section 1.3.15)."""

VERSION = 23
"""Number of the newest file in schema/; a test keeps the two together."""


def _index_relations(db: sqlite3.Connection) -> None:
    from . import relations_backfill  # for old files alone

    relations_backfill.fill(db)


def _index_labels(db: sqlite3.Connection) -> None:
    from . import labels_backfill

    labels_backfill.fill(db)


def _sort_by_written(db: sqlite3.Connection) -> None:
    from . import written_backfill

    written_backfill.fill(db)


def _index_ends_of_reposts(db: sqlite3.Connection) -> None:
    from . import relations_backfill

    relations_backfill.fill_ends_of_reposts(db)


def _follow_retractions(db: sqlite3.Connection) -> None:
    from . import retractions_backfill

    retractions_backfill.fill(db)


def _index_conversations(db: sqlite3.Connection) -> None:
    from . import conversation_backfill

    conversation_backfill.fill(db)


def _prepare_reads(db: sqlite3.Connection) -> None:
    from . import reads_backfill

    reads_backfill.fill(db)


def _index_looks(db: sqlite3.Connection) -> None:
    from ..tables.accounts import look_rows

    look_rows.rebuild(db)


FILLS: dict[int, Callable[[sqlite3.Connection], None]] = {
    5: _index_relations,
    7: _index_labels,
    10: _sort_by_written,
    11: _index_ends_of_reposts,
    19: _follow_retractions,
    20: _index_conversations,
    21: _prepare_reads,
    23: _index_looks,
}
"""Rows that a new layout derives from the entries that are there, by its number; in the same
transaction as its SQL."""

SCHEMA = Path(__file__).parents[1] / "schema"


def migrate(db: sqlite3.Connection, path: Path) -> None:
    """Apply what is missing. Raises `StoreTooNew`, or `StoreDamaged` for a foreign file."""
    version = check_version(db, path)
    while version < VERSION:
        version = _apply_next(db, path)


def check_version(db: sqlite3.Connection, path: Path) -> int:
    """Return the layout's number, 0 for an empty file; raises as `migrate`."""
    with _one_moment(db):  # another process may be making the file
        version, mark = _pragma(db, "user_version"), _pragma(db, "application_id")
        empty = not mark and not version and not _count_tables(db)
    if mark == APPLICATION_ID:
        if version > VERSION:
            raise StoreTooNew(
                _(
                    "{path} was written by a later sayso (layout {version}, this one knows "
                    "{known}): install the newer sayso again; nothing was changed"
                ).format(path=path, version=version, known=VERSION)
            )
        return version
    if not empty:
        raise StoreDamaged(
            _("{path} is a SQLite file, but not a sayso store: choose another place").format(
                path=path
            )
        )
    return 0


@contextmanager
def _one_moment(db: sqlite3.Connection) -> Iterator[None]:
    """Read the file as it is at one time."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("ROLLBACK")


def layout(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Name and SQL of each table and index, as the file has them; not of those that SQLite
    itself makes for the index of words: other versions may make others."""
    query = """
        SELECT name, sql FROM sqlite_schema
        WHERE sql IS NOT NULL AND name NOT LIKE 'words\\_%' ESCAPE '\\' ORDER BY name"""
    return [(name, sql) for name, sql in db.execute(query)]


def expected_layout() -> list[tuple[str, str]]:
    """The `layout` of a store of the newest layout that is whole."""
    db = sqlite3.connect(":memory:")
    try:
        for number in range(1, VERSION + 1):
            for statement in statements(_read(number)):
                db.execute(statement)
        return layout(db)
    finally:
        db.close()


def statements(script: str) -> Iterator[str]:
    """Split SQL into statements, as `sqlite3.complete_statement` sees them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise ValueError("a migration that does not end in a semicolon")


def _apply_next(db: sqlite3.Connection, path: Path) -> int:
    """Apply one migration in one transaction; return the number reached."""
    db.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been first; now nobody can be.
        version = check_version(db, path)
        if version < VERSION:
            version += 1
            for statement in statements(_read(version)):
                db.execute(statement)
            if version in FILLS:
                FILLS[version](db)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {version}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return version


def _read(number: int) -> str:
    (file,) = SCHEMA.glob(f"{number:04}_*.sql")
    return file.read_text(encoding="utf-8")


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])


def _count_tables(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
