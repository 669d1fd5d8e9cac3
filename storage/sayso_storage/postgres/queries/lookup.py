"""Single entries, the newest of a kind, and how much is held: all by index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import nlargest
from itertools import chain
from typing import Final

from sayso_protocol.absence import taken_back
from sayso_protocol.content.body import Post, Reference

from ...index.body_facts import facts_of
from ...index.kinds import kind_code
from ...interface.records import Counts, Place, StoredEntry
from ..server.connection import Connection
from ..tables import feed_rows
from ..tables.content import retraction_rows
from ..tables.entry_rows import AT, KEYS, Key, at_keys, by_ids, columns_of, keys_of_ids
from ..tables.feed_numbers import account_of, bucket, short

_ID_DIGITS: Final = 64

_MORE: Final = 50
"""Ids that are looked at beyond those asked for: of ids whose first eight bytes are the same."""

_AMONG: Final = """
    SELECT feed, seq FROM ids
    WHERE bucket BETWEEN %s AND %s AND (bucket, id) >= (%s, %s) AND (bucket, id) <= (%s, %s)
    ORDER BY bucket, id LIMIT %s"""

_AUTHORS: Final = f"""
    SELECT e.id, a.key FROM {KEYS} JOIN entries e ON {AT}
    JOIN accounts a ON a.number = e.account"""  # noqa: S608 - fixed text

_BODIES: Final = f"""
    SELECT e.id, e.body FROM {KEYS} JOIN entries e ON {AT} WHERE e.body IS NOT NULL"""  # noqa: S608

_OF_FEED: Final = """
    SELECT sort_ms, seq, arrival, body FROM entries
    WHERE account = %s AND feed = %s AND kind = %s {} AND seq < %s ORDER BY seq DESC LIMIT %s"""
_POSTS: Final = _OF_FEED.format("")
_OTHERS: Final = _OF_FEED.format("AND kind <> 1")

_FIRST_ROWS: Final = 4
_ROWS_AT_A_TIME: Final = 200
_ABOVE_ALL: Final = (1 << 63) - 1

_HIGHEST: Final = """
    SELECT DISTINCT ON (e.feed) a.key, e.sort_ms, e.seq, e.arrival, e.body, e.feed
    FROM accounts a JOIN entries e ON e.account = a.number
    WHERE a.key = ANY(%s) AND e.kind = %s AND e.kind <> 1 ORDER BY e.feed, e.seq DESC"""

_ORIGINS: Final = """
    SELECT o.origin, a.key, f.key, e.seq, e.id
    FROM origins o JOIN entries e ON e.feed = o.feed AND e.seq = o.seq
    JOIN feeds f ON f.account = e.account AND f.feed = e.feed
    JOIN accounts a ON a.number = e.account WHERE e.account = ANY(%s)"""

_COUNTS: Final = """
    SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM feeds), s.entries,
        (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r')
    FROM store s"""


def by_id(db: Connection, entry_id: bytes) -> StoredEntry | None:
    """One entry by its full id."""
    return by_ids(db, [entry_id]).get(entry_id)


def authors(db: Connection, ids: Iterable[bytes]) -> dict[bytes, bytes]:
    """The accounts that wrote each of these."""
    return _of_ids(db, ids, _AUTHORS)


def bodies(db: Connection, ids: Iterable[bytes]) -> dict[bytes, bytes]:
    """See `Store.bodies`."""
    return _of_ids(db, ids, _BODIES)


def _of_ids(db: Connection, ids: Iterable[bytes], query: str) -> dict[bytes, bytes]:
    wanted = set(ids)
    rows = db.rows(query, columns_of(keys_of_ids(db, wanted)))
    return {one: value for one, value in rows if one in wanted}


def by_prefix(db: Connection, prefix: str, limit: int) -> list[StoredEntry]:
    """Entries whose id begins with these hexadecimal digits, by id."""
    if len(prefix) > _ID_DIGITS or not set(prefix) <= set("0123456789abcdef"):
        return []
    low = bytes.fromhex(prefix.ljust(_ID_DIGITS, "0"))
    high = bytes.fromhex(prefix.ljust(_ID_DIGITS, "f"))
    ends = bucket(low), short(low), bucket(high), short(high)
    most = max(limit, 0)
    keys: list[Key] = [
        (feed, seq)
        for feed, seq in db.rows(_AMONG, (bucket(low), bucket(high), *ends, most + _MORE))
    ]
    found = [entry for entry in at_keys(db, keys) if low <= entry.id <= high]
    return sorted(found, key=lambda entry: entry.id)[:most]


def latest(db: Connection, account: bytes, kind: str) -> StoredEntry | None:
    """See `Store.latest`."""
    newest = [
        (place, row.number)
        for row in feed_rows.of_account(db, account)
        for place in [next(_of_feed(db, row.number, kind), None)]
        if place is not None
    ]
    if not newest:
        return None
    (_, seq, _), feed = max(newest)
    return at_keys(db, [(feed, seq)])[0]


def latest_of_each(
    db: Connection, accounts: Iterable[bytes], kind: str
) -> dict[bytes, StoredEntry]:
    """See `StoredEntries.latest_of_each`. Of each feed the highest row of the kind is looked at;
    only where that is none after all, feeds are read down."""
    wanted = list(accounts)
    if kind == Post.KIND:
        each = {key: latest(db, key, kind) for key in wanted}
        return {key: entry for key, entry in each.items() if entry is not None}
    newest: dict[bytes, tuple[Place, int] | None] = {}
    for key, *place, body, feed in db.rows(_HIGHEST, (wanted, kind_code(kind))):
        sort_ms, seq, arrival = place
        if not kind or facts_of(body).kind != kind:
            newest[key] = None
        elif (other := newest.get(key, ((0, 0, 0), 0))) is not None:
            newest[key] = max(other, ((sort_ms, seq, arrival), feed))
    keys = [(one[1], one[0][1]) for one in newest.values() if one is not None]
    found = {entry.account: entry for entry in at_keys(db, keys)}
    for key in [key for key, one in newest.items() if one is None]:
        entry = latest(db, key, kind)
        if entry is not None:
            found[key] = entry
    return found


def of_kind(db: Connection, account: bytes, kind: str, limit: int) -> list[StoredEntry]:
    """See `Store.of_kind`."""
    each = (
        ((place, row.number) for place in _of_feed(db, row.number, kind))
        for row in feed_rows.of_account(db, account)
    )
    newest = nlargest(limit, chain.from_iterable(each))
    return at_keys(db, [(feed, place[1]) for place, feed in newest])


def origins(db: Connection) -> dict[str, Reference]:
    """The own account's imported posts."""
    feeds = [feed for (feed,) in db.rows("SELECT DISTINCT feed FROM origins")]
    rows = db.rows(_ORIGINS, ([account_of(feed) for feed in feeds],))
    return {origin: Reference(*reference) for origin, *reference in rows}


def counts(db: Connection) -> Counts:
    """The amount that is held."""
    (row,) = db.rows(_COUNTS)
    return Counts(*row)


def _of_feed(db: Connection, number: int, kind: str) -> Iterator[Place]:
    """Places of a feed's entries of a kind, the highest number first."""
    query, code = _POSTS if kind == Post.KIND else _OTHERS, kind_code(kind)
    below, at_once = _ABOVE_ALL, _FIRST_ROWS
    while rows := db.rows(query, (account_of(number), number, code, below, at_once)):
        for sort_ms, seq, arrival, body in rows:
            if kind and facts_of(body).kind == kind:
                yield sort_ms, seq, arrival
        if len(rows) < at_once:
            return
        below, at_once = rows[-1][1], _ROWS_AT_A_TIME


def is_taken_back(db: Connection, entry_id: bytes) -> bool:
    """Whether an entry, held or not, counts as taken back by its author."""
    named = retraction_rows.named_of(db, entry_id)
    if not named:
        return False
    held = by_id(db, entry_id)
    if held is None:
        return any(retraction_rows.is_named(db, one) for one in named)
    is_one = held.reference in named and retraction_rows.is_named(db, held.reference)
    return is_one and not taken_back(held.body)
