"""Retractions in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Callable, Iterable

from sayso_protocol.content.body import Reference
from sayso_protocol.feed.absence import AbsenceProof

from ...interface.content.retractions import Blank, Retractions
from ...interface.records import StoredEntry
from ...validation.statement_rules import family
from ..queries import lookup
from ..server.database import Database
from ..tables import feed_rows
from ..tables.accounts.successors import successors


class PostgresRetractions(Retractions):
    """See `Retractions`."""

    _database: Database
    _gave_way: dict[bytes, None]

    def blank(self, feeds: Iterable[bytes] | None = None) -> dict[bytes, Blank]:
        from ..tables.content import retraction_rows

        with self._database.reading() as db:
            return retraction_rows.blank(db, feeds)

    def blank_within(self, feed: bytes, first: int, last: int) -> Blank:
        from ..tables.content import retraction_rows

        with self._database.reading() as db:
            number = feed_rows.numbers_of(db, [feed]).get(feed)
            if number is None:
                return Blank([], [])
            return retraction_rows.blank_within(db, number, first, last)

    def taken_back(self, ids: Iterable[bytes]) -> set[bytes]:
        from ..tables.content import retraction_rows

        with self._database.reading() as db:
            if not retraction_rows.is_any(db):
                return set()
            return {one for one in ids if lookup.is_taken_back(db, one)}

    def retracted(self, feed: bytes, first: int, last: int) -> set[tuple[int, bytes]]:
        from ..tables.content import retraction_rows

        with self._database.reading() as db:
            row = feed_rows.by_key(db, feed)
            if row is None:
                return set()
            return retraction_rows.named_within(db, row.state.account, feed, first, last)

    def proofs(self, feed: bytes, first: int, last: int) -> dict[int, AbsenceProof]:
        from ..queries import proofs

        with self._database.reading() as db:
            row = feed_rows.by_key(db, feed)
            return {} if row is None else proofs.proofs(db, row, first, last)

    def edits_of(self, reference: Reference) -> list[StoredEntry]:
        from ..queries import edits

        with self._database.reading() as db:
            return edits.edits_of(db, reference)

    def same_account(self, account: bytes, other: bytes) -> bool:
        if account == other:
            return True
        with self._database.reading() as db:
            return other in family(account, successors(db))

    def release_blank(self) -> list[bytes]:
        from ..tables.content import retraction_rows

        with self._database.reading() as db:
            if not retraction_rows.to_remove(db):
                return []
        from ..ingest import retraction_ingest

        with self._database.writing(background=True) as db:
            return retraction_ingest.remove_released(db)

    def let_go_blobs(self) -> list[bytes]:
        with self._database.reading() as db:
            return [cid for (cid,) in db.run("SELECT cid FROM let_go_blobs ORDER BY cid")]

    def forget_blobs(self, cids: Iterable[bytes]) -> None:
        with self._database.writing(background=True, notice=None) as db:
            query = "DELETE FROM let_go_blobs WHERE cid = %s"
            db.run_each(query, [(cid,) for cid in cids])

    @property
    def has_to_erase(self) -> bool:
        with self._database.reading() as db:
            return db.run("SELECT 1 FROM erasing").fetchone() is not None

    def erase(self, progress: Callable[[int], None] | None = None) -> bool:
        from ..ingest import erasure

        return erasure.erase(self._database, progress or (lambda _: None))
