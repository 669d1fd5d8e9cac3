"""Reposts that count: of those of an entry by an account the newest, unless it was taken back."""

from __future__ import annotations

from typing import NamedTuple

from ...interface.content.relations import REPOST
from ...validation.statement_rules import family
from ..server.connection import Connection
from ..tables.accounts.successors import successors

_REPOST = f"""
    SELECT subject, coalesce(dated_ms, sort_ms), arrival FROM acts
    WHERE feed = %s AND seq = %s AND code = {REPOST}"""  # noqa: S608 - fixed text

_NEWEST = f"""
    SELECT coalesce(dated_ms, sort_ms), seq, arrival FROM acts
    WHERE subject = %s AND feed = %s AND code = {REPOST} ORDER BY seq DESC LIMIT 1"""  # noqa: S608

SUPERSEDED = f"""EXISTS (
    SELECT 1 FROM acts r JOIN acts n
    WHERE r.feed = e.feed AND r.seq = e.seq AND r.code = {REPOST}
        AND n.subject = r.subject AND n.feed = r.feed AND n.seq > r.seq AND n.code = {REPOST})"""  # noqa: S608
"""Whether the feed of a repost, the entry `e`, says something later of the same."""

_ACCOUNT = "SELECT a.key FROM feeds f JOIN accounts a ON a.number = f.account WHERE f.number = %s"
_FEEDS = "SELECT f.number FROM accounts a JOIN feeds f ON f.account = a.number WHERE a.key = %s"
_ID = "SELECT id FROM entries WHERE arrival = %s"


class _Said(NamedTuple):
    """A repost or its end, by what decides, but for the id."""

    time_ms: int
    seq: int
    arrival: int


class CountingReposts:
    """Says of reposts whether they count; within one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._siblings: dict[int, tuple[int, ...]] = {}

    def counts(self, feed: int, seq: int) -> bool:
        """Whether the repost with this number in a feed, by the feed's row, counts."""
        row = self._db.run(_REPOST, (feed, seq)).fetchone()
        if row is None:
            return True  # a damaged index, as `check` says; the entry can be read
        subject, time_ms, arrival = row
        own = self._newest(subject, feed)
        if own is not None and own.seq != seq:  # times never decrease along a feed
            return False
        said = _Said(time_ms, seq, arrival)
        others = (self._newest(subject, other) for other in self._others(feed))
        return not any(other is not None and self._later(other, said) for other in others)

    def _newest(self, subject: bytes, feed: int) -> _Said | None:
        row = self._db.run(_NEWEST, (subject, feed)).fetchone()
        return None if row is None else _Said(*row)

    def _others(self, feed: int) -> tuple[int, ...]:
        """The other feeds of the feed's account, under all its keys."""
        found = self._siblings.get(feed)
        if found is None:
            (account,) = self._db.run(_ACCOUNT, (feed,)).fetchone()
            keys = family(account, successors(self._db))
            numbers = (number for key in keys for (number,) in self._db.run(_FEEDS, (key,)))
            found = self._siblings[feed] = tuple(one for one in numbers if one != feed)
        return found

    def _later(self, one: _Said, other: _Said) -> bool:
        if one[:2] != other[:2]:
            return one[:2] > other[:2]
        return self._id(one) > self._id(other)

    def _id(self, said: _Said) -> bytes:
        (found,) = self._db.run(_ID, (said.arrival,)).fetchone()
        return bytes(found)
