"""The timelines of several accounts as one: each is read as far as it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from heapq import merge
from itertools import islice
from typing import Final

from sayso_protocol.crypto.keys import parse_key
from sayso_storage.interface.store import TimelineQuery

from ..entries.item import Item

MOST_MERGED: Final = 500
"""Accounts whose timelines are merged: each is one look-up more."""
LOOKED_AT: Final = 20_000
"""Posts of all accounts that are gone through for those of more."""


def merged_timeline(
    accounts: Iterable[str], query: TimelineQuery, read: Callable[[TimelineQuery], Iterable[Item]]
) -> Iterator[Item]:
    """The posts and reposts of these accounts, key texts, newest first. Where the query asks for
    one account, it alone is looked at, if it is among them. Of more than `MOST_MERGED` accounts
    the newest are found that are on the whole timeline. Raises as `read`."""
    wanted = {parse_key(one) for one in accounts}
    if query.account is not None:
        wanted &= {query.account}
    limit = max(query.limit, 0)
    if len(wanted) > MOST_MERGED:
        every = read(replace(query, limit=LOOKED_AT))
        return islice((one for one in every if one.reference.account in wanted), limit)
    each = (read(replace(query, account=one)) for one in sorted(wanted))
    return islice(merge(*each, key=_place, reverse=True), limit)


def _place(item: Item) -> tuple[int, int, int]:
    assert item.place is not None  # as all on timelines
    return item.place
