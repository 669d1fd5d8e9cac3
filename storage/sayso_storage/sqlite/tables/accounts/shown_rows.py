"""The feeds that are on timelines, kept with follows, grants and rotations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from .successors import SHOWN

_FEEDS = f"""
    SELECT f.number FROM accounts a CROSS JOIN feeds f ON f.account = a.number
    WHERE {SHOWN}"""  # noqa: S608 - fixed text

_FEEDS_BETWEEN = f"""
    INSERT OR IGNORE INTO shown
    SELECT f.number FROM feeds f CROSS JOIN accounts a ON a.number = f.account
    WHERE f.number BETWEEN ? AND ? AND {SHOWN}"""  # noqa: S608

_OF_ACCOUNT = f"""
    INSERT OR IGNORE INTO shown
    SELECT f.number FROM accounts a CROSS JOIN feeds f ON f.account = a.number
    WHERE a.number = ? AND {SHOWN}"""  # noqa: S608

_FORGET = "DELETE FROM shown WHERE feed IN (SELECT number FROM feeds WHERE account = ?)"

_IS_ROTATED = """
    SELECT 1 FROM statements INDEXED BY rotations WHERE account = ? AND kind = 'rotate'"""


def renew(db: sqlite3.Connection) -> None:
    """Make all rows anew, as after a rotation."""
    db.execute("DELETE FROM shown")
    db.execute(f"INSERT INTO shown {_FEEDS}")


def renew_account(db: sqlite3.Connection, account: bytes) -> None:
    """The same after an account was followed or is not any more."""
    (number,) = db.execute("SELECT number FROM accounts WHERE key = ?", (account,)).fetchone()
    if db.execute(_IS_ROTATED, (number,)).fetchone() is not None:
        renew(db)  # its successors come and go with it
        return
    db.execute(_FORGET, (number,))
    db.execute(_OF_ACCOUNT, (number,))


def add_feeds(db: sqlite3.Connection, first: int, last: int) -> None:
    """Enter feeds that are new, from one number to another, whose accounts are shown."""
    db.execute(_FEEDS_BETWEEN, (first, last))


def count(db: sqlite3.Connection) -> int:
    """The number of feeds."""
    (found,) = db.execute("SELECT count(*) FROM shown").fetchone()
    return int(found)


def problems(db: sqlite3.Connection) -> Iterator[str]:
    """One line where the rows are not what accounts, grants and rotations say."""
    there = {number for (number,) in db.execute("SELECT feed FROM shown")}
    if there != {number for (number,) in db.execute(_FEEDS)}:
        yield "the feeds on timelines are not those of the accounts that are followed"
