"""A new device without the phrase: request, grant, answer; each step repeatable."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import NewHome, create_account
from sayso_node.accounts.devices.device import devices, find_any
from sayso_node.accounts.devices.enrolment import (
    approve,
    complete,
    parse_request,
    request_enrolment,
)
from sayso_node.accounts.devices.pending_device import PendingDevice, pending_devices
from sayso_node.accounts.devices.revocation import revoke_pending
from sayso_node.errors import HomeError, KeystoreError, NodeError
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.open_store import open_home
from sayso_protocol.accounts.enrolment import write_request
from sayso_protocol.accounts.statement import NOTHING, sign_grant
from sayso_protocol.content.body import Open, Post, read_body
from sayso_protocol.content.open import MAX_DEVICE
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.feed.run import RawRun, verify_run
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_storage.interface.store import Store

from ..support import hear_of


@pytest.fixture
def new(tmp_path: Path) -> Home:
    return Home(tmp_path / "new")


def answer_to(home: Home, store: Store, text: str, label: str | None = None) -> str:
    return approve(home, store, parse_request(text), label, None)


def enrolled(home: Home, store: Store, new: Home) -> NewHome:
    return complete(new, answer_to(home, store, request_enrolment(new, "phone", None).text), None)


def test_a_device_is_enrolled(home: Home, store: Store, new: Home) -> None:
    asked = request_enrolment(new, "phone", None)
    made = complete(new, answer_to(home, store, asked.text), None)
    own = store.own_feed()
    assert own is not None
    assert (made.account, made.feed) == (own.account, asked.feed)
    with open_home(new) as there:
        [device] = devices(there)
        assert (device.label, device.this) == ("phone", True)
        run = Author(new, there).publish([Post("from the phone")])
        raw = there.load(made.feed, 1, 2)
    assert isinstance(raw, RawRun)
    opening = read_body(raw.bodies[0])
    assert isinstance(opening, Open)
    hear_of(new, store)
    assert store.append([verify_run(raw)], 2**41)[0] is not None
    assert [one.label for one in devices(store)] == [None, "phone"]
    assert store.entry(run.tip) is not None, "the first device takes the new one's posts"


def test_it_is_pending_until_its_feed_comes(home: Home, store: Store, new: Home) -> None:
    made = enrolled(home, store, new)
    assert len(devices(store)) == 1
    assert pending_devices(home, store) == [PendingDevice(made.feed, "phone")]
    hear_of(new, store)
    assert len(devices(store)) == 2
    assert pending_devices(home, store) == []
    other = request_enrolment(Home(new.path / "other"), None, None)
    answer_to(home, store, other.text)
    assert pending_devices(home, store) == [PendingDevice(other.feed, None)]


def test_a_pending_device_that_is_lost_is_revoked(home: Home, store: Store, new: Home) -> None:
    asked = request_enrolment(new, "phone", None)
    made = complete(new, answer_to(home, store, asked.text), None)
    found = find_any(home, store, key_text(made.feed)[:12])
    assert isinstance(found, PendingDevice)
    assert revoke_pending(home, store, found, None).end == NOTHING
    assert pending_devices(home, store) == [PendingDevice(made.feed, "phone", NOTHING)]
    with pytest.raises(NodeError, match="revoked"):
        answer_to(home, store, asked.text)
    hear_of(new, store)
    assert devices(store)[-1].state.end == NOTHING


def test_a_damaged_list_of_pending_devices_says_so(home: Home, store: Store) -> None:
    for content in ("", "[1]", '[["x", "y", null]]'):
        home.pending_devices.write_text(content)
        with pytest.raises(HomeError, match="damaged"):
            pending_devices(home, store)


def test_the_new_device_does_not_get_the_accounts_key(
    home: Home, store: Store, new: Home, tmp_path: Path
) -> None:
    made = enrolled(home, store, new)
    seed = read_keystore(home.keys).account_seed
    assert seed is not None
    keystore = read_keystore(new.keys)
    assert keystore.account_seed is None
    assert keystore.feed.public == made.feed
    assert all(seed not in path.read_bytes() for path in new.path.iterdir())
    with open_home(new) as there, pytest.raises(KeystoreError, match="does not hold the account"):
        answer_to(new, there, request_enrolment(Home(tmp_path / "third"), None, None).text)
    assert keystore.next_key_hash == read_keystore(home.keys).next_key_hash


def test_a_second_request_is_for_the_same_feed(home: Home, store: Store, new: Home) -> None:
    first, again = request_enrolment(new, "phone", None), request_enrolment(new, "phone", None)
    assert first == again
    relabelled = request_enrolment(new, "tablet", None)
    assert relabelled.feed == first.feed
    assert complete(new, answer_to(home, store, relabelled.text), None).feed == first.feed
    assert not new.enrolment_request.exists()


def test_approving_and_completing_again_change_nothing(home: Home, store: Store, new: Home) -> None:
    text = request_enrolment(new, "phone", None).text
    answer = answer_to(home, store, text)
    assert answer_to(home, store, text) == answer
    assert len(devices(store)) == 1
    made = complete(new, answer, None)
    keys = new.keys.read_bytes()
    assert complete(new, answer, None) == made
    assert new.keys.read_bytes() == keys


def test_killed_after_the_home_was_made_it_is_tidied_by_the_next_try(
    home: Home, store: Store, new: Home
) -> None:
    text = request_enrolment(new, "phone", None).text
    waiting = new.enrolment_request.read_bytes()
    answer = answer_to(home, store, text)
    made = complete(new, answer, None)
    new.enrolment_request.write_bytes(waiting)
    new.enrolment_request.chmod(0o600)
    assert complete(new, answer, None) == made
    assert not new.enrolment_request.exists()


@long
def test_a_passphrase_seals_what_waits_and_what_is_made(
    home: Home, store: Store, new: Home
) -> None:
    text = request_enrolment(new, None, b"open sesame").text
    with pytest.raises(KeystoreError, match="passphrase"):
        request_enrolment(new, None, None)
    answer = answer_to(home, store, text)
    with pytest.raises(KeystoreError, match="passphrase"):
        complete(new, answer, b"wrong")
    assert not new.exists
    made = complete(new, answer, b"open sesame")
    assert read_keystore(new.keys, b"open sesame").feed.public == made.feed


def test_an_answer_to_somebody_else_is_refused(
    home: Home, store: Store, new: Home, tmp_path: Path
) -> None:
    other = Home(tmp_path / "other")
    answer = answer_to(home, store, request_enrolment(other, None, None).text)
    with pytest.raises(HomeError, match="nothing was asked"):
        complete(new, answer, None)
    request_enrolment(new, None, None)
    with pytest.raises(NodeError, match="another request"):
        complete(new, answer, None)
    assert not new.exists
    complete(other, answer, None)
    third = Home(tmp_path / "third")
    other_answer = answer_to(home, store, request_enrolment(third, None, None).text)
    with pytest.raises(HomeError, match="another account or feed"):
        complete(other, other_answer, None)


def test_a_home_with_an_account_asks_for_nothing(home: Home) -> None:
    with pytest.raises(HomeError, match="has an account already"):
        request_enrolment(home, None, None)
    assert not home.enrolment_request.exists()


def test_a_feed_is_not_granted_to_two_accounts(
    home: Home, store: Store, new: Home, tmp_path: Path
) -> None:
    text = request_enrolment(new, None, None).text
    other = Home(tmp_path / "other")
    create_account(other, None, None)
    with open_home(other) as theirs:
        made = complete(new, answer_to(other, theirs, text), None)
    store.follow(made.account, None, 1)
    hear_of(new, store)
    with pytest.raises(NodeError, match="cannot be added"):
        answer_to(home, store, text)


def test_more_devices_than_anyone_follows_are_not_added(
    home: Home, store: Store, tmp_path: Path
) -> None:
    keystore = read_keystore(home.keys)
    for n in range(MAX_FEEDS_AN_ACCOUNT - 1):
        assert len(pending_devices(home, store)) <= 1
        feed = KeyPair.from_seed(n.to_bytes(32, "big"))
        answer_to(home, store, write_request(feed, ""))
        store.add_grant(sign_grant(keystore.account, feed, keystore.next_key_hash))
    with pytest.raises(NodeError, match="cannot be added"):
        answer_to(home, store, request_enrolment(Home(tmp_path / "more"), None, None).text)


@pytest.mark.parametrize("label", ["x" * (MAX_DEVICE + 1), "a\nb", "\x1b[1m", "\u202ex"])
def test_a_label_is_one_short_line(label: str, home: Home, store: Store, new: Home) -> None:
    with pytest.raises(NodeError, match="label"):
        request_enrolment(new, label, None)
    text = request_enrolment(new, None, None).text
    with pytest.raises(NodeError, match="label"):
        answer_to(home, store, text, label)


def test_the_label_given_by_the_first_device_counts(home: Home, store: Store, new: Home) -> None:
    complete(
        new, answer_to(home, store, request_enrolment(new, "phone", None).text, "Ann's phone"), None
    )
    with open_home(new) as there:
        assert devices(there)[0].label == "Ann's phone"


@pytest.mark.parametrize("content", [b"", b"{}", b'{"version": 1, "secrets": {"feed_seed": 5}}'])
def test_a_damaged_request_file_says_so(content: bytes, new: Home) -> None:
    request_enrolment(new, None, None)
    new.enrolment_request.write_bytes(content)
    with pytest.raises(KeystoreError, match=r"damaged|version"):
        request_enrolment(new, None, None)
