"""An account under all keys that it was rotated to."""

from __future__ import annotations

from sayso_protocol.translation import _
from sayso_storage.interface.store import FeedState, Store
from sayso_storage.validation.statement_rules import chain

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


def feeds_in_line(store: Store, account: bytes) -> list[FeedState]:
    """The feeds of an account under all keys that it was rotated to."""
    return [state for key in line_of(store, account) for state in store.feeds_of(key)]


def own_accounts(store: Store) -> list[bytes]:
    """The keys that the own account has had, as far as they are subscribed to here, and has
    moved to, in that order. Raises `NotFound`."""
    own = own_account(store)
    after = store.successors()  # at once: a page asks for this, and a home may follow thousands
    lines = [chain(one.account, after, None) for one in store.subscriptions()]
    return max((line for line in [[own], *lines] if own in line), key=len)
