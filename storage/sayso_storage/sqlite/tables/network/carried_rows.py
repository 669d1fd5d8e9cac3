"""Accounts that are carried for others in SQLite, inside the caller's transaction.

Of an account that was rotated all keys count as the one that is carried.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ....interface.network.carriage import ENTRY_BYTES, CarriedAccount
from ....validation.statement_rules import chain
from ...sql.checksum import renew
from ..accounts import account_rows
from ..accounts.successors import successors

_COLUMNS = "a.key, c.word, c.asker, c.network, c.since_ms, c.read_ms, c.grows, c.entries, c.bytes"

_CARRIED = f"""
    SELECT {_COLUMNS} FROM carried c CROSS JOIN accounts a ON a.number = c.account
    WHERE NOT c.ended ORDER BY c.since_ms, a.key"""  # noqa: S608 - fixed text

_ENDED = """
    SELECT a.key FROM carried c CROSS JOIN accounts a ON a.number = c.account WHERE c.ended"""

_CARRY = """
    INSERT INTO carried
        (account, word, asker, network, since_ms, read_ms, grows, ended, entries, bytes)
    VALUES (:number, :word, :asker, :network, :now, :now, 1, 0, 0, 0)
    ON CONFLICT (account) DO UPDATE SET
        word = excluded.word, asker = excluded.asker, network = excluded.network,
        since_ms = iif(ended, excluded.since_ms, since_ms),
        read_ms = iif(ended, excluded.read_ms, read_ms),
        grows = iif(ended, 1, grows), ended = 0"""

_SIZE = f"""
    SELECT count(*), coalesce(sum(coalesce(length(e.body), 0) + {ENTRY_BYTES}), 0)
    FROM accounts a CROSS JOIN feeds f ON f.account = a.number
    CROSS JOIN entries e INDEXED BY entries_by_place ON e.feed = f.number
    WHERE a.key = ? AND e.arrival <= ?"""  # noqa: S608 - fixed text

_NEW = f"""
    SELECT a.key, count(*), sum(coalesce(length(e.body), 0) + {ENTRY_BYTES})
    FROM (SELECT feed, body FROM entries WHERE arrival > ? AND arrival <= ?) e
    CROSS JOIN feeds f ON f.number = e.feed CROSS JOIN accounts a ON a.number = f.account
    GROUP BY a.number"""  # noqa: S608 - fixed text

_UP_TO = """
    SELECT max(arrival) FROM
        (SELECT arrival FROM entries WHERE arrival > ? ORDER BY arrival LIMIT ?)"""


def carry(
    db: sqlite3.Connection, account: bytes, word: str, asker: str, network: str, now_ms: int
) -> bool:
    """See `Store.carry`."""
    account_rows.ensure(db, account, now_ms)
    number = _number(db, account)
    before = db.execute("SELECT ended FROM carried WHERE account = ?", (number,)).fetchone()
    values = {"number": number, "word": word, "asker": asker, "network": network, "now": now_ms}
    db.execute(_CARRY, values)
    is_new = before is None or bool(before[0])
    if is_new:
        sizes = [
            db.execute(_SIZE, (one, _counted(db))).fetchone()
            for one in chain(account, successors(db))
        ]
        entries, size = (sum(column) for column in zip(*sizes, strict=True))
        query = "UPDATE carried SET entries = ?, bytes = ? WHERE account = ?"
        db.execute(query, (entries, size, number))
    renew(db, "carried", "account", number)
    return is_new


def carried(db: sqlite3.Connection) -> list[CarriedAccount]:
    """See `Store.carried_for_others`."""
    return [
        CarriedAccount(key, word, asker, network, since_ms, read_ms, bool(grows), entries, size)
        for key, word, asker, network, since_ms, read_ms, grows, entries, size in db.execute(
            _CARRIED
        )
    ]


def let_grow(db: sqlite3.Connection, accounts: Iterable[bytes], grows: bool) -> None:
    """See `Store.let_grow`."""
    for account in accounts:
        number = _number(db, account)
        db.execute("UPDATE carried SET grows = ? WHERE account = ?", (grows, number))
        renew(db, "carried", "account", number)


def note_read(db: sqlite3.Connection, accounts: Iterable[bytes], now_ms: int) -> None:
    """See `Store.note_read`."""
    for account in accounts:
        number = _number(db, account)
        query = "UPDATE carried SET read_ms = max(read_ms, ?) WHERE account = ? AND NOT ended"
        db.execute(query, (now_ms, number))
        renew(db, "carried", "account", number)


def end(db: sqlite3.Connection, account: bytes) -> bool:
    """See `Store.end_carriage`."""
    number = _number(db, account)
    query = "UPDATE carried SET ended = 1 WHERE account = ? AND NOT ended"
    ended_now = db.execute(query, (number,)).rowcount > 0
    renew(db, "carried", "account", number)
    return ended_now


def ended(db: sqlite3.Connection) -> list[bytes]:
    """The accounts whose carriage has ended and whose row is still there."""
    return [key for (key,) in db.execute(_ENDED)]


def forget(db: sqlite3.Connection, account: bytes) -> None:
    """Drop the row of an account whose entries are removed."""
    db.execute("DELETE FROM carried WHERE account = ? AND ended", (_number(db, account),))


def waits(db: sqlite3.Connection) -> bool:
    """Whether entries have arrived that are not counted, and anything is to be counted."""
    if db.execute("SELECT 1 FROM carried LIMIT 1").fetchone() is None:
        return False
    query = "SELECT 1 FROM entries WHERE arrival > ? LIMIT 1"
    return db.execute(query, (_counted(db),)).fetchone() is not None


def count(db: sqlite3.Connection, limit: int) -> bool:
    """See `Store.count_carried`."""
    before = _counted(db)
    (upto,) = db.execute(_UP_TO, (before, limit)).fetchone()
    if upto is None:
        return False
    after = successors(db)
    roots = {key: one.account for one in carried(db) for key in chain(one.account, after)}
    for key, entries, size in db.execute(_NEW, (before, upto)).fetchall():
        if key in roots:
            number = _number(db, roots[key])
            query = "UPDATE carried SET entries = entries + ?, bytes = bytes + ? WHERE account = ?"
            db.execute(query, (entries, size, number))
            renew(db, "carried", "account", number)
    db.execute("REPLACE INTO carried_counted (one, arrival) VALUES (1, ?)", (upto,))
    renew(db, "carried_counted", "one", 1)
    return True


def keys(db: sqlite3.Connection, account: bytes) -> list[bytes]:
    """The account and those that follow it."""
    return chain(account, successors(db))


def _counted(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT arrival FROM carried_counted").fetchone()
    return 0 if row is None else int(row[0])


def _number(db: sqlite3.Connection, account: bytes) -> int | None:
    row = db.execute("SELECT number FROM accounts WHERE key = ?", (account,)).fetchone()
    return None if row is None else int(row[0])
