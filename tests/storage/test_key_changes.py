"""The contract of key changes: what is noted of whose keys, once, and what is not."""

from __future__ import annotations

import pytest
from tests.budget import long

from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.feed.fork import fork_of
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_storage.interface.statements import KeyChange
from sayso_storage.interface.store import Store

from .makers import NOW_MS, account_key, author, posts

ANNA, BERT, CARA = author(1), author(2), author(3)
PHONE, DESK, HEIR = author(2, device=1), author(1, device=1), author(2, generation=1)
STRANGER = author(4)


@pytest.fixture
def three(store: Store) -> Store:
    """Anna owns the store, has written, and follows Bert, of whom a post is held, and Cara."""
    store.add_own(ANNA.grant, NOW_MS)
    for one in (BERT, CARA):
        store.follow(one.account.public, None, NOW_MS)
        assert store.add_grant(one.grant, NOW_MS)
    store.append([posts(ANNA, 1), posts(BERT, 3)], NOW_MS)
    return store


def noted(store: Store, **wish: int) -> list[tuple[str, bytes, int]]:
    return [(one.kind, one.about, one.time_ms - NOW_MS) for one in store.key_changes(**wish)]


def sound(store: Store) -> None:
    assert store.check(None, lambda _: None).errors == ()


def test_of_who_is_new_here_nothing_is_news(three: Store) -> None:
    assert noted(three) == []
    assert three.add_grant(author(3, device=1).grant, NOW_MS)  # nothing of Cara is held yet
    assert noted(three) == []


def test_a_device_beside_others_is_noted_once(three: Store) -> None:
    for later in (5, 6):
        three.add_grants([PHONE.grant], NOW_MS + later)
    assert noted(three) == [("device-added", PHONE.feed.public, 5)]
    sound(three)


def test_own_devices_are_noted_too(three: Store) -> None:
    three.add_grant(DESK.grant, NOW_MS + 1)
    assert three.key_changes() == [
        KeyChange("device-added", ANNA.account.public, DESK.feed.public, NOW_MS + 1)
    ]


def test_a_revoke_is_noted_when_it_first_counts(three: Store) -> None:
    run = posts(BERT, 3)
    for later, seq in ((1, 3), (2, 2), (3, 3)):
        revoke = sign_revoke(BERT.account, BERT.feed.public, seq, run.ids[seq - 1])
        three.add_statements([revoke], NOW_MS + later)
    assert noted(three) == [("device-revoked", BERT.feed.public, 1)]


def test_a_rotation_is_noted_and_followed(three: Store) -> None:
    run = posts(BERT, 3)
    rotate = sign_rotate(account_key(2, 1), BERT.account.public, [(run.feed, 3, run.tip)])
    assert three.add_statements([rotate, rotate], NOW_MS + 1) == [True, False]
    assert noted(three) == [("key-changed", HEIR.account.public, 1)]
    assert three.add_grant(HEIR.grant, NOW_MS + 2)  # the first under the new key is no news
    three.append([posts(HEIR, 1)], NOW_MS + 2)
    three.add_grant(author(2, device=5, generation=1).grant, NOW_MS + 3)
    assert [kind for kind, *_ in noted(three)] == ["device-added", "key-changed"]
    sound(three)


def test_a_fork_and_its_end_are_noted(three: Store) -> None:
    three.append([posts(BERT, 3, text="other")], NOW_MS + 1)
    three.append([posts(BERT, 3, text="third")], NOW_MS + 2)
    run = posts(BERT, 3)
    three.add_statements([sign_revoke(BERT.account, run.feed, 3, run.tip)], NOW_MS + 3)
    assert noted(three) == [("fork-ended", run.feed, 3), ("forked", run.feed, 1)]
    sound(three)


@pytest.mark.parametrize("own_first", [True, False])
def test_a_fork_that_comes_together_with_the_first_own_posts(store: Store, own_first: bool) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    forked = [posts(BERT, 3), posts(BERT, 3, text="other")]
    own = [posts(ANNA, 1)]
    store.append([*own, *forked] if own_first else [*forked, *own], NOW_MS)
    # Until the own feed is held a home is being filled, and nothing is news.
    assert noted(store) == ([("forked", BERT.feed.public, 0)] if own_first else [])
    sound(store)


def test_a_fork_is_noted_by_its_proof(three: Store) -> None:
    proof = fork_of(posts(BERT, 3), posts(BERT, 3, text="other"))
    assert proof is not None
    three.add_statements([proof], NOW_MS + 1)
    assert noted(three) == [("forked", BERT.feed.public, 1)]


def test_what_the_own_account_declares_is_no_news_to_it(three: Store) -> None:
    run = posts(ANNA, 1)

    def make(_: object) -> object:
        return sign_revoke(ANNA.account, ANNA.feed.public, 1, run.tip)

    assert three.declare(ANNA.account.public, make, NOW_MS)
    assert noted(three) == []


def test_strangers_and_who_is_followed_no_more_are_left_out(three: Store) -> None:
    three.set_labellers([STRANGER.account.public], NOW_MS)
    three.add_grant(STRANGER.grant, NOW_MS)
    three.append([posts(STRANGER, 1)], NOW_MS)
    three.add_grant(author(4, device=1).grant, NOW_MS + 1)
    assert noted(three) == []
    three.add_grant(PHONE.grant, NOW_MS + 1)
    three.unfollow(BERT.account.public)
    assert noted(three) == []


def test_while_a_home_is_filled_nothing_is_news(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    store.add_grant(DESK.grant, NOW_MS)
    store.append([posts(DESK, 2)], NOW_MS)
    store.add_grant(author(1, device=2).grant, NOW_MS)
    run = posts(DESK, 2)
    store.add_statements([sign_revoke(ANNA.account, run.feed, 1, run.ids[0])], NOW_MS)
    assert noted(store) == []


@long
def test_one_account_fills_a_bounded_number(three: Store) -> None:
    for number in range(1, 2 * MAX_FEEDS_AN_ACCOUNT):
        device = author(2, device=number)
        three.add_grants([device.grant], NOW_MS + number)
        for seq in (3, 2, 1):
            ids = posts(device, 3).ids
            revoke = sign_revoke(BERT.account, device.feed.public, seq, ids[seq - 1])
            three.add_statements([revoke], NOW_MS + number)
    assert len(three.key_changes(10_000)) <= 4 * MAX_FEEDS_AN_ACCOUNT
    assert len(three.key_changes(7)) == 7


def test_the_newest_come_first_from_a_time_on(three: Store) -> None:
    for later in (1, 2, 3):
        three.add_grant(author(2, device=later).grant, NOW_MS + later)
    assert [at for *_, at in noted(three)] == [3, 2, 1]
    assert [at for *_, at in noted(three, since_ms=NOW_MS + 2)] == [3, 2]
    assert [at for *_, at in noted(three, limit=1)] == [3]
    assert noted(three, limit=0) == []
