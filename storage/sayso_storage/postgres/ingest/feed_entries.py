"""The held entries of one feed, by their numbers."""

from __future__ import annotations

from collections.abc import Callable

from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import verify_run

from ..queries.runs import columns_of
from ..server.connection import Connection
from ..tables.feed_numbers import account_of


class PostgresFeedEntries:
    """`SegmentEntries` of a feed; `flush` is called first: rows may wait to be written."""

    def __init__(self, db: Connection, number: int, feed: bytes, flush: Callable[[], None]) -> None:
        self._db = db
        self._number = number
        self._feed = feed
        self._flush = flush

    def id_at(self, seq: int) -> bytes:
        """The id of a held entry."""
        return self._row(seq)[0]

    def time_at(self, seq: int) -> int:
        """The signed time of a held entry."""
        return self._row(seq)[1]

    def is_signed(self, seq: int, previous: bytes | None) -> bool:
        """Whether the own signature of a held entry verifies."""
        self._flush()
        columns = columns_of(self._db, self._number, seq, seq)
        try:
            verify_run(columns.run(self._feed, seq, previous))
        except Refused:
            return False
        return True

    def _row(self, seq: int) -> tuple[bytes, int]:
        self._flush()
        query = "SELECT id, time_ms FROM entries WHERE account = %s AND feed = %s AND seq = %s"
        values = account_of(self._number), self._number, seq
        ((entry_id, time_ms),) = self._db.rows(query, values)
        return entry_id, time_ms


def nothing_waits() -> None:
    """No rows wait to be written outside a batch."""
