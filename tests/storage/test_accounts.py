"""The contract, part one: whose store it is, and whom it follows."""

import pytest

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import NotGranted, TooLarge
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_storage.interface.store import Store, StoreError, Subscription

from .makers import NOW_MS, author

ANNA, BERT, CARA = author(1), author(2), author(3)


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.own_feed() is None
    assert store.subscriptions() == []
    assert store.last_arrival() == 0
    assert store.counts().entries == store.counts().feeds == store.counts().accounts == 0
    assert store.check(None, lambda _: None).errors == ()
    assert len(store.epoch) == 16


def test_follow_is_new_once(store: Store) -> None:
    assert store.follow(BERT.account.public, None, NOW_MS)
    assert not store.follow(BERT.account.public, None, NOW_MS + 5)
    assert store.subscriptions() == [
        Subscription(BERT.account.public, None, own=False, followed=True, since_ms=NOW_MS)
    ]


def test_a_petname_is_replaced_only_by_another(store: Store) -> None:
    account = BERT.account.public
    store.follow(account, "bert", NOW_MS)
    store.follow(account, None, NOW_MS)
    assert store.subscriptions()[0].petname == "bert"
    store.follow(account, "berti", NOW_MS)
    assert store.subscriptions()[0].petname == "berti"
    store.follow(account, "", NOW_MS)
    assert store.subscriptions()[0].petname == "berti"


def test_the_own_account_comes_first_then_the_order_of_following(store: Store) -> None:
    for one in (CARA, BERT):
        store.follow(one.account.public, None, NOW_MS)
    store.add_own(ANNA.grant, NOW_MS)
    accounts = [one.account for one in store.subscriptions()]
    assert accounts == [one.account.public for one in (ANNA, CARA, BERT)]
    assert store.subscriptions()[0].own
    assert not store.subscriptions()[0].followed


def test_following_again_goes_to_the_end(store: Store) -> None:
    for one in (BERT, CARA):
        store.follow(one.account.public, None, NOW_MS)
    assert store.unfollow(BERT.account.public)
    store.follow(BERT.account.public, None, NOW_MS - 7)
    accounts = [(one.account, one.since_ms) for one in store.subscriptions()]
    assert accounts == [(CARA.account.public, NOW_MS), (BERT.account.public, NOW_MS - 7)]


def test_unfollow_says_whether_there_was_one_and_forgets_the_petname(store: Store) -> None:
    account = BERT.account.public
    assert not store.unfollow(account)
    store.follow(account, "bert", NOW_MS)
    assert store.unfollow(account)
    assert not store.unfollow(account)
    assert store.subscriptions() == []
    assert store.find_accounts("@bert") == []
    store.follow(account, None, NOW_MS)
    assert store.subscriptions()[0].petname is None


def test_following_oneself_does_not_end_ownership(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    assert store.follow(ANNA.account.public, "me", NOW_MS)
    assert store.unfollow(ANNA.account.public)
    assert [(one.own, one.followed) for one in store.subscriptions()] == [(True, False)]


def test_a_store_has_one_owner(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    with pytest.raises(StoreError, match="another account"):
        store.add_own(BERT.grant, NOW_MS)
    assert [one.account for one in store.subscriptions()] == [ANNA.account.public]
    assert store.feed(BERT.feed.public) is None


def test_a_new_device_feed_of_the_owner_replaces_the_old(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    second = author(1, device=1)
    store.add_own(second.grant, NOW_MS)
    own = store.own_feed()
    assert own is not None
    assert own.feed == second.feed.public
    feeds = [state.feed for state in store.feeds_of(ANNA.account.public)]
    assert feeds == [ANNA.feed.public, second.feed.public]


def test_accounts_are_found_by_the_beginning_of_their_text(store: Store) -> None:
    for one in (ANNA, BERT, CARA):
        store.follow(one.account.public, None, NOW_MS)
    text = key_text(BERT.account.public)
    assert store.find_accounts(text) == [BERT.account.public]
    assert store.find_accounts(text[:12]) == [BERT.account.public]
    everyone = sorted((one.account.public for one in (ANNA, BERT, CARA)), key=key_text)
    assert store.find_accounts("z6Mk") == everyone
    assert store.find_accounts("z6Mk", limit=2) == everyone[:2]
    assert store.find_accounts(text + "x") == []


@pytest.mark.parametrize("pattern", ["%", "z6Mk%", "_" * 48, "'", "@%", "@", "z6Mk' OR 1 --"])
def test_a_prefix_is_text_and_no_pattern(store: Store, pattern: str) -> None:
    store.follow(BERT.account.public, "bert", NOW_MS)
    assert store.find_accounts(pattern) == []


def test_accounts_are_found_by_petname(store: Store) -> None:
    store.follow(BERT.account.public, "bert", NOW_MS)
    store.follow(CARA.account.public, "bertram", NOW_MS)
    assert store.find_accounts("@bert") == [BERT.account.public]
    assert store.find_accounts("bert") == []


def test_an_account_stays_known_after_unfollowing(store: Store) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    store.unfollow(BERT.account.public)
    assert store.find_accounts(key_text(BERT.account.public)) == [BERT.account.public]


def test_a_grant_makes_a_feed_known(store: Store) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    assert store.add_grant(BERT.grant)
    assert not store.add_grant(BERT.grant)
    state = store.feed(BERT.feed.public)
    assert state is not None
    assert (state.account, state.grant) == (BERT.account.public, BERT.grant)
    assert (state.held, state.head, state.count, state.forked_at) == ((), 0, 0, None)
    assert store.feeds_of(BERT.account.public) == [state]
    assert store.feed(CARA.feed.public) is None


def test_a_grant_of_a_stranger_is_not_wanted(store: Store) -> None:
    with pytest.raises(StoreError, match="follow it first"):
        store.add_grant(BERT.grant)
    store.follow(BERT.account.public, None, NOW_MS)
    store.unfollow(BERT.account.public)
    with pytest.raises(StoreError, match="follow it first"):
        store.add_grant(BERT.grant)
    assert store.counts().feeds == 0


def test_a_feed_belongs_to_one_account(store: Store) -> None:
    for one in (BERT, CARA):
        store.follow(one.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    stolen = sign_grant(CARA.account, BERT.feed, bytes(32))
    with pytest.raises(NotGranted):
        store.add_grant(stolen)
    assert store.feeds_of(CARA.account.public) == []


def test_a_failed_add_own_changes_nothing(store: Store) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    stolen = sign_grant(CARA.account, BERT.feed, bytes(32))
    with pytest.raises(NotGranted):
        store.add_own(stolen, NOW_MS)
    assert store.own_feed() is None
    assert [one.account for one in store.subscriptions()] == [BERT.account.public]
    assert store.counts().accounts == 1


def test_an_account_has_a_limited_number_of_feeds(store: Store) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    for device in range(MAX_FEEDS_AN_ACCOUNT):
        assert store.add_grant(author(2, device).grant)
    with pytest.raises(TooLarge):
        store.add_grant(author(2, MAX_FEEDS_AN_ACCOUNT).grant)
    assert len(store.feeds_of(BERT.account.public)) == MAX_FEEDS_AN_ACCOUNT
