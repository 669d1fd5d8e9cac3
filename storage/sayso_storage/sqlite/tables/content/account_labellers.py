"""Who of the followed accounts says one thing of accounts, found from the accounts' side."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from ....validation.statement_rules import Successors, family
from ..accounts.successors import successors

# Where keys were rotated any of them may have said it, and another may be the one that is followed.
_SAID = """
    SELECT a.key, a.followed, e.time_ms, l.seq, e.id, l.off
    FROM labels l INDEXED BY labels_on_accounts
    CROSS JOIN feeds f ON f.number = l.feed
    CROSS JOIN accounts a ON a.number = f.account AND (a.followed OR ?)
    CROSS JOIN entries e INDEXED BY entries_by_place ON e.feed = l.feed AND e.seq = l.seq
    WHERE l.on_account = 1 AND l.subject = ? AND l.name = ? LIMIT ?"""

_IS_FOLLOWED = "SELECT 1 FROM accounts WHERE key = ? AND followed"


def followed_labellers(
    db: sqlite3.Connection, accounts: Iterable[bytes], name: str, limit: int
) -> dict[bytes, list[bytes]]:
    """See `Labels.followed_labellers`."""
    after = successors(db)
    found = {account: _labellers(db, account, name, limit, after) for account in accounts}
    return {account: some for account, some in found.items() if some}


def _labellers(
    db: sqlite3.Connection, account: bytes, name: str, limit: int, after: Successors
) -> list[bytes]:
    newest: dict[bytes, tuple[int, int, bytes, int]] = {}
    for key in family(account, after) if after else [account]:
        for labeller, followed, *word in db.execute(_SAID, (bool(after), key, name, limit)):
            time_ms, seq, entry_id, off = word
            said = (time_ms, seq, entry_id, off)
            for one in _followed(db, labeller, after) if after else [labeller] * followed:
                newest[one] = max(newest.get(one, said), said)
    return sorted(one for one, (*_order, off) in newest.items() if not off)


def _followed(db: sqlite3.Connection, labeller: bytes, after: Successors) -> Iterator[bytes]:
    """The followed accounts that are one with a labeller."""
    for key in family(labeller, after):
        if db.execute(_IS_FOLLOWED, (key,)).fetchone():
            yield key
