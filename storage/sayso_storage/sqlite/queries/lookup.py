"""Single entries, replies, newest of a kind, runs to send: all by index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from heapq import nlargest
from itertools import chain

from sayso_protocol.content.body import Post, Reference
from sayso_protocol.feed.run import RawRun
from sayso_protocol.limits import MAX_RUN_ENTRIES

from ...index.body_columns import join_body
from ...index.body_facts import facts_of
from ...interface.records import Counts, Place, StoredEntry
from ...validation.segments import newest
from ..ingest.feed_entries import columns_of
from ..tables import feed_rows
from ..tables.entry_rows import COLUMNS, JOINED, SHORT, at_arrivals, entry_of
from ..tables.kinds import POST_CODE, REPOST_CODE, kind_code
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

_REPLIES = f"""{COLUMNS}
    FROM replies r CROSS JOIN entries e ON e.arrival = r.arrival {JOINED}
    WHERE r.parent = ? ORDER BY r.sort_ms, r.seq, r.arrival"""

_AUTHORS = """
    SELECT a.key, count(*) FROM replies r CROSS JOIN entries e ON e.arrival = r.arrival
    CROSS JOIN feeds f ON f.number = e.feed CROSS JOIN accounts a ON a.number = f.account
    WHERE r.parent = ? GROUP BY a.key"""

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
_SHOWN_AFTER = f"""{COLUMNS} FROM entries e {JOINED}
    WHERE e.arrival > ? AND e.kind IN ({POST_CODE}, {REPOST_CODE}) AND e.sort_ms >= ?
        AND +e.feed IN (SELECT s.number FROM feeds s JOIN accounts a ON a.number = s.account
            WHERE {SHOWN})
    ORDER BY e.arrival LIMIT ?"""  # noqa: S608 - fixed text

_COUNTS = """
    SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM feeds),
        (SELECT coalesce(sum(last - first + 1), 0) FROM held)"""

_HEAD = """
    SELECT e.seq, e.id, p.id, e.time_ms, e.signature, e.body, b.size, b.hash
    FROM entries e LEFT JOIN entries p ON p.feed = e.feed AND p.seq = e.seq - 1
    LEFT JOIN absent b ON b.arrival = e.arrival
    WHERE e.feed = ? ORDER BY e.seq DESC LIMIT 1"""


def by_id(db: sqlite3.Connection, entry_id: bytes) -> StoredEntry | None:
    """One entry by its full id."""
    found = _find(db, entry_id, entry_id, 1)
    return found[0] if found else None


def authors(db: sqlite3.Connection, ids: Iterable[bytes]) -> dict[bytes, bytes]:
    """Who wrote each of these."""
    return {one: account for wanted in ids for one, account in db.execute(_AUTHOR, (wanted,))}


def by_prefix(db: sqlite3.Connection, prefix: str, limit: int) -> list[StoredEntry]:
    """Entries whose id begins with these hexadecimal digits, by id."""
    if len(prefix) > _ID_DIGITS or not set(prefix) <= set("0123456789abcdef"):
        return []
    low, high = prefix.ljust(_ID_DIGITS, "0"), prefix.ljust(_ID_DIGITS, "f")
    return _find(db, bytes.fromhex(low), bytes.fromhex(high), limit)


def reply_counts(db: sqlite3.Connection, ids: Iterable[bytes]) -> dict[bytes, int]:
    """Replies to each of these, 0 left out.

    Counted by the short form of the id alone. Somebody who wrote a reply to an id that
    only begins alike would gain what an honest reply gives him: one more in the count.
    """
    query = "SELECT count(*) FROM replies WHERE parent = ?"
    counts = {one: db.execute(query, (one[:SHORT],)).fetchone()[0] for one in ids}
    return {one: count for one, count in counts.items() if count}


def reply_authors(db: sqlite3.Connection, ids: Iterable[bytes]) -> dict[bytes, dict[bytes, int]]:
    """Whose these replies are; counted as in `reply_counts`."""
    found = {one: dict(db.execute(_AUTHORS, (one[:SHORT],))) for one in ids}
    return {one: authors for one, authors in found.items() if authors}


def replies(db: sqlite3.Connection, entry_id: bytes, limit: int) -> list[StoredEntry]:
    """Direct replies, oldest first."""
    found: list[StoredEntry] = []
    for row in db.execute(_REPLIES, (entry_id[:SHORT],)):
        if len(found) >= limit:
            break
        entry = entry_of(row)
        if entry.body is not None and facts_of(entry.body).reply == entry_id:
            found.append(entry)
    return found


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
    return [entry_of(row) for row in db.execute(_ARRIVED, (arrival, max(limit, 0)))]


def shown_after(
    db: sqlite3.Connection, arrival: int, limit: int, since_ms: int | None
) -> list[StoredEntry]:
    """See `Store.shown_after`."""
    values = (arrival, since_ms or 0, max(limit, 0))
    return [entry_of(row) for row in db.execute(_SHOWN_AFTER, values)]


def held_after(db: sqlite3.Connection, arrival: int) -> Iterator[tuple[int, bytes, bool]]:
    """Place, id and whether the body is held, of the entries after a place; see `digest`."""
    query = "SELECT arrival, id, body IS NOT NULL FROM entries WHERE arrival > ? ORDER BY arrival"
    return db.execute(query, (arrival,))


def last_arrival(db: sqlite3.Connection) -> int:
    """Place of the newest arrival; 0 in an empty store."""
    (last,) = db.execute("SELECT max(arrival) FROM entries").fetchone()
    return last or 0


def counts(db: sqlite3.Connection, size: int) -> Counts:
    """How much is held; entries by their stretches, since counting rows reads them all."""
    accounts, known, entries = db.execute(_COUNTS).fetchone()
    return Counts(accounts, known, entries, size)


def load(db: sqlite3.Connection, feed: bytes, first: int, last: int) -> RawRun | None:
    """See `Store.load`."""
    row = feed_rows.by_key(db, feed)
    found = newest(row.state.held, first, last) if row else None
    if row is None or found is None:
        return None
    part, low, high = found
    columns = columns_of(db, row.number, max(low, high - MAX_RUN_ENTRIES + 1), high)
    bottom = high - len(columns[0]) + 1
    previous = part.below if bottom == part.first else _id_at(db, row.number, bottom - 1)
    return RawRun(feed, bottom, previous, *columns)


def head_of(
    db: sqlite3.Connection, row: feed_rows.FeedRow
) -> tuple[RawRun, bytes] | tuple[None, None]:
    """The entry with a feed's highest stored number, whatever its stretches say, and its id."""
    found = db.execute(_HEAD, (row.number,)).fetchone()
    if found is None:
        return None, None
    seq, entry_id, id_before, time_ms, signature, *body = found
    below = next((part.below for part in row.state.held if part.first == seq), None)
    columns = [time_ms], [join_body(*body)], [signature]
    return RawRun(row.state.feed, seq, below or id_before, *columns), entry_id


def _find(db: sqlite3.Connection, low: bytes, high: bytes, limit: int) -> list[StoredEntry]:
    values = (low[:SHORT], high[:SHORT], low, high, max(limit, 0))
    return [entry_of(row) for row in db.execute(_FIND, values)]


def _id_at(db: sqlite3.Connection, number: int, seq: int) -> bytes | None:
    query = "SELECT id FROM entries WHERE feed = ? AND seq = ?"
    row = db.execute(query, (number, seq)).fetchone()
    return None if row is None else row[0]


def _of_feed(db: sqlite3.Connection, number: int, kind: str) -> Iterator[Place]:
    """Places of a feed's entries of a kind, the highest number first."""
    query = _NEWEST_POST if kind == Post.KIND else _NEWEST_OTHER
    for sort_ms, seq, arrival, body in db.execute(query, (number, kind_code(kind))):
        if kind and facts_of(body).kind == kind:
            yield sort_ms, seq, arrival
