"""Ways between a stranger and a reader, by what the store holds of public follows."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from itertools import pairwise
from typing import Final

from sayso_protocol.content.body import Follow, read_body
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import verify_run
from sayso_protocol.letters.distance import Route, find_route, is_route
from sayso_protocol.letters.prices import Reach
from sayso_protocol.private.contents.first_word import (
    FirstWord,
    FollowsWay,
    InviteWay,
    LabelWay,
    SignedEntry,
)
from sayso_storage.interface.network.invite_records import OwnInvite
from sayso_storage.interface.store import Store

from ..accounts.lineage import own_accounts
from ..accounts.recognition import VOUCH

MAX_ASKED: Final = 2_000
"""Accounts whose follows one search asks the store for: a fifth of a second."""


MAX_REMEMBERED: Final = 64
"""Accounts whose follows are remembered while knocks are taken: of some thousand follows each."""


class KnownFollows:
    """What is held of follows, each account asked for once: whoever knocks names the accounts by
    which he comes, and would have those read each time that follow the most."""

    def __init__(self, store: Store) -> None:
        own = own_accounts(store)
        self.trusted: Final = frozenset(one for one in store.shown_accounts() if one not in own)
        """Whom the owner follows, publicly or not."""
        self._of = lru_cache(MAX_REMEMBERED)(lambda one: frozenset(store.followees(one)))

    def is_follow(self, one: bytes, other: bytes) -> bool:
        """Whether an account publicly follows another. Raises `StoreError`."""
        return other in self._of(one)


def way_to(store: Store, reader: bytes) -> FollowsWay | None:
    """The shortest way from a reader to the own account, with the follows on it that he may not
    know of; None where none is known here. Raises `StoreError`."""
    own = store.own_feed()
    if own is None:
        return None
    route = find_route(store.followees, reader, own.account, most=MAX_ASKED)
    if route is None or not route.between:
        return None
    steps = [*route.between, own.account]
    # The reader holds what those write whom he follows: the first of them, and so its follows.
    proofs = [_follow_of(store, one, other) for one, other in pairwise(steps[1:])]
    return FollowsWay(route.between, tuple(one for one in proofs if one is not None))


def reach_of_sender(
    store: Store,
    word: FirstWord,
    without: Collection[bytes],
    now_ms: int,
    follows: KnownFollows,
) -> tuple[Reach, tuple[bytes, ...]]:
    """How near a sender is, by what he shows and what is known here, and the accounts by which he
    comes; none of `without` leads to him. Raises `StoreError`."""
    sender, trusted = word.grant.account, follows.trusted
    if sender in trusted:
        return Reach.NEAR, ()
    match word.way:
        case InviteWay(token) if any(
            one.token == token and _is_open(one, now_ms) for one in store.invites()
        ):
            return Reach.NEAR, ()
        case LabelWay(account) if account in store.labellers() and account not in without:
            # Any label would not do: whoever warns of somebody labels him as well.
            labels = store.labels_on([sender], [account], on_account=True).get(sender, ())
            if any(one.name == VOUCH for one in labels):
                return Reach.NEAR, (account,)
    introducers = sorted(
        one.account
        for one in store.followers(sender)
        if one.account in trusted and one.account not in without
    )
    if introducers:
        return Reach.NEAR, (introducers[0],)
    route = _shown_route(store, word, follows)
    if route is None or not set(without).isdisjoint(route.between):
        return Reach.FARTHER, ()
    return route.reach, route.between


def _is_open(invite: OwnInvite, now_ms: int) -> bool:
    is_over = invite.expires_ms is not None and invite.expires_ms <= now_ms
    return invite.revoked_ms is None and not is_over


def _shown_route(store: Store, word: FirstWord, follows: KnownFollows) -> Route | None:
    """The way that a first word shows, if each step of it is known here or proven there."""
    own = store.own_feed()
    if not isinstance(word.way, FollowsWay) or own is None:
        return None
    proven, route = word.way.proven(), Route(word.way.between)

    def is_follow(one: bytes, other: bytes) -> bool:
        if one == own.account:
            return other in follows.trusted
        return (one, other) in proven or follows.is_follow(one, other)

    return route if is_route(is_follow, own.account, word.grant.account, route) else None


def _follow_of(store: Store, one: bytes, other: bytes) -> SignedEntry | None:
    """The newest entry by which an account publicly follows another, with its grant."""
    for entry in store.of_kind(one, Follow.KIND):
        body = None if entry.body is None else read_body(entry.body)
        feed = store.feed(entry.feed)
        if not isinstance(body, Follow) or body.account != other or feed is None:
            continue
        raw = store.load(entry.feed, entry.seq, entry.seq)
        try:
            if raw is not None:
                return SignedEntry(feed.grant, verify_run(raw))
        except Refused:  # authentic by a later entry alone
            continue
    return None
