"""Many grants in one transaction, plain ones and others among them, are as each alone."""

from __future__ import annotations

from collections.abc import Callable

from sayso_protocol.accounts.statement import Grant, sign_grant, sign_revoke
from sayso_protocol.errors import NotGranted, PromiseBroken
from sayso_storage.interface.store import FeedState, Store, StoreError

from .makers import NOW_MS, author, posts

PLAIN = [author(number) for number in range(1, 8)]
KNOWN, DEVICE = author(20), author(20, device=1)
ENDED, TWICE, TWICE_MORE = author(21), author(22), author(22, device=1)
STRANGER = author(23)
THIEF = author(24)
UNFOLLOWED = author(25)


def grants() -> list[Grant]:
    """Of each kind one, with plain ones between them; their order is that of arrival."""
    first, second, third, *rest = (who.grant for who in PLAIN)
    return [
        first,
        DEVICE.grant,  # of an account that has a feed
        second,
        ENDED.grant,  # whose account has ended it before
        STRANGER.grant,  # of nobody who is followed
        sign_grant(THIEF.account, KNOWN.feed, THIEF.grant.next_key_hash),  # another's feed
        TWICE.grant,
        sign_grant(TWICE.account, TWICE_MORE.feed, bytes(32)),  # that promises another key
        third,
        first,  # again
        TWICE_MORE.grant,
        *rest,
        KNOWN.grant,  # which is there
        UNFOLLOWED.grant,  # which is there, of an account that is not followed any more
    ]


def prepared(store: Store) -> Store:
    for who in (*PLAIN, KNOWN, ENDED, TWICE, THIEF, UNFOLLOWED):
        store.follow(who.account.public, None, NOW_MS)
    store.add_grant(KNOWN.grant, NOW_MS)
    store.append([posts(KNOWN, 2)], NOW_MS)
    store.add_grant(UNFOLLOWED.grant, NOW_MS)
    store.unfollow(UNFOLLOWED.account.public)
    revoke = sign_revoke(ENDED.account, ENDED.feed.public, 1, posts(ENDED, 1).tip)
    assert store.add_statements([revoke], NOW_MS) == [True]
    return store


def added(store: Store, grant: Grant) -> bool | Exception:
    try:
        return store.add_grant(grant, NOW_MS + 1)
    except Exception as error:
        return error


def kinds(outcomes: list[bool | Exception]) -> list[bool | type]:
    return [one if isinstance(one, bool) else type(one) for one in outcomes]


def told(store: Store) -> tuple[list[FeedState], list[bytes], int]:
    """What is known of all feeds, which are on timelines, and how many key changes are noted."""
    feeds = store.feeds_carried()
    return feeds, list(store.shown_accounts()), len(store.key_changes(100))


def test_many_grants_are_taken_as_one_by_one(store_factory: Callable[[], Store]) -> None:
    together, alone = prepared(store_factory()), prepared(store_factory())
    outcomes = list(together.add_grants(grants(), NOW_MS + 1))
    one_by_one = [added(alone, grant) for grant in grants()]
    assert kinds(outcomes) == kinds(one_by_one)
    assert kinds(outcomes).count(True) == len(PLAIN) + 4
    assert {NotGranted, PromiseBroken} < set(kinds(outcomes))
    assert any(isinstance(one, StoreError) for one in outcomes)
    assert told(together) == told(alone)
    assert not together.check(None, lambda _: None).errors


def test_what_came_together_is_carried_and_shown(store_factory: Callable[[], Store]) -> None:
    store = prepared(store_factory())
    store.add_grants([who.grant for who in PLAIN], NOW_MS + 1)
    taken = store.append([posts(who, 3) for who in PLAIN], NOW_MS + 2)
    assert [run for run in taken if isinstance(run, Exception)] == []
    states = [store.feeds_of(who.account.public) for who in PLAIN]
    assert [[one.grant for one in state] for state in states] == [[who.grant] for who in PLAIN]
    assert not store.check(None, lambda _: None).errors
