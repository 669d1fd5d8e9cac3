"""Single entries, replies, newest of a kind, runs to send: all by index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from heapq import nlargest
from itertools import chain, islice

from sayso_protocol.content.body import Post, Reference

from ...index.body_facts import facts_of
from ...interface.records import Counts, Place, StoredEntry
from ..tables import feed_rows
from ..tables.entry_rows import COLUMNS, JOINED, SEQ, SHORT, at_arrivals, entry_of
from ..tables.kinds import POLL_CODE, POST_CODE, REPOST_CODE, kind_code
from ..tables.successors import SHOWN

_ID_DIGITS = 64

_FIND = f"""{COLUMNS}
    FROM entries e INDEXED BY entries_by_id {JOINED}
    WHERE substr(e.id, 1, {SHORT}) BETWEEN ? AND ? AND e.id BETWEEN ? AND ?
    ORDER BY substr(e.id, 1, {SHORT}), e.id LIMIT ?"""

_AUTHOR = f"""
    SELECT e.id, a.key FROM entries e INDEXED BY entries_by_id
    CROSS JOIN feeds f ON f.number = e.feed CROSS JOIN accounts a ON a.number = f.account
    WHERE substr(e.id, 1, {SHORT}) = substr(?1, 1, {SHORT}) AND e.id = ?1"""  # noqa: S608


_NEWEST_POST = """
    SELECT sort_ms, seq, arrival, body FROM entries INDEXED BY entries_by_place
    WHERE feed = ? AND kind = ? ORDER BY seq DESC"""

_NEWEST_OTHER = """
    SELECT sort_ms, seq, arrival, body FROM entries INDEXED BY others_by_kind
    WHERE feed = ? AND kind = ? AND kind <> 1 ORDER BY seq DESC"""

_ORIGINS = """
    SELECT o.origin, a.key, f.key, e.seq, e.id
    FROM origins o CROSS JOIN entries e ON e.arrival = o.arrival
    CROSS JOIN feeds f ON f.number = e.feed CROSS JOIN accounts a ON a.number = f.account"""

_ARRIVED = f"{COLUMNS} FROM entries e {JOINED} WHERE e.arrival > ? ORDER BY e.arrival LIMIT ?"

# The + keeps to the order of arrival: by feeds, all posts would have to be sorted.
_SHOWN_AFTER = f"""{COLUMNS}, e.kind, e.feed FROM entries e {JOINED}
    WHERE e.arrival > ? AND e.kind IN ({POST_CODE}, {REPOST_CODE}, {POLL_CODE}) AND e.sort_ms >= ?
        AND +e.feed IN (SELECT s.number FROM feeds s JOIN accounts a ON a.number = s.account
            WHERE {SHOWN})
    ORDER BY e.arrival"""  # noqa: S608 - fixed text

_COUNTS = """
    SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM feeds),
        (SELECT coalesce(sum(last - first + 1), 0) FROM held)"""


def by_id(db: sqlite3.Connection, entry_id: bytes) -> StoredEntry | None:
    """One entry by its full id."""
    found = _find(db, entry_id, entry_id, 1)
    return found[0] if found else None


def authors(db: sqlite3.Connection, ids: Iterable[bytes]) -> dict[bytes, bytes]:
    """The accounts that wrote each of these."""
    return {one: account for wanted in ids for one, account in db.execute(_AUTHOR, (wanted,))}


def by_prefix(db: sqlite3.Connection, prefix: str, limit: int) -> list[StoredEntry]:
    """Entries whose id begins with these hexadecimal digits, by id."""
    if len(prefix) > _ID_DIGITS or not set(prefix) <= set("0123456789abcdef"):
        return []
    low, high = prefix.ljust(_ID_DIGITS, "0"), prefix.ljust(_ID_DIGITS, "f")
    return _find(db, bytes.fromhex(low), bytes.fromhex(high), limit)


def latest(db: sqlite3.Connection, account: bytes, kind: str) -> StoredEntry | None:
    """See `Store.latest`."""
    rows = feed_rows.of_account(db, account)
    newest_of_feeds = (next(_of_feed(db, row.number, kind), None) for row in rows)
    found = [place for place in newest_of_feeds if place is not None]
    return at_arrivals(db, [max(found)[2]])[0] if found else None


def of_kind(db: sqlite3.Connection, account: bytes, kind: str, limit: int) -> list[StoredEntry]:
    """See `Store.of_kind`."""
    each = (_of_feed(db, row.number, kind) for row in feed_rows.of_account(db, account))
    newest = nlargest(limit, chain.from_iterable(each))
    return at_arrivals(db, [arrival for _, _, arrival in newest])


def origins(db: sqlite3.Connection) -> dict[str, Reference]:
    """The own account's imported posts."""
    return {origin: Reference(*reference) for origin, *reference in db.execute(_ORIGINS)}


def arrived_after(db: sqlite3.Connection, arrival: int, limit: int) -> list[StoredEntry]:
    """Entries in order of arrival."""
    return [entry_of(db, row) for row in db.execute(_ARRIVED, (arrival, max(limit, 0)))]


def shown_after(
    db: sqlite3.Connection, arrival: int, limit: int, since_ms: int | None
) -> list[StoredEntry]:
    """See `Store.shown_after`."""
    from .reposts import CountingReposts

    reposts = CountingReposts(db)
    rows = db.execute(_SHOWN_AFTER, (arrival, since_ms or 0))
    counting = (
        entry_of(db, tuple(columns))
        for *columns, kind, feed in rows
        if kind != REPOST_CODE or reposts.counts(feed, columns[SEQ])
    )
    entries = list(islice(counting, max(limit, 0)))
    rows.close()
    return entries


def held_after(db: sqlite3.Connection, arrival: int) -> Iterator[tuple[int, bytes, bool]]:
    """Place, id and whether the body is held, of the entries after a place; see `digest`."""
    query = "SELECT arrival, id, body IS NOT NULL FROM entries WHERE arrival > ? ORDER BY arrival"
    return db.execute(query, (arrival,))


def last_arrival(db: sqlite3.Connection) -> int:
    """Place of the newest arrival; 0 in an empty store."""
    (last,) = db.execute("SELECT max(arrival) FROM entries").fetchone()
    return last or 0


def latest_arrival_ms(db: sqlite3.Connection) -> int | None:
    """See `StoredEntries.latest_arrival_ms`."""
    row = db.execute("SELECT arrived_ms FROM batches ORDER BY first DESC LIMIT 1").fetchone()
    return None if row is None else int(row[0])


def counts(db: sqlite3.Connection, size: int) -> Counts:
    """The amount that is held; entries by their stretches, since counting rows reads them all."""
    accounts, known, entries = db.execute(_COUNTS).fetchone()
    return Counts(accounts, known, entries, size)


def _find(db: sqlite3.Connection, low: bytes, high: bytes, limit: int) -> list[StoredEntry]:
    values = (low[:SHORT], high[:SHORT], low, high, max(limit, 0))
    return [entry_of(db, row) for row in db.execute(_FIND, values)]


def _of_feed(db: sqlite3.Connection, number: int, kind: str) -> Iterator[Place]:
    """Places of a feed's entries of a kind, the highest number first."""
    query = _NEWEST_POST if kind == Post.KIND else _NEWEST_OTHER
    for sort_ms, seq, arrival, body in db.execute(query, (number, kind_code(kind))):
        if kind and facts_of(body).kind == kind:
            yield sort_ms, seq, arrival
