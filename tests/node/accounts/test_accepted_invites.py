"""Invites that are taken: their promise binds, and their heads show what is kept back or forked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sayso_node.accounts.accepted_invites import doubts_about, introduction_to
from sayso_node.accounts.creation import create_account
from sayso_node.accounts.follows import follow, unfollow
from sayso_node.accounts.invites import find_invite, invite_id, invite_to, make_invite
from sayso_node.errors import Ambiguous, KeystoreError, NodeError, NotFound
from sayso_node.home.directory import Home
from sayso_node.home.node_key import node_public_key
from sayso_node.home.open_store import open_home
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import Open, write_body
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.introduction import read_introduction
from sayso_protocol.discovery.invite import Invite, parse_invite
from sayso_protocol.errors import PromiseBroken
from sayso_protocol.feed.run import sign_run, verify_run
from sayso_storage.interface.store import Store

from ..support import Person

NODE = KeyPair.from_seed(bytes([9]) * 32).public


def invite_of(who: Person) -> Invite:
    return invite_to(who.store, NODE, (), None)


def carried_over(who: Person, store: Store, first: int, last: int) -> None:
    """Let a store hold a stretch of somebody's feed."""
    store.add_grant(who.grant)
    raw = who.store.load(who.feed, first, last)
    assert raw is not None
    store.append([verify_run(raw)], 10**12)


def stolen(who: Person) -> Person:
    """Whoever has the account's key, and promises a key of his own."""
    thief = Person("thief of " + who.name)
    promise = next_key_hash(thief.next_key.public)
    thief.grant = sign_grant(who.account_key, thief.feed_key, promise)
    return thief


def test_a_newcomer_who_meets_a_thief_first_is_not_bound_to_him() -> None:
    ada, ben = Person("ada"), Person("ben")
    follow(ben.store, ada.account, "ada", invite_of(ada))
    with pytest.raises(PromiseBroken):
        ben.store.add_grant(stolen(ada).grant)
    assert ben.store.add_grant(ada.grant)


def test_without_the_invite_he_would_be() -> None:
    """The control."""
    ada, ben = Person("ada"), Person("ben")
    follow(ben.store, ada.account, "ada")
    assert ben.store.add_grant(stolen(ada).grant)
    with pytest.raises(PromiseBroken):
        ben.store.add_grant(ada.grant)


def test_an_invite_that_contradicts_what_is_held_is_refused_in_words() -> None:
    ada, ben = Person("ada"), Person("ben")
    follow(ben.store, ada.account, "ada")
    ben.store.add_grant(stolen(ada).grant)
    with pytest.raises(NodeError, match="somebody stole the account's key"):
        follow(ben.store, ada.account, None, invite_of(ada))
    other = replace(invite_of(ada), promise=bytes(16))
    with pytest.raises(NodeError, match="ask its owner for a new one"):
        follow(ben.store, ada.account, None, other)


def test_nobody_is_followed_by_an_invite_that_is_refused() -> None:
    ada, ben = Person("ada"), Person("ben")
    follow(ben.store, ada.account, None, invite_of(ada))
    unfollow(ben.store, ada.account)
    ben.store.follow(ada.account, None, 1)
    ben.store.add_grant(stolen(ada).grant)
    ben.store.unfollow(ada.account)
    with pytest.raises(NodeError):
        follow(ben.store, ada.account, None, invite_of(ada))
    assert [one for one in ben.store.subscriptions() if one.followed] == []


def test_heads_show_what_is_kept_back() -> None:
    ada, ben = Person("ada"), Person("ben")
    ada.post(*(f"post {n}" for n in range(9)))
    invite = invite_of(ada)
    follow(ben.store, ada.account, None, invite)
    [nothing] = doubts_about(ben.store, invite)
    assert nothing.startswith("10 entries that the invite speaks of did not come")
    carried_over(ada, ben.store, 1, 7)
    [some] = doubts_about(ben.store, invite)
    assert some.startswith("3 entries")
    carried_over(ada, ben.store, 8, 10)
    assert doubts_about(ben.store, invite) == []


def test_heads_show_another_history() -> None:
    ada, ben = Person("ada"), Person("ben")
    invite = invite_of(ada)
    [head] = invite.heads
    forked = replace(invite, heads=(replace(head, id=bytes(8)),))
    follow(ben.store, ada.account, None, invite)
    carried_over(ada, ben.store, 1, 1)
    assert doubts_about(ben.store, invite) == []
    [doubt] = doubts_about(ben.store, forked)
    assert "two histories" in doubt


def test_an_invite_is_kept_as_it_was_taken() -> None:
    ada, ben = Person("ada"), Person("ben")
    made = make_invite(ada.store, expires_ms=None, once=True)
    invite = invite_to(ada.store, NODE, (), made)
    follow(ben.store, ada.account, None, invite, b"said")
    [kept] = ben.store.accepted_invites()
    assert parse_invite(kept.link) == invite
    assert (kept.account, kept.introduction) == (ada.account, b"said")


def test_the_own_account_is_introduced_to_that_node_alone(tmp_path: Path) -> None:
    home, ada = Home(tmp_path / "home"), Person("ada")
    made, _ = create_account(home, "Ben", None)
    invite = Invite(ada.account, NODE, token=b"token!")
    with open_home(home) as store:
        said = introduction_to(home, store, None, invite)
        assert introduction_to(home, store, None, replace(invite, token=None)) is None
    assert said is not None
    found = read_introduction(said, node_public_key(home), NODE)
    assert (found.token, found.grant.account, found.grant.feed) == (
        *(b"token!", made.account, made.feed),
    )


def test_locked_keys_introduce_nobody(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    create_account(home, "Ben", b"passphrase")
    invite = Invite(Person("ada").account, NODE, token=b"token!")
    with open_home(home) as store:
        with pytest.raises(KeystoreError):
            introduction_to(home, store, None, invite)
        assert introduction_to(home, store, b"passphrase", invite)


def test_invites_are_found_by_what_begins_their_id() -> None:
    ada = Person("ada")
    every = [make_invite(ada.store, expires_ms=None) for _ in range(40)]
    for one in every:
        assert find_invite(ada.store, f" {invite_id(one.token).upper()} ") == one
    firsts = [invite_id(one.token)[0] for one in every]
    common = max(set(firsts), key=firsts.count)
    with pytest.raises(Ambiguous):
        find_invite(ada.store, common)
    with pytest.raises(NotFound):
        find_invite(ada.store, "")
    assert len({one.token for one in every}) == 40


def test_no_more_heads_than_an_invite_may_have() -> None:
    ada = Person("ada")
    for device in range(12):
        feed = KeyPair.from_seed(bytes([100 + device]) * 32)
        grant = sign_grant(ada.account_key, feed, ada.grant.next_key_hash)
        ada.store.add_grant(grant)
        body = write_body(Open(grant.wire))
        ada.store.append([sign_run(feed, 1, None, [1000 + device], [body])], 10**12)
    heads = invite_of(ada).heads
    assert len(heads) == 8
    newest = [KeyPair.from_seed(bytes([100 + n]) * 32).public for n in range(11, 4, -1)]
    assert [one.feed for one in heads] == [ada.feed, *newest]
