"""Bookmarks in the SQLite store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from sayso_protocol.content.body import Reference

from ..interface.bookmarks import MAX_BOOKMARKS, Bookmark, Bookmarks, too_many
from ..interface.errors import StoreError
from .file.database import Database
from .sql.checksum import renew


class SqliteBookmarks(Bookmarks):
    """See `Bookmarks`."""

    _database: Database

    def bookmarks(self) -> list[Bookmark]:
        query = "SELECT account, feed, seq, id, since_ms FROM bookmarks ORDER BY number DESC"
        with self._database.reading() as db:
            return [Bookmark(Reference(*of), since_ms) for *of, since_ms in db.execute(query)]

    def add_bookmark(self, of: Reference, now_ms: int) -> bool:
        with self._database.writing(durable=True) as db:
            if db.execute("SELECT 1 FROM bookmarks WHERE id = ?", (of.id,)).fetchone():
                return False
            (count,) = db.execute("SELECT count(*) FROM bookmarks").fetchone()
            if count >= MAX_BOOKMARKS:
                raise StoreError(too_many())
            db.execute(
                "INSERT INTO bookmarks (id, account, feed, seq, since_ms) VALUES (?, ?, ?, ?, ?)",
                (of.id, of.account, of.feed, of.seq, now_ms),
            )
            renew(db, "bookmarks", "id", of.id)
            return True

    def remove_bookmark(self, entry_id: bytes) -> bool:
        with self._database.writing(durable=True) as db:
            return db.execute("DELETE FROM bookmarks WHERE id = ?", (entry_id,)).rowcount > 0
