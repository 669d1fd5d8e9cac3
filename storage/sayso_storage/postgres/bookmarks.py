"""Bookmarks in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from sayso_protocol.content.body import Reference

from ..interface.bookmarks import MAX_BOOKMARKS, Bookmark, Bookmarks, too_many
from ..interface.errors import StoreError
from .server.database import Database


class PostgresBookmarks(Bookmarks):
    """See `Bookmarks`."""

    _database: Database

    def bookmarks(self) -> list[Bookmark]:
        query = "SELECT account, feed, seq, id, since_ms FROM bookmarks ORDER BY number DESC"
        with self._database.reading() as db:
            return [Bookmark(Reference(*of), since_ms) for *of, since_ms in db.run(query)]

    def add_bookmark(self, of: Reference, now_ms: int) -> bool:
        with self._database.writing(notice=None) as db:
            if db.run("SELECT 1 FROM bookmarks WHERE id = %s", (of.id,)).fetchone():
                return False
            ((count,),) = db.rows("SELECT count(*) FROM bookmarks")
            if count >= MAX_BOOKMARKS:
                raise StoreError(too_many())
            db.run(
                "INSERT INTO bookmarks (id, account, feed, seq, since_ms)"
                " VALUES (%s, %s, %s, %s, %s)",
                (of.id, of.account, of.feed, of.seq, now_ms),
            )
            return True

    def remove_bookmark(self, entry_id: bytes) -> bool:
        with self._database.writing(notice=None) as db:
            return db.change("DELETE FROM bookmarks WHERE id = %s", (entry_id,)) > 0
