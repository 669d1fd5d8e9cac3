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
from ..sql import bulk_insert
from ..tables import feed_rows
from ..tables.accounts import key_change_rows, shown_rows
from ..tables.accounts.successors import CARRIED
from ..tables.entry_rows import chunks, marks
from ..tables.statement_tables import carries
from ..server.connection import Connection

_Outcome = bool | Refused | StoreError

_PLAIN = f"""
    SELECT a.key, a.number FROM accounts a WHERE a.key IN ({{}}) AND {CARRIED}
        AND NOT EXISTS (SELECT 1 FROM feeds f WHERE f.account = a.number)
        AND NOT EXISTS (SELECT 1 FROM statements s WHERE s.account = a.number)
        AND NOT EXISTS (SELECT 1 FROM accepted c WHERE c.account = a.number)"""  # noqa: S608 - fixed text
"""Accounts that are carried and have no feed, and of which no statement or invite says more."""

_KNOWN = "SELECT key FROM feeds WHERE key IN ({})"

_NEXT = "SELECT coalesce(max(number), 0) + 1 FROM feeds"

_COLUMNS = f"{COVERED['feeds']}, seal"


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
    for some in chunks(list(once.values())):
        known = {key for (key,) in db.run(_KNOWN.format(marks(len(some))), some)}
        once = {account: feed for account, feed in once.items() if feed not in known}
    found: dict[bytes, int] = {}
    for some in chunks(list(once)):
        found |= dict(db.run(_PLAIN.format(marks(len(some))), some).fetchall())
    return found


def _enter(
    db: Connection, grants: Sequence[Grant], numbers: Mapping[bytes, int]
) -> list[_Outcome]:
    """Enter plain grants. No feed of their accounts was held before: none is a new device."""
    (first,) = db.run(_NEXT).fetchone()
    rows = [
        (number, grant.feed, numbers[grant.account], grant.next_key_hash, grant.wire, None)
        for number, grant in enumerate(grants, first)
    ]
    columns = [*zip(*rows, strict=True), [checksum(*row) for row in rows]]
    bulk_insert.insert(db, "feeds", _COLUMNS, columns)
    shown_rows.add_feeds(db, first, first + len(rows) - 1)
    return [True] * len(rows)


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
