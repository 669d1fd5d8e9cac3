"""A connection that knows what it came upon that is damaged, and what it has found sound."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg import sql

MOST_PROVEN: Final = 20_000
"""Rows that are known to be sound at a time: some 2 MB."""

Row = tuple[Any, ...]


class Connection(psycopg.Connection[Row]):
    """Shares `damaged` and `proven` with all others of one `Database`."""

    damaged: set[int]
    """The places in the order of arrival of entries that are not what their authors signed."""
    proven: dict[int, int]
    """Hashes of the rows of entries that were found sound, by those places."""
    notice: str | None = None
    """What other nodes are told of the transaction that is under way."""

    def rows(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """All rows of a query."""
        return self.run(query, values).fetchall()

    def row(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
        """The first row of a query."""
        return self.run(query, values).fetchone()

    def run(
        self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()
    ) -> psycopg.Cursor[Row]:
        """Run a statement of fixed text."""
        return self.execute(query.encode(), values or None, binary=True)

    def change(self, query: str, values: Sequence[Any] = ()) -> int:
        """Run a statement; gives how many rows it changed."""
        return int(self.run(query, values).rowcount)

    def run_each(self, query: str, values: Iterable[Sequence[Any] | Mapping[str, Any]]) -> int:
        """Run a statement with one set of values after the other, all under way at once; gives how
        many rows they changed."""
        cursor = self.cursor()
        cursor.executemany(query.encode(), values)
        return cursor.rowcount

    def copy_rows(
        self, table: str, columns: str, types: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Write rows of a table the fastest way. Raises where one is there already."""
        names = sql.SQL(", ").join(map(sql.Identifier, columns.split(", ")))
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
            sql.Identifier(table), names
        )
        with self.cursor().copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)


def note_damage(db: Connection, arrival: int) -> None:
    """Note that an entry is damaged."""
    db.damaged.add(arrival)


def is_proven(db: Connection, arrival: int, row: Hashable) -> bool:
    """Whether an entry was found sound with this very row. A page that is read again is proven in
    a tenth of the time; a row that has rotted since has another hash (64 bits, keyed)."""
    return db.proven.get(arrival) == hash(row)


def note_proven(db: Connection, arrival: int, row: Hashable) -> None:
    """Note that an entry with this row is sound."""
    if len(db.proven) >= MOST_PROVEN:
        db.proven.clear()
    db.proven[arrival] = hash(row)
