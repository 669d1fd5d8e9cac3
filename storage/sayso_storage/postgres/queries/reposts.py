"""Reposts that count: of those of an entry by an account the newest, unless it was taken back."""

from __future__ import annotations

from typing import Final, NamedTuple

from ...interface.content.relations import REPOST
from ...validation.statement_rules import family
from ..server.connection import Connection
from ..tables import feed_rows
from ..tables.accounts.successors import successors
from ..tables.content.named_rows import feeds_of
from ..tables.entry_rows import at_keys
from ..tables.feed_numbers import account_of, bucket

_REPOST: Final = f"""
    SELECT subject, coalesce(dated_ms, sort_ms) FROM relations
    WHERE account = %s AND feed = %s AND seq = %s AND code = {REPOST}"""  # noqa: S608 - fixed text

_NEWEST: Final = f"""
    SELECT coalesce(dated_ms, sort_ms), seq, feed FROM relations
    WHERE bucket = %s AND subject = %s AND feed = %s AND code = {REPOST}
    ORDER BY seq DESC LIMIT 1"""  # noqa: S608 - fixed text


class _Said(NamedTuple):
    """A repost or its end, by what decides, but for the id."""

    time_ms: int
    seq: int
    feed: int


class CountingReposts:
    """Says of reposts whether they count; within one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._siblings: dict[int, tuple[int, ...]] = {}

    def counts(self, feed: int, seq: int) -> bool:
        """Whether the repost with this number in a feed, by the feed's row, counts."""
        row = self._db.row(_REPOST, (account_of(feed), feed, seq))
        if row is None:
            return True  # a damaged index, as `check` says; the entry can be read
        subject, time_ms = row
        own = self._newest(subject, feed)
        if own is not None and own.seq != seq:  # times never decrease along a feed
            return False
        said = _Said(time_ms, seq, feed)
        others = (self._newest(subject, other) for other in self._others(feed))
        return not any(other is not None and self._later(other, said) for other in others)

    def _newest(self, subject: bytes, feed: int) -> _Said | None:
        row = self._db.row(_NEWEST, (bucket(subject), subject, feed))
        return None if row is None else _Said(*row)

    def _others(self, feed: int) -> tuple[int, ...]:
        """The other feeds of the feed's account, under all its keys."""
        found = self._siblings.get(feed)
        if found is None:
            account = feed_rows.by_number(self._db, feed).state.account
            numbers = feeds_of(self._db, family(account, successors(self._db)))
            found = self._siblings[feed] = tuple(one for one in numbers if one != feed)
        return found

    def _later(self, one: _Said, other: _Said) -> bool:
        if one[:2] != other[:2]:
            return one[:2] > other[:2]
        return self._id(one) > self._id(other)

    def _id(self, said: _Said) -> bytes:
        return at_keys(self._db, [(said.feed, said.seq)])[0].id
