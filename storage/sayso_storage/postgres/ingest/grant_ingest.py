"""Grants on their way into the store, inside the caller's transaction.

In a first sync they come by the thousand, each the first of an account of which nothing else is
known. Such *plain* ones are looked up and written together; all others go one by one. Both in the
order in which they came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.errors import Refused

from ...interface.errors import NotSubscribed, StoreError
from ..server.connection import Connection
from ..tables import feed_rows
from ..tables.accounts import key_change_rows
from ..tables.accounts.successors import CARRIED
from ..tables.statement_tables import carries

_Outcome = bool | Refused | StoreError

_PLAIN = f"""
    SELECT a.key, a.number FROM accounts a WHERE a.key = ANY(%s) AND {CARRIED}
        AND NOT EXISTS (SELECT 1 FROM feeds f WHERE f.account = a.number)
        AND NOT EXISTS (SELECT 1 FROM statements s WHERE s.account = a.number)
        AND NOT EXISTS (SELECT 1 FROM accepted c WHERE c.account = a.number)"""  # noqa: S608 - fixed text
"""Accounts that are carried and have no feed, and of which no statement or invite says more."""


def take(db: Connection, grants: Sequence[Grant], now_ms: int) -> list[_Outcome]:
    """Enter feeds; see `Feeds.add_grants`."""
    plain = _plain_accounts(db, grants) if len(grants) > 1 else {}
    outcomes: list[_Outcome] = []
    for is_plain, some in groupby(grants, lambda grant: grant.account in plain):
        if is_plain:
            outcomes += _enter(db, list(some), plain)
        else:
            outcomes += [_admitted(db, grant, now_ms) for grant in some]
    return outcomes


def _plain_accounts(db: Connection, grants: Sequence[Grant]) -> dict[bytes, int]:
    """The numbers of the accounts whose grants are plain, here and in the store."""
    accounts = Counter(grant.account for grant in grants)
    feeds = Counter(grant.feed for grant in grants)
    once = {
        grant.account: grant.feed
        for grant in grants
        if accounts[grant.account] == 1 and feeds[grant.feed] == 1
    }
    known = feed_rows.numbers_of(db, once.values())
    wanted = [account for account, feed in once.items() if feed not in known]
    return dict(db.rows(_PLAIN, (wanted,)))


def _enter(db: Connection, grants: Sequence[Grant], numbers: Mapping[bytes, int]) -> list[_Outcome]:
    """Enter plain grants. No feed of their accounts was held before: none is a new device."""
    feed_rows.enter(db, grants, [(numbers[grant.account], 0) for grant in grants])
    return [True] * len(grants)


def _admitted(db: Connection, grant: Grant, now_ms: int) -> _Outcome:
    try:
        if not carries(db, grant.account) and feed_rows.by_key(db, grant.feed) is None:
            return NotSubscribed()
        is_new = feed_rows.admit(db, grant)
    except Refused as error:
        return error
    if is_new:
        key_change_rows.note_device(db, grant.account, grant.feed, now_ms)
    return is_new
