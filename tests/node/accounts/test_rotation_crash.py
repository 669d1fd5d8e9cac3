"""A rotation that is killed at any step: the home works, and it can be repeated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long

from sayso_node.accounts.author import Author
from sayso_node.accounts.devices.device import devices
from sayso_node.accounts.holdings import account_profile
from sayso_node.home.keystore import read_keystore
from sayso_node.home.letter_keys import open_letters
from sayso_node.home.open_store import open_home
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import StoreError

from .support import Ann


class Killed(BaseException):
    """Nothing in the program catches it."""


STEPS = [
    ("sayso_node.accounts.rotation.write_keystore", "function"),
    ("declare", "store"),
    ("add_own", "store"),
    ("publish", "store"),
    ("replace", "path"),
    ("sayso_node.accounts.rotation.sync_directory", "function"),
]


def kill(monkeypatch: pytest.MonkeyPatch, step: str, kind: str, *, after: bool) -> None:
    """Let the process end right before a step, or right after it."""
    from sayso_storage.sqlite.store import SqliteStore

    owner = {"store": SqliteStore, "path": Path}.get(kind)
    target = step if owner is None else None
    real: Callable[..., object]
    if owner is None:
        from sayso_node.accounts import rotation

        real = getattr(rotation, step.rpartition(".")[2])
    else:
        real = getattr(owner, step)

    def dying(*args: object, **more: object) -> object:
        if after:
            real(*args, **more)
        raise Killed

    if target is not None:
        monkeypatch.setattr(target, dying)
    else:
        monkeypatch.setattr(owner, step, dying)


@long
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("step", "kind"), STEPS)
@pytest.mark.parametrize("then", ["post", "rotate"])
def test_killed_at_any_step_the_home_works_and_can_repeat(
    step: str, kind: str, after: bool, then: str, ann: Ann, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.post("before")
    with monkeypatch.context() as patch:
        kill(patch, step, kind, after=after)
        with pytest.raises(Killed):
            ann.rotate()
    assert ann.texts() == ["before"]
    if then == "post":
        ann.post("at once")
    if ann.account() == ann.key(0) or ann.home.next_keys.exists():
        assert ann.rotate().old == ann.key(0)
    ann.post("after")
    assert ann.account() == ann.key(1), "one change was asked for, and one was made"
    assert ann.texts() == ["before", *(["at once"] if then == "post" else []), "after"]
    keystore = read_keystore(ann.home.keys)
    assert keystore.account.public == ann.key(1)
    with open_home(ann.home) as store:
        own = store.own_feed()
        assert own is not None
        assert own.feed == keystore.feed.public
        assert account_profile(store, ann.key(1)).profile.name == "Ann"
        assert devices(store)[-1].label == "desk"
        assert [state.forked_at for state in store.feeds_carried()] == [None, None]
        assert store.check(None, lambda _: None).errors == ()
    assert not ann.home.next_keys.exists()


@pytest.mark.parametrize("step", ["declare", "add_own", "publish"])
def test_a_move_that_nothing_ends_would_leave_a_broken_home(
    step: str, ann: Ann, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: what signs next does not look for the next keys."""
    with monkeypatch.context() as patch:
        kill(patch, step, "store", after=True)
        with pytest.raises(Killed):
            ann.rotate()
    monkeypatch.setattr(Author, "_follow_account", lambda _: None)
    with pytest.raises(StoreError):
        ann.post("at once")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("step", "times"), [("write", 1), ("write", 2), ("replace", 1)])
@pytest.mark.parametrize("then", ["erase", "rotate"])
def test_killed_at_any_step_the_letters_can_be_read(
    step: str, times: int, after: bool, then: str, ann: Ann, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = _letters(ann)
    letters.put("message", b"1", b"hello")
    letters.close()
    with monkeypatch.context() as patch:
        _kill_at(patch, step, times, after=after)
        with pytest.raises(Killed):
            ann.rotate()
    letters = _letters(ann)
    assert letters.get("message", b"1") == b"hello"
    if then == "erase":
        assert letters.erase()
    letters.close()
    if ann.home.next_keys.exists():
        assert ann.rotate().old == ann.key(0)
    assert ann.account() == ann.key(1)
    letters = _letters(ann)
    assert letters.get("message", b"1") == b"hello" and letters.erase()
    letters.close()


def test_letters_that_were_lost_before_do_not_stop_a_rotation(ann: Ann) -> None:
    _letters(ann).close()
    ann.home.letter_keys.write_bytes(b"damaged")
    ann.rotate()
    assert ann.account() == ann.key(1)


def _letters(ann: Ann) -> SealedRecords:
    return open_letters(ann.home, read_keystore(ann.home.keys).feed.seed)


def _kill_at(monkeypatch: pytest.MonkeyPatch, step: str, times: int, *, after: bool) -> None:
    from sayso_node.home import letter_keys

    owner, name = (letter_keys, "write_secret") if step == "write" else (Path, "replace")
    real, left = getattr(owner, name), times

    def dying(*args: Any, **more: Any) -> object:
        nonlocal left
        path = args[0]
        is_meant = step == "write" or path.name == "keys.next.json"
        left -= is_meant
        if is_meant and left == 0 and not after:
            raise Killed
        done = real(*args, **more)
        if is_meant and left == 0:
            raise Killed
        return done

    monkeypatch.setattr(owner, name, dying)
