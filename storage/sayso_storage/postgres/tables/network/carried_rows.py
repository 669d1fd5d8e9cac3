"""Accounts that are carried for others in PostgreSQL, inside the caller's transaction.

Of an account that was rotated all keys count as the one that is carried.
"""

from __future__ import annotations

from collections.abc import Iterable

from ....interface.network.carriage import ENTRY_BYTES, CarriedAccount
from ....validation.statement_rules import chain
from ...server.connection import Connection
from ..accounts import account_rows
from ..accounts.successors import successors

_COLUMNS = "a.key, c.word, c.asker, c.network, c.since_ms, c.read_ms, c.grows, c.entries, c.bytes"

_CARRIED = f"""
    SELECT {_COLUMNS} FROM carried c JOIN accounts a ON a.number = c.account
    WHERE NOT c.ended ORDER BY c.since_ms, a.key"""  # noqa: S608 - fixed text

_ENDED = """
    SELECT a.key FROM carried c JOIN accounts a ON a.number = c.account WHERE c.ended"""

_CARRY = """
    INSERT INTO carried
        (account, word, asker, network, since_ms, read_ms, grows, ended, entries, bytes)
    VALUES (%(number)s, %(word)s, %(asker)s, %(network)s, %(now)s, %(now)s, 1, 0, 0, 0)
    ON CONFLICT (account) DO UPDATE SET
        word = excluded.word, asker = excluded.asker, network = excluded.network,
        since_ms = iif(ended, excluded.since_ms, since_ms),
        read_ms = iif(ended, excluded.read_ms, read_ms),
        grows = iif(ended, 1, grows), ended = 0"""

_SIZE = f"""
    SELECT count(*), coalesce(sum(coalesce(length(e.body), 0) + {ENTRY_BYTES}), 0)
    FROM accounts a JOIN feeds f ON f.account = a.number
    JOIN entries e ON e.feed = f.number
    WHERE a.key = %s AND e.arrival <= %s"""  # noqa: S608 - fixed text

_NEW = f"""
    SELECT a.key, count(*), sum(coalesce(length(e.body), 0) + {ENTRY_BYTES})
    FROM (SELECT feed, body FROM entries WHERE arrival > %s AND arrival <= %s) e
    JOIN feeds f ON f.number = e.feed JOIN accounts a ON a.number = f.account
    GROUP BY a.number"""  # noqa: S608 - fixed text

_UP_TO = """
    SELECT max(arrival) FROM
        (SELECT arrival FROM entries WHERE arrival > %s ORDER BY arrival LIMIT %s)"""


def carry(db: Connection, account: bytes, word: str, asker: str, network: str, now_ms: int) -> bool:
    """See `Store.carry`."""
    account_rows.ensure(db, account, now_ms)
    number = _number(db, account)
    before = db.run("SELECT ended FROM carried WHERE account = %s", (number,)).fetchone()
    values = {"number": number, "word": word, "asker": asker, "network": network, "now": now_ms}
    db.run(_CARRY, values)
    is_new = before is None or bool(before[0])
    if is_new:
        sizes = [
            db.run(_SIZE, (one, _counted(db))).fetchone() for one in chain(account, successors(db))
        ]
        entries, size = (sum(column) for column in zip(*sizes, strict=True))
        query = "UPDATE carried SET entries = %s, bytes = %s WHERE account = %s"
        db.run(query, (entries, size, number))
    return is_new


def carried(db: Connection) -> list[CarriedAccount]:
    """See `Store.carried_for_others`."""
    return [
        CarriedAccount(key, word, asker, network, since_ms, read_ms, bool(grows), entries, size)
        for key, word, asker, network, since_ms, read_ms, grows, entries, size in db.run(_CARRIED)
    ]


def let_grow(db: Connection, accounts: Iterable[bytes], grows: bool) -> None:
    """See `Store.let_grow`."""
    for account in accounts:
        number = _number(db, account)
        db.run("UPDATE carried SET grows = %s WHERE account = %s", (grows, number))


def note_read(db: Connection, accounts: Iterable[bytes], now_ms: int) -> None:
    """See `Store.note_read`."""
    for account in accounts:
        number = _number(db, account)
        query = "UPDATE carried SET read_ms = max(read_ms, %s) WHERE account = %s AND NOT ended"
        db.run(query, (now_ms, number))


def end(db: Connection, account: bytes) -> bool:
    """See `Store.end_carriage`."""
    number = _number(db, account)
    query = "UPDATE carried SET ended = 1 WHERE account = %s AND NOT ended"
    ended_now = db.run(query, (number,)).rowcount > 0
    return ended_now


def ended(db: Connection) -> list[bytes]:
    """The accounts whose carriage has ended and whose row is still there."""
    return [key for (key,) in db.run(_ENDED)]


def forget(db: Connection, account: bytes) -> None:
    """Drop the row of an account whose entries are removed."""
    db.run("DELETE FROM carried WHERE account = %s AND ended", (_number(db, account),))


def waits(db: Connection) -> bool:
    """Whether entries have arrived that are not counted, and anything is to be counted."""
    if db.run("SELECT 1 FROM carried LIMIT 1").fetchone() is None:
        return False
    query = "SELECT 1 FROM entries WHERE arrival > %s LIMIT 1"
    return db.run(query, (_counted(db),)).fetchone() is not None


def count(db: Connection, limit: int) -> bool:
    """See `Store.count_carried`."""
    before = _counted(db)
    (upto,) = db.run(_UP_TO, (before, limit)).fetchone()
    if upto is None:
        return False
    after = successors(db)
    roots = {key: one.account for one in carried(db) for key in chain(one.account, after)}
    for key, entries, size in db.run(_NEW, (before, upto)).fetchall():
        if key in roots:
            number = _number(db, roots[key])
            query = (
                "UPDATE carried SET entries = entries + %s, bytes = bytes + %s WHERE account = %s"
            )
            db.run(query, (entries, size, number))
    db.run("REPLACE INTO carried_counted (one, arrival) VALUES (1, %s)", (upto,))
    return True


def keys(db: Connection, account: bytes) -> list[bytes]:
    """The account and those that follow it."""
    return chain(account, successors(db))


def _counted(db: Connection) -> int:
    row = db.run("SELECT arrival FROM carried_counted").fetchone()
    return 0 if row is None else int(row[0])


def _number(db: Connection, account: bytes) -> int | None:
    row = db.run("SELECT number FROM accounts WHERE key = %s", (account,)).fetchone()
    return None if row is None else int(row[0])
