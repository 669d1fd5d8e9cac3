"""An account under all keys that it was rotated to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sayso_protocol.translation import _
from sayso_storage.interface.store import FeedState, Store

from ..errors import NotFound


def own_account(store: Store) -> bytes:
    """The account that owns the store. Raises `NotFound`."""
    own = store.own_feed()
    if own is None:
        raise NotFound(_("this store has no owner yet: run `sayso init` first"))
    return own.account


def line_of(store: Store, account: bytes) -> list[bytes]:
    """An account and the keys that it was rotated to, in that order."""
    line = [account]
    while (successor := store.successor(line[-1])) is not None:
        line.append(successor)
    return line


def whole_line(store: Store, account: bytes) -> list[bytes]:
    """All keys of an account, by any of them: those before it, too."""
    after = store.successors()
    before = {new: old for old, new in after.items()}
    line = [account]
    while line[0] in before and before[line[0]] not in line:
        line.insert(0, before[line[0]])
    return [*line[:-1], *_line(account, after)]


def newest_keys(store: Store, accounts: Iterable[bytes]) -> list[bytes]:
    """The last of the `line_of` each account, in their order: all of them at the cost of one."""
    after = store.successors()
    return [_line(account, after)[-1] for account in accounts]


def _line(account: bytes, after: Mapping[bytes, bytes]) -> list[bytes]:
    line = [account]
    while line[-1] in after:
        line.append(after[line[-1]])
    return line


def feeds_in_line(store: Store, account: bytes) -> list[FeedState]:
    """The feeds of an account under all keys that it was rotated to."""
    return [state for key in line_of(store, account) for state in store.feeds_of(key)]


def own_accounts(store: Store) -> list[bytes]:
    """The keys that the own account has had, as far as they are subscribed to here, and has
    moved to, in that order. Raises `NotFound`."""
    own, after = own_account(store), store.successors()
    lines = [_line(one.account, after) for one in store.subscriptions()]
    return max((line for line in [[own], *lines] if own in line), key=len)
