"""Secrets on full disks and in odd files: whole or not there, and a clear refusal."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account
from sayso_node.accounts.devices.enrolment import request_enrolment
from sayso_node.accounts.rotation import rotate
from sayso_node.errors import HomeError
from sayso_node.home import atomic_file
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.home.secret_file import read_secret, write_secret
from sayso_protocol.content.body import Post

Patch = pytest.MonkeyPatch


def full_disk(patch: Patch, *, calls_before: int = 0) -> None:
    """Let the disk be full from one sync on; what was written before it is there."""
    left = iter([True] * calls_before)
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        if not next(left, False):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    patch.setattr(atomic_file.os, "fsync", fsync)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("replace", [False, True])
def test_a_full_disk_leaves_no_part_of_a_file(
    tmp_path: Path, monkeypatch: Patch, replace: bool
) -> None:
    path = tmp_path / "secret"
    if replace:
        write_secret(path, b"old")
    with monkeypatch.context() as patch:
        full_disk(patch)
        with pytest.raises(HomeError, match="No space left"):
            write_secret(path, b"new", replace=replace)
    assert names_in(tmp_path) == ({"secret"} if replace else set())
    if replace:
        assert read_secret(path) == b"old"
    write_secret(path, b"new", replace=replace)
    assert read_secret(path) == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    write_secret(tmp_path / "secret", b"old")
    with pytest.raises(HomeError, match="exists"):
        write_secret(tmp_path / "secret", b"new")
    assert read_secret(tmp_path / "secret") == b"old"


def pipe(path: Path) -> None:
    os.mkfifo(path, 0o600)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


def link(path: Path) -> None:
    (path.parent / "elsewhere").write_bytes(b"x")
    path.symlink_to(path.parent / "elsewhere")


@pytest.mark.parametrize("make", [pipe, listening, link, Path.mkdir])
def test_only_a_plain_file_is_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "secret")
    with pytest.raises(HomeError, match=r"secret"):
        read_secret(tmp_path / "secret")


def test_whoever_others_can_read_is_refused(tmp_path: Path) -> None:
    write_secret(tmp_path / "secret", b"x")
    (tmp_path / "secret").chmod(0o640)
    with pytest.raises(HomeError, match="chmod 600"):
        read_secret(tmp_path / "secret")


@pytest.fixture
def phrase(tmp_path: Path) -> str:
    return create_account(Home(tmp_path / "home"), "Ann", None)[1]


def post(home: Home, text: str) -> None:
    with open_home(home) as store:
        Author(home, store).publish([Post(text)])


@pytest.mark.parametrize("calls_before", [0, 1])
def test_after_a_rotation_on_a_full_disk_posts_and_rotations_go_on(
    tmp_path: Path, phrase: str, monkeypatch: Patch, calls_before: int
) -> None:
    home = Home(tmp_path / "home")
    with open_home(home) as store, monkeypatch.context() as patch:
        full_disk(patch, calls_before=calls_before)
        with pytest.raises(HomeError, match="No space left"):
            rotate(home, store, phrase, None, None)
    post(home, "after")
    with open_home(home) as store:
        old = store.own_feed()
        rotate(home, store, phrase, None, None)
        assert store.own_feed().account == store.successor(old.account)
    assert not home.next_keys.exists()


def test_an_empty_file_of_next_keys_is_no_rotation(tmp_path: Path, phrase: str) -> None:
    home = Home(tmp_path / "home")
    home.next_keys.touch(0o600)
    post(home, "after")
    with open_home(home) as store:
        rotate(home, store, phrase, None, None)
    assert not home.next_keys.exists()
    post(home, "under the next key")


def test_after_a_request_on_a_full_disk_it_can_be_made_again(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    home = Home(tmp_path / "new")
    with monkeypatch.context() as patch:
        full_disk(patch)
        with pytest.raises(HomeError, match="No space left"):
            request_enrolment(home, "phone", None)
    assert not home.enrolment_request.exists()
    asked = request_enrolment(home, "phone", None)
    assert request_enrolment(home, "phone", None).feed == asked.feed
