"""Search in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from typing import TYPE_CHECKING

from ..interface.records import StoredEntry, TimelineQuery
from ..interface.search import Search
from .server.database import Database

if TYPE_CHECKING:  # it compiles patterns, which only a search needs
    from ..search.query import SearchQuery


class PostgresSearch(Search):
    """See `Search`."""

    _database: Database

    def search(self, wanted: SearchQuery, query: TimelineQuery) -> list[StoredEntry]:
        from .words.text_search import search

        return search(self._database, wanted, query)

    def index_words(self) -> int:
        from .words import word_index

        return word_index.index_some(self._database)

    def unindexed(self) -> int:
        from .words import coverage_rows

        with self._database.reading() as db:
            return coverage_rows.waiting(db)

    def forget_words(self) -> None:
        from .words import word_index

        with self._database.writing(background=True, notice=None) as db:
            word_index.forget(db)
