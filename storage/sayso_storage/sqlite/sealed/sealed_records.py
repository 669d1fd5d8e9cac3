"""Sealed records on SQLite; see `interface.sealed_records`.

A new generation of keys begins in three steps, each of which a crash may end: the key ring keeps
the old and the new; the rows are wrapped under the new, in one transaction; the key ring lets go of
the old. The number of the generation stands in the file, so whoever opens it knows which of two
holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from nacl.utils import random

from sayso_protocol.translation import _

from ...interface.errors import StoreDamaged
from ...interface.sealed_records import KEY_SIZE, KeyRing, Record, RecordKeys
from ..file.side_database import SideDatabase
from . import row_cipher
from .row_cipher import RowDamaged, group_name, record_name

APPLICATION_ID: Final = 0x53415931
"""``SAY1``."""

MOST_COUNTED: Final = 10_000
"""Damaged records that are told apart."""

LAYOUTS: Final = (
    """
    CREATE TABLE records (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        name BLOB NOT NULL UNIQUE,
        bunch BLOB NOT NULL,
        wrapped BLOB NOT NULL,
        sealed BLOB NOT NULL
    ) STRICT;
    CREATE INDEX records_by_bunch ON records (bunch, place);
    CREATE TABLE generation (number INTEGER NOT NULL) STRICT;
    """,
)

_GET = "SELECT wrapped, sealed FROM records WHERE name = ?"
_PUT = """
    INSERT INTO records (name, bunch, wrapped, sealed) VALUES (?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET wrapped = excluded.wrapped, sealed = excluded.sealed"""
_DELETE = "DELETE FROM records WHERE name = ?"
_SCAN = "SELECT name, wrapped, sealed FROM records WHERE bunch = ? ORDER BY place {order} LIMIT ?"
_COUNT = "SELECT count(*) FROM records WHERE bunch = ?"
_REWRAP = "UPDATE records SET wrapped = ? WHERE name = ?"


class SqliteSealedRecords:
    """See `SealedRecords`."""

    def __init__(self, path: Path, ring: KeyRing) -> None:
        """Open the file, or make it. Raises `StoreError`, and what the key ring raises."""
        self._ring = ring
        self._damaged: set[bytes] = set()
        """Names of damaged records that were met."""
        ring.load()  # made, where they have to be, before there is anything that they have to open
        self._database = SideDatabase(path, APPLICATION_ID, LAYOUTS)
        try:
            with self._database.writing() as db:
                self._keys = self._settle(db)
        except BaseException:
            self._database.close()
            raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See `SealedRecords`."""
        with self._database.writing() as db:
            self._keys = self._current(db)
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See `SealedRecords`."""
        with self._database.reading() as db:
            self._keys = self._current(db)
            yield

    def get(self, kind: str, key: bytes) -> bytes | None:
        """See `SealedRecords`."""
        with self.reading(), self._database.reading() as db:
            name = record_name(self._keys, kind, key)
            row = db.execute(_GET, (name,)).fetchone()
            record = None if row is None else self._open(self._keys, name, *row)
            return None if record is None else record.value

    def put(self, kind: str, key: bytes, value: bytes, group: bytes = b"") -> None:
        """See `SealedRecords`."""
        with self.writing(), self._database.writing() as db:
            name = record_name(self._keys, kind, key)
            row = row_cipher.seal_row(self._keys, name, key, value)
            db.execute(_PUT, (name, group_name(self._keys, kind, group), *row))

    def delete(self, kind: str, key: bytes) -> bool:
        """See `SealedRecords`."""
        with self.writing(), self._database.writing() as db:
            return db.execute(_DELETE, (record_name(self._keys, kind, key),)).rowcount > 0

    def scan(
        self, kind: str, group: bytes = b"", *, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[Record]:
        """See `SealedRecords`."""
        query = _SCAN.format(order="DESC" if newest_first else "ASC")
        with self.reading(), self._database.reading() as db:
            keys = self._keys
            name = group_name(keys, kind, group)
            if limit is None:
                rows = db.execute(query, (name, -1)).fetchall()  # SQLite: no limit
                return self._sound(keys, rows)
            asked = limit
            while True:
                rows = db.execute(query, (name, asked)).fetchall()
                found = list(self._sound(keys, rows))
                if len(found) >= limit or len(rows) < asked:
                    return iter(found)
                asked += limit - len(found)

    def count(self, kind: str, group: bytes = b"") -> int:
        """See `SealedRecords`."""
        with self.reading(), self._database.reading() as db:
            (number,) = db.execute(_COUNT, (group_name(self._keys, kind, group),)).fetchone()
            return int(number)

    @property
    def passed_over(self) -> int:
        """See `SealedRecords`."""
        return len(self._damaged)

    def damaged(self) -> int:
        """See `SealedRecords`."""
        return len(self._find_damaged())

    def delete_damaged(self) -> int:
        """See `SealedRecords`."""
        with self.writing(), self._database.writing() as db:
            found = self._find_damaged()
            db.executemany(_DELETE, [(name,) for name in found])
            self._damaged.clear()
        return len(found)

    def _find_damaged(self) -> list[bytes]:
        with self.reading(), self._database.reading() as db:
            keys = self._keys
            rows = db.execute("SELECT name, wrapped, sealed FROM records")
            return [row[0] for row in rows if self._open(keys, *row) is None]

    def erase(self) -> bool:
        """See `SealedRecords`."""
        with self._database.writing() as db:
            old = self._current(db)
            new = RecordKeys(old.generation + 1, old.names, random(KEY_SIZE))
            self._ring.save([old, new])
            for name, wrapped in db.execute("SELECT name, wrapped FROM records").fetchall():
                db.execute(_REWRAP, (self._rewrapped(name, wrapped, old, new), name))
            db.execute("UPDATE generation SET number = ?", (new.generation,))
        with self._database.writing() as db:
            self._keys = self._settle(db)
        return self._database.truncate_log()

    def size(self) -> int:
        """See `SealedRecords`."""
        path = self._database.path
        files = (path, path.with_name(path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """See `SealedRecords`."""
        self._database.close()

    def _current(self, db: sqlite3.Connection) -> RecordKeys:
        """The keys that the rows are under now: another process may have changed them."""
        (number,) = db.execute("SELECT number FROM generation").fetchone()
        return self._keys if number == self._keys.generation else self._loaded(number)

    def _settle(self, db: sqlite3.Connection) -> RecordKeys:
        """As `_current`, and no other generation is kept."""
        row = db.execute("SELECT number FROM generation").fetchone()
        if row is None:  # a new file
            row = (min(keys.generation for keys in self._ring.load()),)
            db.execute("INSERT INTO generation VALUES (?)", row)
        keys = self._loaded(row[0])
        if len(self._ring.load()) > 1:
            self._ring.save([keys])
        return keys

    def _loaded(self, generation: int) -> RecordKeys:
        for keys in self._ring.load():
            if keys.generation == generation:
                return keys
        raise StoreDamaged(
            _(
                "the keys of {path} are lost: move that file away, and what is in it is lost too; "
                "a new one is made"
            ).format(path=self._database.path)
        )

    def _rewrapped(self, name: bytes, wrapped: bytes, old: RecordKeys, new: RecordKeys) -> bytes:
        try:
            return row_cipher.wrap(new, name, row_cipher.unwrap(old, name, wrapped))
        except RowDamaged:
            return wrapped  # it cannot be read, before or after: the others go on

    def _sound(
        self, keys: RecordKeys, rows: Iterable[tuple[bytes, bytes, bytes]]
    ) -> Iterator[Record]:
        return (one for row in rows if (one := self._open(keys, *row)) is not None)

    def _open(self, keys: RecordKeys, name: bytes, wrapped: bytes, sealed: bytes) -> Record | None:
        try:
            return Record(*row_cipher.open_row(keys, name, wrapped, sealed))
        except RowDamaged:
            if len(self._damaged) < MOST_COUNTED:
                self._damaged.add(name)
            return None
