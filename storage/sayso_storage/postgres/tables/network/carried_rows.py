"""Accounts that are carried for others in PostgreSQL, inside the caller's transaction.

Of an account that was rotated all keys count as the one that is carried.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ....interface.network.carriage import ENTRY_BYTES, CarriedAccount
from ....validation.statement_rules import chain
from ...server.connection import Connection
from .. import log_rows
from ..accounts import account_rows
from ..accounts.successors import successors
from ..entry_rows import AT, KEYS, columns_of
from ..log_keys import keys_between

_COLUMNS = "a.key, c.word, c.asker, c.network, c.since_ms, c.read_ms, c.grows, c.entries, c.bytes"

_CARRIED = f"""
    SELECT {_COLUMNS} FROM carried c JOIN accounts a ON a.number = c.account
    WHERE NOT c.ended ORDER BY c.since_ms, a.key"""  # noqa: S608 - fixed text

_ENDED = """
    SELECT a.key FROM carried c JOIN accounts a ON a.number = c.account WHERE c.ended"""

_CARRY: Final = """
    INSERT INTO carried
        (account, word, asker, network, since_ms, read_ms, grows, ended, entries, bytes)
    VALUES (%(number)s, %(word)s, %(asker)s, %(network)s, %(now)s, %(now)s, true, false, 0, 0)
    ON CONFLICT (account) DO UPDATE SET
        word = excluded.word, asker = excluded.asker, network = excluded.network,
        since_ms = CASE WHEN carried.ended THEN excluded.since_ms ELSE carried.since_ms END,
        read_ms = CASE WHEN carried.ended THEN excluded.read_ms ELSE carried.read_ms END,
        grows = carried.ended OR carried.grows, ended = false"""

_SIZE: Final = f"""
    SELECT count(*), coalesce(sum(coalesce(length(e.body), 0) + {ENTRY_BYTES}), 0)::bigint
    FROM accounts a JOIN entries e ON e.account = a.number
    WHERE a.key = %s AND e.arrival <= %s"""  # noqa: S608 - fixed text

_NEW: Final = f"""
    SELECT a.key, count(*), sum(coalesce(length(e.body), 0) + {ENTRY_BYTES})::bigint
    FROM {KEYS} JOIN entries e ON {AT} JOIN accounts a ON a.number = e.account
    GROUP BY a.key"""  # noqa: S608 - fixed text

_ADD: Final = "UPDATE carried SET entries = entries + %s, bytes = bytes + %s WHERE account = %s"

_SET_COUNTED: Final = """
    INSERT INTO carried_counted (one, arrival) VALUES (1, %s)
    ON CONFLICT (one) DO UPDATE SET arrival = excluded.arrival"""

_UP_TO: Final = """
    SELECT max(upto) FROM (
        SELECT last AS upto, sum(last - greatest(arrival - 1, %s)) OVER (ORDER BY arrival) AS total,
            last - greatest(arrival - 1, %s) AS own
        FROM (SELECT arrival, last FROM log WHERE last > %s ORDER BY arrival LIMIT %s) l) t
    WHERE total - own < %s"""
"""The end of the stretch with which so many entries are reached."""


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
        CarriedAccount(key, word, asker, network, since_ms, read_ms, grows, entries, size)
        for key, word, asker, network, since_ms, read_ms, grows, entries, size in db.run(_CARRIED)
    ]


def let_grow(db: Connection, accounts: Iterable[bytes], grows: bool) -> None:
    """See `Store.let_grow`."""
    for account in accounts:
        number = _number(db, account)
        db.run("UPDATE carried SET grows = %s WHERE account = %s", (grows, number))


def note_read(db: Connection, accounts: Iterable[bytes], now_ms: int) -> None:
    """See `Store.note_read`."""
    query = """
        UPDATE carried SET read_ms = greatest(read_ms, %s) WHERE account = %s AND NOT ended"""
    for account in accounts:
        db.run(query, (now_ms, _number(db, account)))


def end(db: Connection, account: bytes) -> bool:
    """See `Store.end_carriage`."""
    number = _number(db, account)
    query = "UPDATE carried SET ended = true WHERE account = %s AND NOT ended"
    return db.change(query, (number,)) > 0


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
    return log_rows.last_arrival(db) > _counted(db)


def count(db: Connection, limit: int) -> bool:
    """See `Store.count_carried`."""
    before = _counted(db)
    values = before, before, before, limit, limit
    ((upto,),) = db.rows(_UP_TO, values)
    if upto is None:
        return False
    after = successors(db)
    roots = {key: one.account for one in carried(db) for key in chain(one.account, after)}
    for key, entries, size in db.rows(_NEW, columns_of(keys_between(db, before, upto))):
        if key in roots:
            number = _number(db, roots[key])
            query = (
                "UPDATE carried SET entries = entries + %s, bytes = bytes + %s WHERE account = %s"
            )
            db.run(query, (entries, size, number))
    db.run(_SET_COUNTED, (upto,))
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
