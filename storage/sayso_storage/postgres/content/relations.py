"""Relations in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Iterable

from sayso_protocol.blob.cid import digest_of

from ...interface.content.relations import (
    ATTACH,
    MENTION,
    QUOTE,
    REACT,
    REPOST,
    ROOT,
    Interactions,
    Notification,
    Relations,
    Stance,
    ThreadEntry,
)
from ...interface.records import StoredEntry
from ...validation.statement_rules import family
from ..queries import replies
from ..server.database import Database
from ..tables.accounts.successors import successors
from ..tables.content import relation_rows


class PostgresRelations(Relations):
    """See `Relations`."""

    _database: Database

    def reactions(self, ids: Iterable[bytes]) -> dict[bytes, list[Stance]]:
        with self._database.reading() as db:
            return relation_rows.stances(db, REACT, ids)

    def reposts(self, ids: Iterable[bytes]) -> dict[bytes, list[Stance]]:
        with self._database.reading() as db:
            return relation_rows.stances(db, REPOST, ids)

    def interactions(self, ids: Iterable[bytes]) -> dict[bytes, Interactions]:
        from ..queries.interactions import interactions

        with self._database.reading() as db:
            return interactions(db, ids)

    def followers(self, account: bytes) -> list[Stance]:
        with self._database.reading() as db:
            return relation_rows.followers(db, account)

    def follower_counts(self, accounts: Iterable[bytes]) -> dict[bytes, int]:
        with self._database.reading() as db:
            return relation_rows.follower_counts(db, accounts)

    def following_among(self, account: bytes, others: Iterable[bytes]) -> set[bytes]:
        with self._database.reading() as db:
            return relation_rows.following_among(db, account, others)

    def followees(self, account: bytes) -> list[bytes]:
        with self._database.reading() as db:
            return relation_rows.followees(db, account)

    def followee_count(self, account: bytes) -> int:
        with self._database.reading() as db:
            return relation_rows.followee_count(db, account)

    def quotes(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._database.reading() as db:
            return relation_rows.each(db, QUOTE, [entry_id], limit)

    def named_ids(self, prefix: str, limit: int = 10) -> list[bytes]:
        from ..queries.named_ids import named_ids

        with self._database.reading() as db:
            return named_ids(db, prefix, limit)

    def attaching(self, cid: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._database.reading() as db:
            return relation_rows.each(db, ATTACH, [digest_of(cid)], limit)

    def rooted(self, root_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._database.reading() as db:
            return relation_rows.each(db, ROOT, [root_id], limit)

    def thread(self, root_id: bytes, limit: int = 10_000) -> list[ThreadEntry]:
        from ..queries.thread import thread

        with self._database.reading() as db:
            return thread(db, root_id, limit)

    def mentions(self, account: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._database.reading() as db:
            return relation_rows.each(db, MENTION, family(account, successors(db)), limit)

    def notifications(self, limit: int = 50, since_ms: int | None = None) -> list[Notification]:
        from ..queries.notifications import notifications

        with self._database.reading() as db:
            return notifications(db, limit, since_ms)

    def arrived_notifications(
        self, limit: int, before: int | None = None, after: int = 0, *, oldest_first: bool = False
    ) -> list[Notification]:
        from ..queries.notifications import arrived_notifications

        with self._database.reading() as db:
            return arrived_notifications(db, limit, before, after, oldest_first=oldest_first)

    def reply_counts(self, ids: Iterable[bytes]) -> dict[bytes, int]:
        with self._database.reading() as db:
            return replies.reply_counts(db, ids)

    def reply_authors(self, ids: Iterable[bytes]) -> dict[bytes, dict[bytes, int]]:
        with self._database.reading() as db:
            return replies.reply_authors(db, ids)

    def replies(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        with self._database.reading() as db:
            return replies.replies(db, entry_id, limit)
