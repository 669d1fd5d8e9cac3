"""Posts that fall between what a statement is made of and the statement: none is lost.

Another process posts in the very moment in which the statement is signed. In each control the
feeds are read and the statement is stored in two transactions: there the post is acknowledged, and
gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sayso_node.accounts import rotation
from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account, keystore_from_phrase
from sayso_node.accounts.devices import revocation
from sayso_node.accounts.devices.device import devices
from sayso_node.accounts.devices.revocation import revoke
from sayso_node.backup import restore as restoring
from sayso_node.backup.restore import restore
from sayso_node.backup.writer import write_backup
from sayso_node.errors import HomeError
from sayso_node.home.directory import Home
from sayso_node.home.keystore import write_keystore
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Post
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import StoreError
from sayso_storage.sqlite.store import SqliteStore

from .support import Ann, texts_in


@pytest.fixture
def ann(tmp_path: Path) -> Ann:
    home = Home(tmp_path / "ann")
    _, phrase = create_account(home, "Ann", None, "desk")
    ann = Ann(home, phrase)
    ann.post("before")
    return ann


class Meanwhile:
    """Posts in a thread with a store of its own, as another process does."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.outcome: Run | Exception | None = None
        self.thread = threading.Thread(target=self._post)

    def _post(self) -> None:
        try:
            with open_home(self._home) as store:
                self.outcome = Author(self._home, store).publish([Post("meanwhile")])
        except Exception as error:
            self.outcome = error


def post_while_signing(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, other: Meanwhile, *, wait: bool
) -> None:
    sign: Callable[..., Any] = getattr(module, name)

    def signing(*values: Any) -> Any:
        other.thread.start()
        if wait:
            other.thread.join()
        return sign(*values)

    monkeypatch.setattr(module, name, signing)


def in_two_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    def declare(store: SqliteStore, account: bytes, make: Any, now_ms: int) -> Any:
        said = make(store.feeds_of(account))
        return store.add_statements([said], now_ms)[0]

    monkeypatch.setattr(SqliteStore, "declare", declare)


def test_a_post_while_the_key_is_changed_is_there_afterwards(
    ann: Ann, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Meanwhile(ann.home)
    post_while_signing(monkeypatch, rotation, "sign_rotate", other, wait=False)
    ann.rotate()
    other.thread.join()
    assert isinstance(other.outcome, Run)
    ann.post("after")
    assert ann.texts() == ["before", "meanwhile", "after"]
    with open_home(ann.home) as store:
        assert [state.forked_at for state in store.feeds_carried()] == [None, None]
        assert store.check(None, lambda _: None).errors == ()
    assert not ann.home.next_keys.exists()


def test_a_post_that_just_missed_the_rotation_goes_over_to_the_next_keys(
    ann: Ann, monkeypatch: pytest.MonkeyPatch
) -> None:
    keystore = keystore_from_phrase(ann.phrase, 1)
    write_keystore(ann.home.next_keys, keystore, None)
    is_moving, looks = rotation.is_moving, []

    def just_before(home: Home, store: SqliteStore, passphrase: bytes | None) -> bool:
        moving = is_moving(home, store, passphrase)
        if not looks:
            rotation._announce(store, keystore, store.own_feed().account)
        looks.append(moving)
        return moving

    monkeypatch.setattr(rotation, "is_moving", just_before)
    ann.post("meanwhile")
    assert looks == [False, True]
    assert ann.texts() == ["before", "meanwhile"]
    assert not ann.home.next_keys.exists()


def test_control_in_two_transactions_it_is_acknowledged_and_lost(
    ann: Ann, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_two_transactions(monkeypatch)
    other = Meanwhile(ann.home)
    post_while_signing(monkeypatch, rotation, "sign_rotate", other, wait=True)
    ann.rotate()
    assert isinstance(other.outcome, Run)
    assert ann.texts() == ["before"]


def end_this_device(ann: Ann) -> None:
    with open_home(ann.home) as store:
        [device] = devices(store)
        revoke(ann.home, store, device, None, None)


def test_a_post_while_the_device_is_revoked_is_refused_or_there(
    ann: Ann, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Meanwhile(ann.home)
    post_while_signing(monkeypatch, revocation, "sign_revoke", other, wait=False)
    end_this_device(ann)
    other.thread.join()
    assert isinstance(other.outcome, StoreError)
    assert "device was revoked" in str(other.outcome)
    assert ann.texts() == ["before"]


def test_control_in_two_transactions_the_revoke_takes_it_away(
    ann: Ann, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_two_transactions(monkeypatch)
    other = Meanwhile(ann.home)
    post_while_signing(monkeypatch, revocation, "sign_revoke", other, wait=True)
    end_this_device(ann)
    assert isinstance(other.outcome, Run)
    assert ann.texts() == ["before"]


def test_a_post_after_the_owner_has_looked_counts(ann: Ann) -> None:
    """The device ends with what is held when it is said, not with what was seen before."""
    with open_home(ann.home) as store:
        [device] = devices(store)
        ann.post("while the owner reads the question")
        assert revoke(ann.home, store, device, None, None).state.count == 4
    assert ann.texts() == ["before", "while the owner reads the question"]


def test_two_processes_that_end_the_same_move_open_one_feed(
    ann: Ann, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have seen that the new feed is empty."""
    profile = rotation._profile
    other = Meanwhile(ann.home)

    def looking(store: Any) -> Any:
        if other.thread.ident is None:
            other.thread.start()
            other.thread.join()
        return profile(store)

    monkeypatch.setattr(rotation, "_profile", looking)
    done = ann.rotate()
    assert isinstance(other.outcome, Run)
    with open_home(ann.home) as store:
        state = store.feed(done.new_home.feed)
        assert state is not None
        assert state.count == 3, "its grant, the profile, the post"
        assert texts_in(store) == ["before", "meanwhile"]


def test_nobody_else_gets_in_while_a_home_is_restored(
    ann: Ann, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home that is being made has no keys, so nothing is posted that could be lost; and it is
    locked."""
    backup, new = tmp_path / "backup", Home(tmp_path / "new")
    with open_home(ann.home) as store:
        write_backup(ann.home, store, backup, None, lambda _: None)
    refused: list[str] = []

    def restored() -> Any:
        return restore(new, backup, None, phrase=None, device=None, progress=lambda _: None)

    read_feeds = restoring.read_feeds

    def reading(*values: Any, **more: Any) -> None:
        for attempt in (lambda: open_home(new), restored):
            with pytest.raises(HomeError) as caught:
                attempt()
            refused.append(str(caught.value))
        read_feeds(*values, **more)

    monkeypatch.setattr(restoring, "read_feeds", reading)
    done = restored()
    assert "no account in" in refused[0]
    assert "is running in" in refused[1]
    with open_home(new) as store:
        own = store.own_feed()
        assert own is not None
        assert (own.feed, own.count) == (done.new_home.feed, 1)
