"""Who of the followed accounts says one thing of accounts, found from the accounts' side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ....validation.statement_rules import Successors, family
from ...server.connection import Connection
from ..accounts.successors import successors
from ..entry_rows import at_keys

_ROWS_A_LABEL: Final = 4
"""Rows that are read for each one that may count: who is not followed, or changes his mind without
end, takes a page's time no longer than this."""

# Where keys were rotated any of them may have said it, and another may be the one that is followed.
# Of a feed the rows come in ascending order.
_SAID: Final = """
    SELECT a.key, a.followed, l.feed, l.seq, l.off
    FROM (SELECT account, feed, seq, off FROM labels
        WHERE on_account AND subject = %s AND name = %s ORDER BY feed, seq LIMIT %s) l
    JOIN accounts a ON a.number = l.account AND (a.followed OR %s)
    ORDER BY l.feed, l.seq LIMIT %s"""

_IS_FOLLOWED: Final = "SELECT 1 FROM accounts WHERE key = %s AND followed"

_Word = tuple[int, int, bool]
"""What an entry says: the number of its feed, its own, and whether it takes the label back."""


def followed_labellers(
    db: Connection, accounts: Iterable[bytes], name: str, limit: int
) -> dict[bytes, list[bytes]]:
    """See `Labels.followed_labellers`."""
    after = successors(db)
    rotated = {*after, *after.values()}
    found = {account: _labellers(db, account, name, limit, after, rotated) for account in accounts}
    return {account: some for account, some in found.items() if some}


def _labellers(
    db: Connection,
    account: bytes,
    name: str,
    limit: int,
    after: Successors,
    rotated: set[bytes],
) -> list[bytes]:
    words: dict[bytes, list[_Word]] = {}
    for subject in family(account, after) if account in rotated else [account]:
        values = subject, name, _ROWS_A_LABEL * limit, bool(rotated), limit
        for labeller, followed, feed, seq, off in db.run(_SAID, values):
            if labeller in rotated:
                for one in _followed(db, labeller, after):
                    words.setdefault(one, []).append((feed, seq, off))
            elif followed:
                if labeller in words:
                    words[labeller].append((feed, seq, off))
                else:
                    words[labeller] = [(feed, seq, off)]
    return sorted([one for one, some in words.items() if _is_on(db, some)])


def _is_on(db: Connection, words: list[_Word]) -> bool:
    """Whether the newest of an account's words gives the label."""
    if len(words) > 1:  # hardly ever, and else nothing is to be read
        last = {feed: (feed, seq, off) for feed, seq, off in sorted(words)}
        words = [*last.values()]
    if len(words) > 1:
        words = [max(words, key=lambda one: _signed(db, *one[:2]))]
    return not words[0][2]


def _signed(db: Connection, feed: int, seq: int) -> tuple[int, int, bytes]:
    """What tells which of two entries of one account is the later."""
    [entry] = at_keys(db, [(feed, seq)])
    return entry.time_ms, seq, entry.id


def _followed(db: Connection, labeller: bytes, after: Successors) -> Iterator[bytes]:
    """The followed accounts that are one with a labeller."""
    for key in family(labeller, after):
        if db.run(_IS_FOLLOWED, (key,)).fetchone():
            yield key
