"""Check sums over rows that nobody signed, as the SQL function ``seal(…)``.

CRC-32 finds every flipped bit and every burst of up to 32; it is no defence against
somebody who can write the file, who could as well write a whole store. The layout itself
does not use the function, so that other tools can open the file.
"""

from __future__ import annotations

import sqlite3
from zlib import crc32

from sayso_protocol.codec import pack_array

COVERED = {
    "store": "one, epoch, own_feed",
    "accounts": "number, key, text, petname, own, followed, since_ms, place",
    "feeds": "number, key, account, next_key_hash, wire, forked_at",
    "batches": "first, arrived_ms",
    "peers": "peer, heard_ms, interest, place",
    "book": "one, secret",
    "known_peers": "peer, chosen, anchor, agrees, seen_ms, sequence, record, addresses",
    "carriers": "account, peer, at_ms",
    "statements": "number, kind, account, about, arrival, wire",
    "key_changes": "number, kind, account, about, at_ms",
    "invites": "number, token, made_ms, name, expires_ms, once, follow_back, list, revoked_ms",
    "guests": "number, invite, account, at_ms",
    "accepted": "account, link, promise, introduction, since_ms",
    "ends": "feed, seq, id",
    "removed": "one, count, highest",
    "indexed": "one, arrival",
    "lined": "one, arrival",
    "indexed_above": "last, after",
    "folding": "one, version",
    "labellers": "account",
    "carried": "account, word, asker, network, since_ms, read_ms, grows, ended, entries, bytes",
    "carried_counted": "one, arrival",
    "sources": "number, peer",
    "came": "first, source",
    "carry_rules": "number, key, action, title, maker, because",
    "kept_back": "feed, seq, rule",
    "blank": "feed, seq, state, of",
    "carry_state": "one, rules, since, judged, swept",
    "bookmarks": "number, id, account, feed, seq, since_ms",
}
"""The columns that each table's check sum covers: all others."""

_BROKEN = "SELECT {} FROM {} WHERE seal <> seal({})"
_NAMES = {
    "peers": "peer",
    "known_peers": "peer",
    "carriers": "peer",
    "kept_back": "seq",
    "blank": "seq",
}
"""The column that names a row of a table without row ids."""


def install(db: sqlite3.Connection) -> None:
    """Give a connection the SQL function."""
    db.create_function("seal", -1, checksum, deterministic=True)


def checksum(*values: object) -> int:
    """Return the check sum of a row's values."""
    return crc32(pack_array(values))


def renew(db: sqlite3.Connection, table: str, where: str, value: object) -> None:
    """Renew the check sums of the rows of a table in which the column `where` has a value."""
    query = f"UPDATE {table} SET seal = seal({COVERED[table]}) WHERE {where} = ?"  # noqa: S608
    db.execute(query, (value,))


def broken(db: sqlite3.Connection) -> list[str]:
    """One line for each row whose check sum does not fit."""
    return [
        f"{table}: the check sum of row {row} does not fit"
        for table, columns in COVERED.items()
        for (row,) in db.execute(_BROKEN.format(_NAMES.get(table, "rowid"), table, columns))
    ]
