"""The account's next key: followers go over to it, and no crash leaves a broken home."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account, join_account
from sayso_node.accounts.devices.device import devices
from sayso_node.accounts.devices.enrolment import (
    approve,
    complete,
    parse_request,
    request_enrolment,
)
from sayso_node.accounts.devices.revocation import last_entry, revoke
from sayso_node.accounts.follows import follow, following
from sayso_node.accounts.holdings import account_profile
from sayso_node.accounts.lineage import own_account
from sayso_node.accounts.names import Names
from sayso_node.accounts.rotation import rotate
from sayso_node.backup.restore import restore
from sayso_node.backup.writer import write_backup
from sayso_node.bundle.reader import BundleResult, read_bundle
from sayso_node.bundle.writer import write_bundle
from sayso_node.compose.profile import set_profile
from sayso_node.errors import AccountMoved, KeystoreError, NodeError
from sayso_node.home.directory import Home
from sayso_node.home.keystore import read_keystore
from sayso_node.home.open_store import open_home
from sayso_node.timeline.timeline import timeline
from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.content.body import Post
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import BadPhrase
from sayso_protocol.feed.run import verify_run
from sayso_storage.interface.store import Store, TimelineQuery

from ..support import hear_of
from .support import Ann, texts_in

STRANGER = KeyPair.from_seed(bytes(31) + b"z").public


def said_of(store: Store, *accounts: bytes) -> list[Attestation]:
    return [said for account in accounts for said in store.statements_of(account)]


def carry(source: Home, target: Store, path: Path, *accounts: bytes) -> None:
    """Carry what `source` has over to another store: entries as a bundle, and statements."""
    with open_home(source) as store:
        said = said_of(store, *accounts)
        write_bundle(store, store.feeds_carried(), path, lambda _: None)
    for _ in range(2):  # a successor is carried once the rotation is known
        read_bundle(target, path, follow=False, progress=lambda _: None, result=BundleResult())
        target.add_statements(said, 2**41)


def test_the_home_goes_on_under_the_next_key(ann: Ann) -> None:
    ann.post("before")
    with open_home(ann.home) as store:
        set_profile(store, Author(ann.home, store), None, "Grows beans.")
    before = read_keystore(ann.home.keys)
    done = ann.rotate()
    assert (done.old, done.new_home.account, done.lost) == (ann.key(0), ann.key(1), [])
    ann.post("after")
    keystore = read_keystore(ann.home.keys)
    assert keystore.account.public == ann.key(1)
    assert keystore.feed.public == done.new_home.feed != before.feed.public
    assert ann.texts() == ["before", "after"]
    with open_home(ann.home) as store:
        assert own_account(store) == ann.key(1)
        assert account_profile(store, ann.key(1)).profile.bio == "Grows beans."
        assert account_profile(store, ann.key(1)).profile.name == "Ann"
        [device] = devices(store)
        assert (device.label, device.this) == ("desk", True)
        assert store.check(None, lambda _: None).errors == ()
    secrets = [before.account_seed, before.feed_seed]
    for path in ann.home.path.iterdir():
        assert not any(secret in path.read_bytes() for secret in secrets if secret)
    assert {path.name for path in ann.home.path.glob("keys*")} == {"keys.json"}


def test_both_keys_are_the_own_account_by_name(ann: Ann) -> None:
    ann.rotate()
    with open_home(ann.home) as store:
        follow(store, STRANGER, "zed")
        names = Names(store)
        own = [names.of(ann.key(number)).is_own for number in (0, 1, 2)]
        assert own == [True, True, False], "the third is only promised"
        assert (names.of(STRANGER).petname, names.of(STRANGER).is_own) == ("zed", False)


def test_followers_go_over_to_it_under_the_same_petname(ann: Ann, home: Home, tmp_path: Path):
    ann.post("before")
    with open_home(home) as reader:
        follow(reader, ann.key(0), "ann")
        carry(ann.home, reader, tmp_path / "one", ann.key(0))
        ann.rotate()
        ann.post("after")
        carry(ann.home, reader, tmp_path / "two", ann.key(0))
        assert texts_in(reader) == ["before", "after"]
        assert texts_in(reader, ann.key(0)) == ["before", "after"]
        items = list(timeline(reader, TimelineQuery(limit=10)))
        assert [item.name.petname for item in items] == ["ann", "ann"]
        assert {item.name.shown for item in items} == {"ann"}
        [row] = following(reader, Names(reader))
        assert (row.name.petname, len(row.feeds), row.missing) == ("ann", 2, 0)
        assert account_profile(reader, ann.key(0)).profile.name == "Ann"
        assert reader.check(None, lambda _: None).errors == ()


def test_what_a_thief_writes_with_the_old_keys_does_not_count(
    ann: Ann, home: Home, tmp_path: Path
) -> None:
    import shutil

    ann.post("before")
    stolen = Ann(Home(Path(shutil.copytree(ann.home.path, tmp_path / "stolen"))), ann.phrase)
    thief = join_account(Home(tmp_path / "thief"), ann.phrase, None, None)
    ann.rotate()
    stolen.post("by the thief, old feed")
    Ann(Home(tmp_path / "thief"), ann.phrase).post("by the thief, new feed")
    with open_home(home) as reader:
        follow(reader, ann.key(0), "ann")
        carry(Home(tmp_path / "thief"), reader, tmp_path / "three", ann.key(0))
        carry(stolen.home, reader, tmp_path / "one", ann.key(0))
        assert len(texts_in(reader)) == 3, "the control: before the rotation is known they count"
        carry(ann.home, reader, tmp_path / "two", ann.key(0))
        assert texts_in(reader) == ["before"]
        state = reader.feed(thief.feed)
        assert state is None or state.count == 0


def test_keys_are_changed_more_than_once(ann: Ann) -> None:
    for index in range(1, 4):
        ann.post(f"under key {index - 1}")
        assert ann.rotate().new_home.account == ann.key(index)
    ann.post("under key 3")
    assert ann.texts() == [f"under key {n}" for n in range(4)]
    with open_home(ann.home) as store:
        assert account_profile(store, ann.key(0)).profile.name == "Ann"


def test_other_devices_end_where_they_are_held_or_were_revoked(ann: Ann, tmp_path: Path) -> None:
    phones = [Home(tmp_path / name) for name in ("held", "revoked", "whole", "unheard")]
    with open_home(ann.home) as store:
        feeds = []
        for phone in phones:
            request = parse_request(request_enrolment(phone, phone.path.name, None).text)
            complete(phone, approve(ann.home, store, request, None, None), None)
            hear_of(phone, store)
            feeds.append(request.feed)
        for phone, feed in zip(phones[:3], feeds, strict=False):
            with open_home(phone) as there:
                Author(phone, there).publish([Post("one"), Post("two")])
                raw = there.load(feed, 1, 3)
            assert raw is not None
            store.append([verify_run(raw)], 2**41)
        held, revoked, whole, _ = [one for one in devices(store) if not one.this]
        second = store.load(revoked.state.feed, 2, 2)
        assert second is not None
        at = verify_run(second).tip.hex()
        revoke(ann.home, store, revoked, last_entry(store, revoked, at), None)
        from sayso_protocol.accounts.statement import NOTHING

        revoke(ann.home, store, whole, NOTHING, None)
    done = ann.rotate()
    assert done.lost == [feeds[3]]
    with open_home(ann.home) as store:
        states = [store.feed(feed) for feed in feeds]
        assert [state.count for state in states if state is not None] == [3, 2, 0, 0]
        assert all(state is not None and state.end is not None for state in states)
        assert held.state.feed == feeds[0]


def test_a_device_without_the_accounts_key_can_change_it_with_the_phrase(
    ann: Ann, tmp_path: Path
) -> None:
    phone = Home(tmp_path / "phone")
    with open_home(ann.home) as store:
        request = parse_request(request_enrolment(phone, "phone", None).text)
        complete(phone, approve(ann.home, store, request, None, None), None)
    moved = Ann(phone, ann.phrase)
    assert moved.rotate().new_home.account == ann.key(1)
    assert read_keystore(phone.keys).account.public == ann.key(1)


def test_another_device_that_receives_it_follows(ann: Ann, tmp_path: Path) -> None:
    laptop = Ann(Home(tmp_path / "laptop"), ann.phrase)
    join_account(laptop.home, ann.phrase, None, None, "laptop")
    laptop.post("never seen by the first")
    ann.post("before")
    ann.rotate()
    ann.rotate()
    with open_home(laptop.home) as store:
        carry(ann.home, store, tmp_path / "bundle", ann.key(0), ann.key(1))
        with pytest.raises(AccountMoved, match="sayso rotate"):
            Author(laptop.home, store).publish([Post("under the old key")])
        with pytest.raises(NodeError, match="another key"):
            approve(
                laptop.home,
                store,
                parse_request(request_enrolment(Home(tmp_path / "x"), "", None).text),
                None,
                None,
            )
    done = laptop.rotate("laptop")
    assert (done.old, done.new_home.account) == (ann.key(0), ann.key(2))
    laptop.post("goes on")
    with open_home(laptop.home) as store:
        assert own_account(store) == ann.key(2)
        assert texts_in(store) == ["before", "goes on"]
        assert devices(store)[-1].label == "laptop"


def test_a_device_that_was_enrolled_under_the_old_key_is_made_anew(
    ann: Ann, tmp_path: Path
) -> None:
    """Whoever let it in had not heard of the new key."""
    laptop, phone, again = (Home(tmp_path / name) for name in ("laptop", "phone", "again"))
    join_account(laptop, ann.phrase, None, None, "laptop")
    ann.rotate()
    with open_home(laptop) as store:
        complete(
            phone,
            approve(
                laptop, store, parse_request(request_enrolment(phone, "", None).text), None, None
            ),
            None,
        )
    with open_home(phone) as store:
        Author(phone, store).publish([Post("nobody will see it")])
        carry(ann.home, store, tmp_path / "bundle", ann.key(0))
        with pytest.raises(AccountMoved, match=r"let in under the old one.*device add --request"):
            Author(phone, store).publish([Post("one more")])
    with open_home(ann.home) as store:
        request = parse_request(request_enrolment(again, "phone", None).text)
        complete(again, approve(ann.home, store, request, None, None), None)
    with open_home(again) as store:
        assert own_account(store) == ann.key(1)
        Author(again, store).publish([Post("goes on")])
        assert texts_in(store) == ["goes on"]


@pytest.mark.parametrize("phrase", ["abandon " * 23 + "art", "nonsense"])
def test_another_phrase_changes_nothing(phrase: str, ann: Ann) -> None:
    with open_home(ann.home) as store, pytest.raises(BadPhrase):
        rotate(ann.home, store, phrase, None, None)
    assert ann.account() == ann.key(0)
    assert not ann.home.next_keys.exists()


@long
def test_sealed_keys_stay_sealed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    _, phrase = create_account(home, None, b"open sesame")
    with open_home(home) as store:
        for wrong in (None, b"wrong"):
            with pytest.raises(KeystoreError):
                rotate(home, store, phrase, None, wrong)
            assert not home.next_keys.exists()
        done = rotate(home, store, phrase, None, b"open sesame")
    assert read_keystore(home.keys, b"open sesame").feed.public == done.new_home.feed


def test_the_phrase_does_not_run_out_unnoticed(ann: Ann, monkeypatch: pytest.MonkeyPatch) -> None:
    ann.rotate()
    monkeypatch.setattr("sayso_node.accounts.rotation.MAX_ACCOUNT_KEYS", 2)
    with pytest.raises(NodeError, match="no further key"):
        ann.rotate()
    ann.post("it still works")


def test_a_backup_after_it_holds_the_time_before_it(ann: Ann, tmp_path: Path) -> None:
    ann.post("before")
    ann.rotate()
    ann.post("after")
    homes = [ann.home, Home(tmp_path / "one"), Home(tmp_path / "two")]
    for source, target in pairwise(homes):
        path = tmp_path / f"{target.path.name}.backup"
        with open_home(source) as store:
            write_backup(source, store, path, None, lambda _: None)
        done = restore(target, path, None, phrase=None, device=None, progress=lambda _: None)
        assert done.new_home.account == ann.key(1)
        assert done.bundle.refused.total() == done.bundle.left_out == 0
        assert Ann(target, ann.phrase).texts() == ["before", "after"]
    assert Ann(homes[-1], ann.phrase).rotate().new_home.account == ann.key(2)
