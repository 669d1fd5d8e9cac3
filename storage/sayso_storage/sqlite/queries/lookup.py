"""Single entries, replies, newest of a kind, runs to send: all by index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from heapq import nlargest
from itertools import chain, islice

from sayso_protocol.absence import taken_back
from sayso_protocol.content.body import Post, Reference

from ...index.attachments import KEYS
from ...index.body_facts import facts_of
from ...index.kinds import POLL_CODE, POST_CODE, REPOST_CODE, kind_code
from ...interface.records import Counts, Place, StoredEntry
from ..tables import feed_rows
from ..tables.content import retraction_rows
from ..tables.entry_rows import (
    COLUMNS,
    JOINED,
    LONG_COLUMNS,
    SEQ,
    SHORT,
    at_arrivals,
    chunks,
    entry_of,
    long_entries_of,
    long_entry_of,
    marks,
)

_ID_DIGITS = 64

_FIND = f"""{COLUMNS}
    FROM entries e INDEXED BY entries_by_id {JOINED}
    WHERE substr(e.id, 1, {SHORT}) BETWEEN ? AND ? AND e.id BETWEEN ? AND ?
    ORDER BY substr(e.id, 1, {SHORT}), e.id LIMIT ?"""

_BY_IDS = f"""{COLUMNS}
    FROM entries e INDEXED BY entries_by_id {JOINED} WHERE substr(e.id, 1, {SHORT}) IN ({{}})"""
_ID = 4
"""The place of the id among the columns."""

_AUTHOR = f"""
    SELECT e.id, a.key FROM entries e INDEXED BY entries_by_id
    CROSS JOIN feeds f ON f.number = e.feed CROSS JOIN accounts a ON a.number = f.account
    WHERE substr(e.id, 1, {SHORT}) = substr(?1, 1, {SHORT}) AND e.id = ?1"""  # noqa: S608


_BODY = f"""
    SELECT id, body FROM entries INDEXED BY entries_by_id
    WHERE substr(id, 1, {SHORT}) = substr(?1, 1, {SHORT}) AND id = ?1 AND body IS NOT NULL"""  # noqa: S608

_NEWEST_POST = """
    SELECT sort_ms, seq, arrival, body FROM entries INDEXED BY entries_by_place
    WHERE feed = ? AND kind = ? ORDER BY seq DESC"""

_NEWEST_OTHER = """
    SELECT sort_ms, seq, arrival, body FROM entries INDEXED BY others_by_kind
    WHERE feed = ? AND kind = ? AND kind <> 1 ORDER BY seq DESC"""

_HIGHEST = """
    SELECT key, sort_ms, seq, arrival, body FROM (
        SELECT a.key, (SELECT e.arrival FROM entries e INDEXED BY {index}
            WHERE e.feed = f.number AND e.kind = ? {more} ORDER BY e.seq DESC LIMIT 1) AS top
        FROM accounts a CROSS JOIN feeds f ON f.account = a.number WHERE a.key IN ({{}}))
    CROSS JOIN entries ON arrival = top"""

_HIGHEST_POSTS = _HIGHEST.format(index="entries_by_place", more="")
_HIGHEST_OTHERS = _HIGHEST.format(index="others_by_kind", more="AND e.kind <> 1")

_ORIGINS = """
    SELECT o.origin, a.key, f.key, e.seq, e.id
    FROM origins o CROSS JOIN entries e ON e.arrival = o.arrival
    CROSS JOIN feeds f ON f.number = e.feed CROSS JOIN accounts a ON a.number = f.account"""

_ATTACHING = f"""{LONG_COLUMNS}
    FROM entries e NOT INDEXED {JOINED}
    WHERE e.arrival > ? AND e.arrival <= ?
        AND ({" OR ".join(f"instr(e.body, x'{key.hex()}')" for key in KEYS)})
    ORDER BY e.arrival"""

_ARRIVED = f"{LONG_COLUMNS} FROM entries e {JOINED} WHERE e.arrival > ? ORDER BY e.arrival LIMIT ?"

# Not indexed, it keeps to the order of arrival: by feeds, all posts would have to be sorted. Kind
# and feed stand last.
_SHOWN_AFTER = f"""{LONG_COLUMNS}, e.kind, e.feed
    FROM entries e NOT INDEXED CROSS JOIN shown s ON s.feed = e.feed {JOINED}
    WHERE e.arrival > ? AND e.kind IN ({POST_CODE}, {REPOST_CODE}, {POLL_CODE}) AND e.sort_ms >= ?
    ORDER BY e.arrival"""

_COUNTS = """
    SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM feeds),
        (SELECT coalesce(sum(last - first + 1), 0) FROM held)"""


def by_id(db: sqlite3.Connection, entry_id: bytes) -> StoredEntry | None:
    """One entry by its full id."""
    found = _find(db, entry_id, entry_id, 1)
    return found[0] if found else None


def by_ids(db: sqlite3.Connection, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
    """Entries by their full ids."""
    wanted = set(ids)
    rows = (
        row
        for some in chunks([one[:SHORT] for one in wanted])
        for row in db.execute(_BY_IDS.format(marks(len(some))), some)
        if row[_ID] in wanted
    )
    return {row[_ID]: entry_of(db, row) for row in rows}


def authors(db: sqlite3.Connection, ids: Iterable[bytes]) -> dict[bytes, bytes]:
    """The accounts that wrote each of these."""
    return {one: account for wanted in ids for one, account in db.execute(_AUTHOR, (wanted,))}


def bodies(db: sqlite3.Connection, ids: Iterable[bytes]) -> dict[bytes, bytes]:
    """See `Store.bodies`."""
    return {one: body for wanted in ids for one, body in db.execute(_BODY, (wanted,))}


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


def latest_of_each(
    db: sqlite3.Connection, accounts: Iterable[bytes], kind: str
) -> dict[bytes, StoredEntry]:
    """See `StoredEntries.latest_of_each`. Of each feed the highest row of the kind is looked at;
    only where that is none after all, feeds are read down."""
    newest: dict[bytes, Place | None] = {}
    query = _HIGHEST_POSTS if kind == Post.KIND else _HIGHEST_OTHERS
    code = kind_code(kind)
    for some in chunks(list(accounts)):
        for key, sort_ms, seq, arrival, body in db.execute(
            query.format(marks(len(some))), (code, *some)
        ):
            if not kind or facts_of(body).kind != kind:
                newest[key] = None
            elif (other := newest.get(key, (0, 0, 0))) is not None:
                newest[key] = max(other, (sort_ms, seq, arrival))
    places = {key: place[2] for key, place in newest.items() if place is not None}
    found = dict(zip(places, at_arrivals(db, places.values()), strict=True))
    for key in [key for key, place in newest.items() if place is None]:
        entry = latest(db, key, kind)
        if entry is not None:
            found[key] = entry
    return found


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
    return long_entries_of(db, db.execute(_ARRIVED, (arrival, max(limit, 0))))


def attaching_after(db: sqlite3.Connection, arrival: int, last: int) -> list[StoredEntry]:
    """See `Store.attaching_after`."""
    return long_entries_of(db, db.execute(_ATTACHING, (arrival, last)))


def shown_after(
    db: sqlite3.Connection, arrival: int, limit: int, since_ms: int | None
) -> list[StoredEntry]:
    """See `Store.shown_after`."""
    from .reposts import CountingReposts

    reposts = CountingReposts(db)
    rows = db.execute(_SHOWN_AFTER, (arrival, since_ms or 0))
    counting = (
        long_entry_of(db, row)
        for row in rows
        if row[-2] != REPOST_CODE or reposts.counts(row[-1], row[SEQ])
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


def is_taken_back(db: sqlite3.Connection, entry_id: bytes) -> bool:
    """Whether an entry, held or not, counts as taken back by its author."""
    named = retraction_rows.named_of(db, entry_id)
    if not named:
        return False
    held = by_id(db, entry_id)
    if held is None:
        return any(retraction_rows.is_named(db, one) for one in named)
    is_one = held.reference in named and retraction_rows.is_named(db, held.reference)
    return is_one and not taken_back(held.body)
