"""The contract: promises, and accounts that were rotated to the key that they promised."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from tests.budget import long

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import (
    NOTHING,
    End,
    Rotate,
    sign_grant,
    sign_revoke,
    sign_rotate,
)
from sayso_protocol.content.body import Post
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import CircularRotation, NotGranted, PromiseBroken, Revoked, TooLarge
from sayso_protocol.feed.run import Run
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT, MAX_ROTATIONS
from sayso_storage.interface.store import NotSubscribed, Store, StoreError, TimelineQuery
from sayso_storage.sqlite import SqliteStore

from .makers import NOW_MS, account_key, author, part, posts, reference, run_of

ANNA, BERT, CARA = author(1), author(2), author(3)
SECOND, THIRD = author(2, generation=1), author(2, generation=2)
A, B, C = (who.account.public for who in (BERT, SECOND, THIRD))
FEED = BERT.feed.public
WHOLE = posts(BERT, 9)


def rotate(*ends: tuple[bytes, int, bytes]) -> Rotate:
    return sign_rotate(SECOND.account, A, ends)


FIVE = (FEED, 5, WHOLE.ids[4])
TO_SECOND, TO_THIRD = rotate(FIVE), sign_rotate(THIRD.account, B, [])


@pytest.fixture
def following(store: Store) -> Store:
    """Follows Bert, and holds his feed."""
    store.follow(A, "bert", NOW_MS)
    store.add_grant(BERT.grant)
    store.append([WHOLE], NOW_MS)
    return store


def say(store: Store, *said: Attestation) -> list[object]:
    found = store.add_statements(said, NOW_MS)
    return [type(one) if isinstance(one, Exception) else one for one in found]


def end_of(store: Store, feed: bytes = FEED) -> End | None:
    state = store.feed(feed)
    assert state is not None
    return state.end


def texts(store: Store, **query: object) -> list[bytes]:
    return [entry.id for entry in store.timeline(TimelineQuery(**query))]  # type: ignore[arg-type]


def sound(store: Store) -> None:
    assert store.check(None, lambda _: None).errors == ()


# --- promises ---------------------------------------------------------------------------


def test_the_first_promise_of_an_account_binds_it(following: Store) -> None:
    device, promise = author(2, device=1), BERT.grant.next_key_hash
    thief = sign_grant(BERT.account, device.feed, next_key_hash(CARA.account.public))
    with pytest.raises(PromiseBroken):
        following.add_grant(thief)
    assert following.feed(device.feed.public) is None
    assert device.grant.next_key_hash == promise
    assert following.add_grant(device.grant)
    again = sign_grant(BERT.account, BERT.feed, next_key_hash(CARA.account.public))
    assert not following.add_grant(again)
    state = following.feed(FEED)
    assert state is not None
    assert state.grant == BERT.grant


def test_the_own_account_is_bound_too(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    other = sign_grant(ANNA.account, author(1, device=1).feed, bytes(32))
    with pytest.raises(PromiseBroken):
        store.add_own(other, NOW_MS)
    own = store.own_feed()
    assert own is not None
    assert own.feed == ANNA.feed.public


def test_a_rotation_to_another_key_than_the_promised_is_refused(following: Store) -> None:
    assert say(following, sign_rotate(CARA.account, A, [FIVE])) == [PromiseBroken]
    assert say(following, sign_rotate(THIRD.account, A, [FIVE])) == [PromiseBroken]
    assert following.successor(A) is None
    assert end_of(following) is None


def test_a_rotation_before_any_grant_cannot_be_judged(store: Store) -> None:
    assert say(store, TO_SECOND) == [NotSubscribed]
    store.follow(A, None, NOW_MS)
    assert say(store, TO_SECOND) == [NotGranted]
    store.add_grant(BERT.grant)
    assert say(store, TO_SECOND) == [True]


# --- what a rotation does ---------------------------------------------------------------


def test_feeds_count_up_to_their_ends_and_unnamed_ones_not_at_all(following: Store) -> None:
    device, later = author(2, device=1), author(2, device=2)
    following.add_grant(device.grant)
    following.append([posts(device, 3)], NOW_MS)
    assert say(following, TO_SECOND) == [True]
    assert (end_of(following), end_of(following, device.feed.public)) == (End(*FIVE[1:]), NOTHING)
    assert [entry.id for entry in following.arrived_after(0)] == WHOLE.ids[:5]
    following.add_grant(later.grant)
    assert end_of(following, later.feed.public) == NOTHING
    (refused,) = following.append([posts(later, 1)], NOW_MS)
    assert isinstance(refused, Revoked)
    assert following.successor(A) == B
    assert following.statements_of(A) == [TO_SECOND]
    assert following.statements_of(B) == []
    sound(following)


def test_it_takes_the_place_of_revokes_and_later_ones_do_not_count(following: Store) -> None:
    low = sign_revoke(BERT.account, FEED, 2, WHOLE.ids[1])
    unknown = sign_revoke(BERT.account, CARA.feed.public, 0, None)
    assert say(following, low, unknown, TO_SECOND, low) == [True, True, True, False]
    assert end_of(following) == End(*FIVE[1:])
    assert following.statements_of(A) == following.statements_since(0) == [TO_SECOND]
    following.append([part(WHOLE, 3, 5)], NOW_MS)
    assert [entry.seq for entry in following.arrived_after(0)] == [1, 2, 3, 4, 5]
    sound(following)


def test_of_two_rotations_the_one_with_the_lower_bytes_counts(following: Store) -> None:
    both = sorted([rotate(FIVE), rotate((FEED, 6, WHOLE.ids[5]))], key=lambda one: one.rank)
    low, high = both
    assert say(following, high, low, high, low) == [True, True, False, False]
    assert following.statements_of(A) == [low]
    assert end_of(following) == low.end_of(FEED)
    sound(following)


def test_the_successor_is_carried_but_no_subscription_changes(following: Store) -> None:
    before = following.subscriptions()
    assert following.carried_accounts() == [A]
    with pytest.raises(NotSubscribed):
        following.add_grant(SECOND.grant)
    say(following, TO_SECOND)
    assert following.carried_accounts() == [A, B]
    assert following.subscriptions() == before
    assert following.add_grant(SECOND.grant)
    assert [state.feed for state in following.feeds_carried()] == [FEED, SECOND.feed.public]
    assert [state.feed for state in following.feeds_of(B)] == [SECOND.feed.public]
    assert [state.feed for state in following.feeds_of(A)] == [FEED]
    assert say(following, sign_revoke(SECOND.account, SECOND.feed.public, 0, None)) == [True]
    sound(following)


def test_a_chain_is_followed_and_ends_with_its_subscription(following: Store) -> None:
    assert say(following, TO_THIRD) == [NotSubscribed]
    assert say(following, TO_SECOND, TO_THIRD) == [True, NotGranted]
    following.add_grant(SECOND.grant)
    assert say(following, TO_THIRD) == [True]
    assert following.carried_accounts() == [A, B, C]
    assert (following.successor(A), following.successor(B), following.successor(C)) == (B, C, None)
    assert following.unfollow(A)
    assert following.carried_accounts() == []
    assert following.feeds_carried() == []
    with pytest.raises(NotSubscribed):
        following.add_grant(THIRD.grant)
    following.follow(B, None, NOW_MS)
    assert following.carried_accounts() == [B, C]
    following.follow(C, None, NOW_MS)
    following.follow(A, None, NOW_MS)
    assert following.carried_accounts() == [B, C, A]


def test_a_timeline_shows_the_whole_chain(following: Store) -> None:
    say(following, TO_SECOND)
    following.add_grant(SECOND.grant)
    say(following, TO_THIRD)
    following.add_grant(THIRD.grant)
    new = run_of(THIRD, [Post("new", tags=("one",))], start_ms=NOW_MS - 5)
    following.append([new], NOW_MS)
    wanted = [new.tip, *WHOLE.ids[4::-1]]
    for account in (None, A, B, C):
        assert texts(following, account=account) == wanted
        assert texts(following, account=account, tag="ONE") == [new.tip]
    assert texts(following, account=CARA.account.public) == []
    following.unfollow(A)
    assert texts(following) == texts(following, tag="one") == []
    assert texts(following, account=C) == wanted


def in_a_circle() -> tuple[list[Rotate], list[KeyPair]]:
    """Two accounts, each of which promised the other."""
    one, other = (KeyPair.from_seed(bytes([40 + n]) * 32) for n in range(2))
    rotations = [sign_rotate(other, one.public, []), sign_rotate(one, other.public, [])]
    return rotations, [one, other]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_a_circle_the_last_by_its_bytes_does_not_count(store: Store, order: Any) -> None:
    """Whatever came first; its account goes on, and so do its feeds."""
    rotations, (one, other) = in_a_circle()
    for account, following, who in ((one, other, BERT), (other, one, CARA)):
        store.follow(account.public, None, NOW_MS)
        store.add_grant(sign_grant(account, who.feed, next_key_hash(following.public)))
        store.append([posts(who, 4)], NOW_MS)
    ranked = sorted(rotations, key=lambda said: said.rank)
    came = [ranked[at] for at in order]
    assert say(store, *came) == [True, CircularRotation if order == (0, 1) else True]
    assert say(store, *came, *came) == [
        CircularRotation if said is ranked[1] else False for said in (*came, *came)
    ]
    kept, lost = ranked
    assert store.successor(kept.account) == kept.successor
    assert store.successor(lost.account) is None
    assert store.statements_of(lost.account) == []
    feeds = {one.public: BERT, other.public: CARA}
    assert end_of(store, feeds[kept.account].feed.public) == NOTHING
    goes_on = feeds[lost.account]
    assert end_of(store, goes_on.feed.public) is None
    store.append([posts(goes_on, 4)], NOW_MS)
    assert texts(store, account=kept.account) == list(posts(goes_on, 4).ids[::-1])
    revoke = sign_revoke(
        {one.public: one, other.public: other}[lost.account], goes_on.feed.public, 0, None
    )
    assert say(store, revoke) == [True]
    sound(store)


@long
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_what_was_revoked_counts_when_the_rotation_does_not(store: Store, order: Any) -> None:
    """Whether it was said before the rotation that is lost, or after it."""
    rotations, (one, other) = in_a_circle()
    for account, following, who in ((one, other, BERT), (other, one, CARA)):
        store.follow(account.public, None, NOW_MS)
        store.add_grant(sign_grant(account, who.feed, next_key_hash(following.public)))
        store.append([posts(who, 4)], NOW_MS)
    kept, lost = sorted(rotations, key=lambda said: said.rank)
    account, who = (one, BERT) if lost.account == one.public else (other, CARA)
    revokes = [
        sign_revoke(account, who.feed.public, 2, posts(who, 4).ids[1]),
        sign_revoke(account, author(70).feed.public, 0, None),
    ]
    said = [kept, lost, *revokes]
    say(store, *(said[at] for at in order))
    assert end_of(store, who.feed.public) == revokes[0].end
    assert sorted(store.statements_of(account.public), key=repr) == sorted(revokes, key=repr)
    assert {one.wire for one in store.statements_since(0)} == {one.wire for one in [kept, *revokes]}
    assert store.statements_of(kept.account) == [kept]
    sound(store)


def test_what_counts_again_is_found_as_news(store: Store) -> None:
    rotations, (one, other) = in_a_circle()
    for account, following, who in ((one, other, BERT), (other, one, CARA)):
        store.follow(account.public, None, NOW_MS)
        store.add_grant(sign_grant(account, who.feed, next_key_hash(following.public)))
    kept, lost = sorted(rotations, key=lambda said: said.rank)
    account, who = (one, BERT) if lost.account == one.public else (other, CARA)
    revoke = sign_revoke(account, who.feed.public, 2, posts(who, 4).ids[1])
    assert say(store, lost, revoke, revoke) == [True, False, False]
    assert store.statements_since(0) == [lost]
    own = CARA if who is BERT else BERT
    store.append([posts(own, 3)], NOW_MS)
    assert say(store, kept) == [True]
    assert store.statements_since(3) == [revoke, kept]
    sound(store)


@long
def test_revokes_beside_a_rotation_are_as_bounded(following: Store) -> None:
    say(following, TO_SECOND)
    made_up = [author(2, device) for device in range(1, MAX_FEEDS_AN_ACCOUNT + 2)]
    said = [sign_revoke(BERT.account, one.feed.public, 0, None) for one in made_up]
    assert say(following, *said) == [False] * MAX_FEEDS_AN_ACCOUNT + [TooLarge]
    assert following.statements_of(A) == [TO_SECOND]
    assert end_of(following) == End(*FIVE[1:])
    sound(following)


@long
def test_of_a_long_circle_only_one_is_lost_in_any_order(store_factory: Callable[[], Store]) -> None:
    keys = [KeyPair.from_seed(bytes([60 + n]) * 32) for n in range(3)]
    line = [(key, keys[(at + 1) % 3]) for at, key in enumerate(keys)]
    rotations = [sign_rotate(after, before.public, []) for before, after in line]
    kept = sorted(rotations, key=lambda said: said.rank)[:2]
    for order in permutations(rotations):
        store = store_factory()
        for at, (before, after) in enumerate(line):
            store.follow(before.public, None, NOW_MS)
            feed = author(70 + at).feed
            store.add_grant(sign_grant(before, feed, next_key_hash(after.public)))
        say(store, *order)
        assert {said.account for said in kept} == {
            key.public for key in keys if store.successor(key.public) is not None
        }
        sound(store)


def test_two_accounts_may_be_rotated_to_one(store: Store) -> None:
    pairs = [KeyPair.from_seed(bytes([50 + n]) * 32) for n in range(2)]
    promise = next_key_hash(B)
    for pair, feed in zip(pairs, (BERT.feed, CARA.feed), strict=True):
        store.follow(pair.public, None, NOW_MS)
        store.add_grant(sign_grant(pair, feed, promise))
    assert say(store, *(sign_rotate(SECOND.account, one.public, []) for one in pairs)) == [True] * 2
    assert store.carried_accounts() == [pairs[0].public, B, pairs[1].public]
    sound(store)


def test_a_chain_has_an_end_that_no_stranger_can_move(store: Store) -> None:
    store.follow(A, None, NOW_MS)
    for generation in range(MAX_ROTATIONS + 1):
        store.add_grant(author(2, generation=generation).grant)
        here, next_one = (account_key(2, generation + n) for n in range(2))
        assert say(store, sign_rotate(next_one, here.public, [])) == [True]
    assert len(store.carried_accounts()) == 1 + MAX_ROTATIONS
    with pytest.raises(NotSubscribed):
        store.add_grant(author(2, generation=MAX_ROTATIONS + 1).grant)
    assert store.add_grant(author(2, device=1, generation=MAX_ROTATIONS).grant)
    assert [one.account for one in store.subscriptions()] == [A]


# --- the own account --------------------------------------------------------------------


def own_rotation(store: Store) -> tuple[Run, Rotate]:
    store.add_own(BERT.grant, NOW_MS)
    run = run_of(BERT, [Post("old", origin="o:1"), Post("goes", origin="o:2")])
    store.append([run], NOW_MS)
    return run, rotate((FEED, 1, run.ids[0]))


def test_the_owner_goes_on_with_a_feed_of_the_successor(store: Store) -> None:
    run, rotation = own_rotation(store)
    with pytest.raises(StoreError, match="another account"):
        store.add_own(SECOND.grant, NOW_MS)
    assert say(store, rotation) == [True]
    with pytest.raises(StoreError, match="device was revoked"):
        store.publish(lambda _: run, NOW_MS)
    store.add_own(SECOND.grant, NOW_MS)
    new = run_of(SECOND, [Post("new", origin="o:3")], start_ms=NOW_MS)
    assert store.publish(lambda _: new, NOW_MS) is new
    own = store.own_feed()
    assert own is not None
    assert (own.feed, own.account, own.head) == (SECOND.feed.public, B, 1)
    assert [(one.account, one.own) for one in store.subscriptions()] == [(A, True)]
    assert store.carried_accounts() == [A, B]
    assert store.import_origins() == {
        "o:1": reference(BERT, run, 1),
        "o:3": reference(SECOND, new, 1),
    }
    with pytest.raises(StoreError, match="another account"):
        store.add_own(CARA.grant, NOW_MS)
    sound(store)


def test_imports_of_a_successor_that_was_followed_before_are_own_then(store: Store) -> None:
    _, rotation = own_rotation(store)
    store.follow(B, None, NOW_MS)
    store.add_grant(SECOND.grant)
    new = run_of(SECOND, [Post("new", origin="o:3")])
    store.append([new], NOW_MS)
    assert "o:3" not in store.import_origins()
    assert say(store, rotation) == [True]
    assert store.import_origins()["o:3"] == reference(SECOND, new, 1)
    sound(store)


@pytest.mark.parametrize("own", [True, False])
def test_what_the_own_account_says_is_synced(
    sqlite: SqliteStore, own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what others say is not: it can be fetched again."""
    sqlite.add_own(ANNA.grant, NOW_MS)
    sqlite.follow(A, None, NOW_MS)
    sqlite.add_grant(BERT.grant)
    durable = []
    writing = sqlite._database.writing

    def watched(*, durable: bool, background: bool, noted: list[bool] = durable) -> object:
        noted.append(durable)
        return writing(durable=durable, background=background)

    monkeypatch.setattr(sqlite._database, "writing", watched)
    who = ANNA if own else BERT
    assert say(sqlite, sign_revoke(who.account, who.feed.public, 0, None)) == [True]
    assert durable == [own]


# --- saying what is --------------------------------------------------------------------


def test_what_is_declared_is_made_of_the_feeds_as_they_are(store: Store) -> None:
    run, _ = own_rotation(store)
    device = author(2, device=1)
    store.add_grant(device.grant)
    seen: list[bytes] = []

    def make(states: Any) -> Rotate:
        seen.extend(state.feed for state in states)
        return rotate(*((state.feed, state.head, state.held[-1].top) for state in states[:1]))

    assert store.declare(A, make, NOW_MS)
    assert seen == [FEED, device.feed.public]
    assert end_of(store) == End(run.last, run.tip)
    assert not store.declare(A, make, NOW_MS)
    assert [entry.id for entry in store.arrived_after(0)] == list(run.ids)
    sound(store)


def test_what_is_refused_or_breaks_off_declares_nothing(store: Store) -> None:
    own_rotation(store)

    def broken(_: Any) -> Rotate:
        raise KeyError("while signing")

    with pytest.raises(PromiseBroken):
        store.declare(A, lambda _: sign_rotate(CARA.account, A, []), NOW_MS)
    with pytest.raises(NotSubscribed):
        store.declare(A, lambda _: TO_THIRD, NOW_MS)
    with pytest.raises(KeyError):
        store.declare(A, broken, NOW_MS)
    assert (store.statements_of(A), end_of(store)) == ([], None)
    sound(store)
