"""The own account's devices: found by a prefix, revoked where the owner says."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.accounts.author import Author
from sayso_node.accounts.devices.device import Device, devices, find_device
from sayso_node.accounts.devices.enrolment import (
    approve,
    complete,
    parse_request,
    request_enrolment,
)
from sayso_node.accounts.devices.revocation import last_entry, revoke
from sayso_node.errors import Ambiguous, KeystoreError, NodeError, NotFound
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.accounts.statement import NOTHING, End
from sayso_protocol.content.body import Post
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.run import Run, verify_run
from sayso_storage.interface.store import Store, StoreError

from ..support import hear_of


@pytest.fixture
def phone(home: Home, store: Store, tmp_path: Path) -> Home:
    """A second device that was let in and has posted nothing."""
    new = Home(tmp_path / "phone")
    complete(
        new,
        approve(home, store, parse_request(request_enrolment(new, "phone", None).text), None, None),
        None,
    )
    hear_of(new, store)
    return new


def posted(phone: Home, store: Store, *texts: str) -> Run:
    """Let the phone post and `store` hear of it."""
    with open_home(phone) as there:
        Author(phone, there).publish([Post(text) for text in texts])
        own = there.own_feed()
        assert own is not None
        raw = there.load(own.feed, 1, own.head)
    assert raw is not None
    run = verify_run(raw)
    store.append([run], 2**41)
    return run


def the_phone(store: Store) -> Device:
    [found] = [one for one in devices(store) if not one.this]
    return found


def test_a_device_is_found_by_the_beginning_of_its_feed(store: Store, phone: Home) -> None:
    for one in devices(store):
        key = key_text(one.state.feed)
        assert find_device(store, key) == find_device(store, key[:12]) == one


@pytest.mark.parametrize("text", ["", "z6Mk", "z6Mkzzzzzzzzzz"])
def test_what_is_no_device_says_which_there_are(text: str, store: Store, phone: Home) -> None:
    with pytest.raises(NotFound) as caught:
        find_device(store, text)
    assert len(caught.value.candidates) == 2


def test_an_ambiguous_beginning_names_both(
    store: Store, phone: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso_node.accounts.devices.device.MIN_PREFIX", 4)
    with pytest.raises(Ambiguous) as caught:
        find_device(store, "z6Mk")
    assert len(caught.value.candidates) == 2


def test_by_default_what_is_held_here_counts(home: Home, store: Store, phone: Home) -> None:
    run = posted(phone, store, "one", "two")
    device = the_phone(store)
    assert device.label == "phone"
    end = last_entry(store, device, None)
    assert end == End(run.last, run.tip)
    assert revoke(home, store, device, end, None).state.end == end
    assert the_phone(store).state.count == 3
    later = posted_later(phone)
    assert not isinstance(store.append([later], 2**41)[0], Run)
    assert the_phone(store).state.count == 3


def posted_later(phone: Home) -> Run:
    with open_home(phone) as there:
        return Author(phone, there).publish([Post("the thief writes")])


def test_a_device_can_be_ended_at_an_entry_or_altogether(
    home: Home, store: Store, phone: Home
) -> None:
    run = posted(phone, store, "one", "two", "the thief writes")
    device = the_phone(store)
    at = last_entry(store, device, run.ids[1].hex()[:12])
    assert revoke(home, store, device, at, None).state.count == 2
    assert revoke(home, store, device, NOTHING, None).state.count == 0
    assert revoke(home, store, device, at, None).state.end == NOTHING, "the sooner end counts"


def test_of_a_device_whose_feed_has_not_come_nothing_counts(
    home: Home, store: Store, phone: Home
) -> None:
    device = the_phone(store)
    end = last_entry(store, device, None)
    assert end == NOTHING
    assert revoke(home, store, device, end, None).state.end == NOTHING
    posted(phone, store, "one")
    assert the_phone(store).state.count == 0


def test_an_entry_of_another_feed_is_no_end(store: Store, author: Author, phone: Home) -> None:
    mine = author.publish([Post("mine")])
    with pytest.raises(NotFound, match="another feed"):
        last_entry(store, the_phone(store), mine.tip.hex())


def test_this_device_can_be_revoked_and_posts_no_more(
    home: Home, store: Store, author: Author
) -> None:
    author.publish([Post("last words")])
    [device] = devices(store)
    assert revoke(home, store, device, last_entry(store, device, None), None).this
    with pytest.raises(StoreError):
        Author(home, store).publish([Post("one more")])


def test_a_device_without_the_accounts_key_revokes_nobody(store: Store, phone: Home) -> None:
    with open_home(phone) as there:
        [device] = devices(there)
        with pytest.raises(KeystoreError, match="does not hold the account's key"):
            revoke(phone, there, device, NOTHING, None)
        assert devices(there)[0].state.end is None


def test_keys_that_are_not_the_accounts_are_noticed(
    home: Home, store: Store, tmp_path: Path
) -> None:
    from sayso_node.accounts.creation import create_account

    other = Home(tmp_path / "other")
    create_account(other, None, None)
    with pytest.raises(KeystoreError, match="not those of its account"):
        revoke(other, store, devices(store)[0], NOTHING, None)


def test_a_revoked_device_cannot_be_enrolled_again(
    home: Home, store: Store, tmp_path: Path
) -> None:
    new = Home(tmp_path / "new")
    request = parse_request(request_enrolment(new, "phone", None).text)
    complete(new, approve(home, store, request, None, None), None)
    hear_of(new, store)
    revoke(home, store, the_phone(store), NOTHING, None)
    with pytest.raises(NodeError, match="revoked"):
        approve(home, store, request, None, None)
