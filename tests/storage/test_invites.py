"""The contract of invites: who may take one, once, and which promise binds a newcomer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.errors import PromiseBroken
from sayso_storage.interface.errors import StoreError
from sayso_storage.interface.network.invite_records import (
    MAX_ACCEPTED,
    MAX_GUESTS,
    MAX_INVITES,
    AcceptedInvite,
    Guest,
    InviteOutcome,
    OwnInvite,
)
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from .makers import EPOCH, NOW_MS, account_key, author

ANNA, BERT, CARA = (account_key(number, 0).public for number in (1, 2, 3))
DAY = 86_400_000
MULTI = OwnInvite(b"multi!", NOW_MS, "bert", None, follow_back=True, list_name="friends")
ONCE = OwnInvite(b"once!!", NOW_MS + 1, None, NOW_MS + DAY, once=True)


def outcome(store: Store, invite: OwnInvite, account: bytes, at: int = 0) -> InviteOutcome:
    return store.admit_guest(invite.token, account, None, NOW_MS + at)[0]


def sound(store: Store) -> None:
    assert store.check(None, lambda _: None).errors == ()


def test_invites_are_kept_as_they_were_made(store: Store) -> None:
    assert store.invites() == []
    for one in (MULTI, ONCE):
        store.add_invite(one)
    assert store.invites() == [MULTI, ONCE]
    sound(store)


def test_a_token_that_nobody_made_lets_nobody_in(store: Store) -> None:
    store.add_invite(MULTI)
    assert store.admit_guest(b"other!", ANNA, None, NOW_MS) == (InviteOutcome.UNKNOWN, None, False)
    assert store.guests() == []


def test_whoever_takes_an_invite_is_a_guest_once(store: Store) -> None:
    store.add_invite(MULTI)
    assert store.admit_guest(MULTI.token, ANNA, None, NOW_MS) == (InviteOutcome.TAKEN, MULTI, True)
    assert store.admit_guest(MULTI.token, ANNA, None, NOW_MS + 5) == (
        InviteOutcome.TAKEN,
        MULTI,
        False,
    )
    assert outcome(store, MULTI, BERT, 7) is InviteOutcome.TAKEN
    assert store.guests() == [Guest(MULTI, BERT, NOW_MS + 7), Guest(MULTI, ANNA, NOW_MS)]
    assert store.guests(since_ms=NOW_MS + 1) == [Guest(MULTI, BERT, NOW_MS + 7)]
    assert store.guests(limit=0) == []
    sound(store)


def test_whoever_takes_an_invite_is_followed_where_it_says_so(store: Store) -> None:
    for one in (MULTI, ONCE):
        store.add_invite(one)
    store.follow(CARA, "cara", NOW_MS)
    store.admit_guest(MULTI.token, ANNA, "anna", NOW_MS + 1)
    store.admit_guest(MULTI.token, CARA, "other", NOW_MS + 2)
    store.admit_guest(ONCE.token, BERT, "bert", NOW_MS + 3)
    assert {one.account: one.petname for one in store.subscriptions()} == {
        CARA: "cara",
        ANNA: "anna",
    }
    store.unfollow(ANNA)
    store.admit_guest(MULTI.token, ANNA, "anna", NOW_MS + 4)  # not again by itself
    assert [one.account for one in store.subscriptions()] == [CARA]
    sound(store)


def test_an_invite_for_one_lets_one_in_however_often_he_asks(store: Store) -> None:
    store.add_invite(ONCE)
    asked = [outcome(store, ONCE, who) for who in (ANNA, BERT, ANNA, CARA)]
    assert asked == ["taken", "used", "taken", "used"]


def test_an_invite_ends_at_its_time(store: Store) -> None:
    store.add_invite(ONCE)
    assert outcome(store, ONCE, BERT, DAY) is InviteOutcome.EXPIRED
    assert outcome(store, ONCE, BERT, DAY - 1) is InviteOutcome.TAKEN
    assert outcome(store, ONCE, BERT, DAY) is InviteOutcome.TAKEN  # it was taken in time


def test_a_revoked_invite_lets_nobody_in_but_who_took_it(store: Store) -> None:
    store.add_invite(MULTI)
    outcome(store, MULTI, ANNA)
    assert store.revoke_invite(MULTI.token, NOW_MS + 1)
    assert not store.revoke_invite(MULTI.token, NOW_MS + 2)
    assert not store.revoke_invite(b"other!", NOW_MS + 2)
    assert outcome(store, MULTI, BERT, 2) is InviteOutcome.REVOKED
    assert outcome(store, MULTI, ANNA, 2) is InviteOutcome.TAKEN
    assert store.invites() == [replace(MULTI, revoked_ms=NOW_MS + 1)]
    sound(store)


def test_an_invite_that_got_about_lets_no_crowd_in(store: Store) -> None:
    store.add_invite(MULTI)
    crowd = [bytes([n]) * 32 for n in range(MAX_GUESTS + 1)]
    assert [outcome(store, MULTI, one) for one in crowd] == ["taken"] * MAX_GUESTS + ["used"]


@long
def test_of_too_many_invites_one_that_is_over_makes_room(store: Store) -> None:
    every = [OwnInvite(n.to_bytes(6, "big"), NOW_MS + n) for n in range(MAX_INVITES)]
    for one in every:
        store.add_invite(one)
    with pytest.raises(StoreError, match="invite revoke"):
        store.add_invite(ONCE)
    store.admit_guest(every[3].token, ANNA, None, NOW_MS)
    store.revoke_invite(every[3].token, NOW_MS)
    store.add_invite(ONCE)
    assert len(store.invites()) == MAX_INVITES
    assert store.admit_guest(every[3].token, ANNA, None, NOW_MS)[0] is InviteOutcome.UNKNOWN
    assert store.guests() == []
    sound(store)


@long
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "guest", "revoke"]),
            st.integers(0, 3),
            st.integers(0, 5),
            st.integers(0, 20),
            st.booleans(),
        ),
        max_size=25,
    )
)
def test_both_stores_agree(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, int, int, int, bool]],
) -> None:
    memory = MemoryStore(EPOCH)
    with open_store(tmp_path_factory.mktemp("agree") / "store.db") as sqlite:
        seen = []
        for store in (memory, sqlite):
            made: set[int] = set()
            found: list[object] = []
            for now, (what, which, who, until, flag) in enumerate(steps):
                token = bytes([which]) * 6
                if what == "add" and which not in made:
                    made.add(which)
                    store.add_invite(OwnInvite(token, now, expires_ms=until, once=flag))
                elif what == "guest":
                    found.append(store.admit_guest(token, bytes([who]) * 32, None, now))
                else:
                    found.append(store.revoke_invite(token, now))
            seen.append((found, store.invites(), store.guests()))
    assert seen[0] == seen[1]


# --- invites of others -----------------------------------------------------------------------


def accepted(number: int = 1, *, promise: bytes | None = None, at: int = 0) -> AcceptedInvite:
    account = account_key(number, 0).public
    return AcceptedInvite(account, b"link", promise, b"answer", NOW_MS + at)


def promise_of(number: int) -> bytes:
    return author(number).grant.next_key_hash


@pytest.mark.parametrize("size", [16, 17, 24, 31, 32])
def test_a_promise_refuses_the_grants_of_who_stole_the_key(store: Store, size: int) -> None:
    thief = author(9)
    store.accept_invite(accepted(promise=promise_of(1)[:size]))
    store.follow(ANNA, None, NOW_MS)
    stolen = sign_grant(author(1).account, thief.feed, next_key_hash(thief.account.public))
    with pytest.raises(PromiseBroken):
        store.add_grant(stolen)
    assert store.add_grant(author(1).grant)
    with pytest.raises(PromiseBroken):
        store.add_grant(stolen)
    sound(store)


def test_without_an_invite_the_first_grant_binds(store: Store) -> None:
    """The control: this is what the promise protects from."""
    thief = author(9)
    store.follow(ANNA, None, NOW_MS)
    stolen = sign_grant(author(1).account, thief.feed, next_key_hash(thief.account.public))
    assert store.add_grant(stolen)


def test_a_promise_that_contradicts_a_grant_or_an_invite_is_refused(store: Store) -> None:
    store.follow(ANNA, None, NOW_MS)
    store.accept_invite(accepted(promise=promise_of(1)[:16]))
    with pytest.raises(PromiseBroken, match="invite"):
        store.accept_invite(accepted(promise=promise_of(2)[:16]))
    store.accept_invite(accepted(promise=promise_of(1)))
    store.add_grant(author(1).grant)
    with pytest.raises(PromiseBroken, match="before"):
        store.accept_invite(accepted(promise=promise_of(2)))
    assert [one.promise for one in store.accepted_invites()] == [promise_of(1)]
    store.accept_invite(accepted(promise=None))
    sound(store)


def test_who_is_not_followed_any_more_leaves_no_invite(store: Store) -> None:
    store.accept_invite(accepted(promise=promise_of(2)[:16]))
    assert store.accepted_invites() == []  # not followed yet
    store.follow(ANNA, None, NOW_MS)
    assert len(store.accepted_invites()) == 1
    store.unfollow(ANNA)
    store.accept_invite(accepted(promise=promise_of(1)[:16]))
    store.follow(ANNA, None, NOW_MS)
    assert store.add_grant(author(1).grant)
    sound(store)


def test_an_introduction_is_kept_until_it_was_given(store: Store) -> None:
    for number in (1, 2):
        store.follow(account_key(number, 0).public, None, NOW_MS)
        store.accept_invite(accepted(number, at=number))
    store.note_introduced(ANNA, b"answer")
    store.note_introduced(BERT, b"what another invite says")
    store.note_introduced(CARA, b"answer")
    assert [(one.account, one.introduction) for one in store.accepted_invites()] == [
        (ANNA, None),
        (BERT, b"answer"),
    ]
    sound(store)


@long
def test_of_too_many_accepted_invites_the_newest_stay(store_factory: Callable[[], Store]) -> None:
    store = store_factory()
    for number in range(1, MAX_ACCEPTED + 3):
        store.follow(account_key(number, 0).public, None, NOW_MS)
        store.accept_invite(accepted(number, at=number))
    kept = store.accepted_invites()
    assert len(kept) == MAX_ACCEPTED
    assert kept[0].account == account_key(3, 0).public
