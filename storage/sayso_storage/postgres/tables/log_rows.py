"""The order of arrival: a row for each stretch of a feed that came at once, inside the caller's
transaction. Rows name what is held: what is removed is cut out of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ..server.connection import Connection
from .feed_numbers import account_of

_COLUMNS: Final = "arrival, last, account, feed, seq, arrived_ms, source"
_TYPES: Final = ("int8", "int8", "int8", "int8", "int8", "int8", "int4")

_SOURCE_NUMBERS: Final = """
    INSERT INTO sources (peer) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"""

_SOURCE_AT: Final = """
    SELECT s.peer FROM log l LEFT JOIN sources s ON s.number = l.source
    WHERE l.arrival <= %s AND l.last >= %s"""

_LOOKED_BACK: Final = 20_000
"""Stretches that are looked at for whom something came from: those of some days of a busy node."""

_RECENT: Final = f"""
    SELECT s.peer FROM (
        SELECT source, max(arrival) AS last
        FROM (SELECT arrival, source FROM log ORDER BY arrival DESC LIMIT {_LOOKED_BACK}) l
        WHERE source IS NOT NULL GROUP BY source
    ) c JOIN sources s ON s.number = c.source
    ORDER BY c.last DESC LIMIT %s"""  # noqa: S608 - a number

_WITHIN: Final = f"""
    SELECT {_COLUMNS} FROM log
    WHERE feed = %s AND seq <= %s AND seq + (last - arrival) >= %s"""  # noqa: S608

_TAKE_PLACES: Final = """
    UPDATE store SET arrival = arrival + %s, entries = entries + %s, arrived_ms = %s
    RETURNING arrival - %s"""


class Stretch(NamedTuple):
    """A row: entries of a feed from the number `seq` on, that came from `arrival` to `last`."""

    arrival: int
    last: int
    account: int
    feed: int
    seq: int
    arrived_ms: int
    source: int | None

    @property
    def last_seq(self) -> int:
        """The number of the last entry."""
        return self.seq + self.last - self.arrival


def last_place(db: Connection) -> int:
    """The highest place in the order of arrival that was ever given; 0 for none."""
    return int(db.rows("SELECT arrival FROM store")[0][0])


def last_arrival(db: Connection) -> int:
    """See `StoredEntries.last_arrival`."""
    return int(db.rows("SELECT coalesce(max(last), 0) FROM log")[0][0])


def latest_arrival_ms(db: Connection) -> int | None:
    """See `StoredEntries.latest_arrival_ms`."""
    row = db.row("SELECT arrived_ms FROM log ORDER BY arrival DESC LIMIT 1")
    return None if row is None else int(row[0])


def latest_ms(db: Connection) -> int | None:
    """When entries came last, also those that were removed since."""
    return db.rows("SELECT arrived_ms FROM store")[0][0]  # type: ignore[no-any-return]


def take_places(db: Connection, count: int, arrived_ms: int) -> int:
    """Give so many entries their places; the one before the first."""
    values = count, count, arrived_ms, count
    return int(db.rows(_TAKE_PLACES, values)[0][0])


def note(db: Connection, stretches: Iterable[Stretch]) -> None:
    """Enter what has come."""
    db.copy_rows("log", _COLUMNS, _TYPES, stretches)


def since(db: Connection, arrival: int) -> list[tuple[int, int]]:
    """The first place and the feed of each stretch that came after a place."""
    query = "SELECT arrival, feed FROM log WHERE arrival > %s ORDER BY arrival"
    return [(first, feed) for first, feed in db.rows(query, (arrival,))]


def source_numbers(db: Connection, peers: Iterable[str]) -> dict[str, int]:
    """The numbers of peers, which are entered where they are new."""
    wanted = list(dict.fromkeys(peers))
    if not wanted:
        return {}
    query = "SELECT peer, number FROM sources WHERE peer = ANY(%s)"
    found: dict[str, int] = dict(db.rows(query, (wanted,)))
    if len(found) < len(wanted):
        db.run(_SOURCE_NUMBERS, (wanted,))
        found = dict(db.rows(query, (wanted,)))
    return found


def source_at(db: Connection, arrival: int) -> str | None:
    """See `Store.source_of`."""
    row = db.row(_SOURCE_AT, (arrival, arrival))
    return None if row is None else row[0]


def recent_sources(db: Connection, limit: int) -> list[str]:
    """See `Store.recent_sources`."""
    return [peer for (peer,) in db.rows(_RECENT, (max(limit, 0),))]


def overlaps(db: Connection) -> bool:
    """Whether two stretches have a place in common, as never should be."""
    query = """
        SELECT 1 FROM (SELECT arrival, lag(last) OVER (ORDER BY arrival) AS before FROM log) l
        WHERE before >= arrival LIMIT 1"""
    return db.row(query) is not None


def cut(db: Connection, feed: int, low: int, high: int) -> None:
    """Entries of a feed are removed: they came no more."""
    found = [Stretch(*row) for row in db.rows(_WITHIN, (feed, high, low))]
    if not found:
        return
    db.run("DELETE FROM log WHERE arrival = ANY(%s)", ([one.arrival for one in found],))
    left = []
    for one in found:
        if one.seq < low:
            left.append(one._replace(last=one.arrival + low - 1 - one.seq))
        if one.last_seq > high:
            skipped = high + 1 - one.seq
            left.append(one._replace(arrival=one.arrival + skipped, seq=high + 1))
    note(db, left)


def stretch(
    first: int, count: int, feed: int, seq: int, arrived_ms: int, source: int | None
) -> Stretch:
    """So many entries of a feed, from the number `seq` on, from the place `first` on."""
    return Stretch(first, first + count - 1, account_of(feed), feed, seq, arrived_ms, source)
