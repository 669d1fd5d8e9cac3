"""Following, and what is held of each account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sayso_protocol.content.body import Follow, KnownBody, Profile, Unfollow
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import Refused
from sayso_protocol.limits import MAX_BIO, MAX_NAME
from sayso_storage.interface.store import FeedState, Store

from ..clock import now_ms
from ..errors import NodeError, NotFound
from .author import Author
from .lookup import find_petname
from .names import Names, held_profile, profile_of

Item = dict[str, Any]


def follow(store: Store, account: bytes, petname: str | None, author: Author | None) -> bool:
    """Subscribe to an account, publicly where an author is given. True where it is new.

    Raises `NodeError` for a petname that cannot be used, `StoreError`.
    """
    own = store.own_feed()
    if own is not None and own.account == account:
        raise NodeError("this is the own account: it is always there")
    if petname is not None:
        petname = _checked_petname(store, account, petname)
    new = store.follow(account, petname, now_ms())
    if author is not None:
        author.publish([Follow(account)])
    return new


def unfollow(store: Store, account: bytes, author: Author | None) -> None:
    """End a subscription, publicly where an author is given. Raises `NotFound`."""
    if not store.unfollow(account):
        raise NotFound(f"{key_text(account)} is not followed")
    if author is not None:
        author.publish([Unfollow(account)])


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


def following(store: Store) -> list[Item]:
    """Holdings of each followed account, in order of subscription."""
    names = Names(store)
    followed = [one for one in store.subscriptions() if one.followed]
    return [holdings(store, one.account, names) for one in followed]


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


def set_profile(store: Store, author: Author, name: str | None, bio: str | None) -> None:
    """Publish a new own profile; None keeps what was, empty text takes it away."""
    account = own_account(store)
    old = profile_of(store, account)
    new = Profile(old.name if name is None else name, old.bio if bio is None else bio)
    _publish(author, Profile(new.name or None, new.bio or None))


def own_account(store: Store) -> bytes:
    """The account that owns the store. Raises `NotFound`."""
    own = store.own_feed()
    if own is None:
        raise NotFound("this store has no owner yet: run `sayso init` first")
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


def newest_profile(store: Store, line: list[bytes]) -> Profile:
    """The profile of the last key of a row that has one."""
    profiles = (held_profile(store, account) for account in reversed(line))
    return next((one for one in profiles if one is not None), Profile())


def own_accounts(store: Store) -> list[bytes]:
    """The keys that the own account has had, as far as they are subscribed to here, and has
    moved to, in that order. Raises `NotFound`."""
    own = own_account(store)
    lines = [line_of(store, one.account) for one in store.subscriptions()]
    return max((line for line in [[own], *lines] if own in line), key=len)


def check_name(name: str) -> str:
    """Return a name for a profile or an account. Raises `NodeError`."""
    if not name.strip() or not name.isprintable():
        raise NodeError("a name has letters, and no line ends or control characters")
    if len(name.encode()) > MAX_NAME:
        raise NodeError(f"a name has at most {MAX_NAME} bytes")
    return name


def _publish(author: Author, body: KnownBody) -> None:
    try:
        author.publish([body])
    except Refused as error:
        raise NodeError(
            f"this cannot be published: {error}; a name has at most {MAX_NAME} bytes, "
            f"a biography {MAX_BIO}"
        ) from error


def _checked_petname(store: Store, account: bytes, petname: str) -> str:
    petname = check_name(petname.removeprefix("@"))
    others = [one for one in find_petname(store, petname) if one != account]
    if others:
        raise NodeError(f"@{petname} is {key_text(others[0])} already: choose another --name")
    return petname
