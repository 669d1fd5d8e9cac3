"""The account's feeds as far as they are held, and their state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import FeedState, Store

from .lineage import feeds_in_line, line_of
from .names import Names
from .profile import newest_profile

Item = dict[str, Any]


def holdings(store: Store, account: bytes, names: Names) -> Item:
    """What is held of an account, over all feeds of all keys that it was rotated to.

    `head` is the number of entries known to exist, `have` how many of them are held, and
    `missing` the difference.
    """
    states = feeds_in_line(store, account)
    head, have = sum(s.head for s in states), sum(s.count for s in states)
    successor = store.successor(account)
    return {
        "account": key_text(account),
        "name": names.of(account).shown,
        "feeds": len(states),
        "head": head,
        "have": have,
        "missing": head - have,
        "petname": names.of(account).petname,
        "feed_keys": [key_text(state.feed) for state in states],
        "forked": [key_text(state.feed) for state in states if state.forked_at is not None],
        "moved_to": None if successor is None else key_text(successor),
    } | conditions(states)


def conditions(states: Sequence[FeedState]) -> Item:
    """Feeds that are not what they were: `forked_at`, by feed, the lowest sequence number for
    which two entries are known; `ended`, by feed, the last one that counts by its account."""
    return {
        "forked_at": {
            key_text(state.feed): state.forked_at for state in states if state.forked_at is not None
        },
        "ended": {key_text(state.feed): state.end.seq for state in states if state.end is not None},
    }


def conditions_of_all(store: Store) -> Item:
    """`conditions` of all feeds that are carried; `moved`, by account, which one follows it."""
    carried, subscribed = store.carried_accounts(), store.subscriptions()
    may_have_moved = carried if len(carried) > len(subscribed) else []
    moved = ((one, store.successor(one)) for one in may_have_moved)
    return conditions(store.feeds_carried()) | {
        "moved": {key_text(old): key_text(new) for old, new in moved if new is not None}
    }


def profile(store: Store, account: bytes) -> Item:
    """How an account presents itself; `moved_to` is the key that it was rotated to."""
    line = line_of(store, account)
    states = feeds_in_line(store, account)
    own = newest_profile(store, line)
    return {
        "account": key_text(account),
        "name": own.name or None,
        "bio": own.bio or None,
        "feeds": len(states),
        "petname": Names(store).of(account).petname,
        "feed_keys": [key_text(state.feed) for state in states],
        "moved_to": key_text(line[-1]) if line[-1] != account else None,
    }
