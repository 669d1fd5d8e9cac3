"""After a power cut at any call each of the owner's files is the old one or the new one, whole."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from tests.budget import long, some

from sayso_node.accounts.author import Author
from sayso_node.accounts.creation import create_account
from sayso_node.accounts.devices.enrolment import request_enrolment
from sayso_node.accounts.devices.pending_device import add_pending_device
from sayso_node.accounts.rotation import rotate
from sayso_node.accounts.unfinished import remove_unfinished
from sayso_node.home.atomic_file import STALE_SECONDS, remove_drafts
from sayso_node.home.cache import cached
from sayso_node.home.directory import Home
from sayso_node.home.keystore import Keystore, read_keystore, write_keystore
from sayso_node.home.open_store import open_home
from sayso_node.home.owner_file import replace_owner_file
from sayso_node.home.secret_file import write_secret
from sayso_protocol.content.body import Post

from .powercut import DiskLog, watched

Patch = pytest.MonkeyPatch
IMAGES = 30
"""Pictures of each point."""


def keystore(number: int) -> Keystore:
    return Keystore(bytes([number]) * 32, bytes([number + 1]) * 32, bytes(32))


def remember(path: Path, number: int) -> None:
    digest = bytes([number]) * 16
    cached(path, digest, lambda: b"x" * 900 * number, lambda one: one, lambda one: one)


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "secret": lambda path, n: write_secret(path, f"secret {n}".encode() * 99, replace=True),
    "owner": lambda path, n: replace_owner_file(path, f"# rules {n}\n".encode() * 99),
    "cache": remember,
}
"""Ways in which a file is replaced."""


def cut(log: DiskLog, folder: Path, check: Callable[[Path], None]) -> int:
    """Check the folder after each of many cuts; gives how many different pictures there were."""
    seen = set()
    for point in range(len(log.calls)):
        for seed in range(IMAGES):
            image = log.image(point, Random(1000 * point + seed))
            seen.add(tuple(sorted(image.items())))
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            for name, data in image.items():
                (folder / name).write_bytes(data)
                (folder / name).chmod(0o600)
            check(folder)
    return len(seen)


@long
@pytest.mark.parametrize("how", WRITERS)
@pytest.mark.parametrize("is_new", [True, False])
def test_a_file_is_the_old_or_the_new_one(
    tmp_path: Path, monkeypatch: Patch, how: str, is_new: bool
) -> None:
    live = tmp_path / "live"
    live.mkdir()
    path = live / "file"
    versions: list[bytes | None] = [None]
    if not is_new:
        WRITERS[how](path, 1)
        versions = [path.read_bytes()]
    with watched(live, monkeypatch) as log:
        WRITERS[how](path, 2)
    new = path.read_bytes()
    versions.append(new)
    found: list[bytes | None] = []

    def check(folder: Path) -> None:
        target = folder / "file"
        found.append(target.read_bytes() if target.exists() else None)
        assert found[-1] in versions
        drafts = [one.name for one in folder.iterdir() if one.name != "file"]
        assert all(one.startswith(".file.") for one in drafts)
        for one in drafts:
            old = time.time() - STALE_SECONDS - 1
            os.utime(folder / one, (old, old))
        remove_drafts(folder, "file")
        assert [one.name for one in folder.iterdir() if one.name != "file"] == []

    assert cut(log, tmp_path / "image", check) >= 3
    assert set(versions) == set(found)
    assert log.image(len(log.calls) - 1, Random(1))["file"] == new


def test_the_control_loses(tmp_path: Path, monkeypatch: Patch) -> None:
    """Where nothing is synced a file may be empty, and both versions gone."""
    live = tmp_path / "live"
    live.mkdir()
    write_secret(live / "file", b"old", replace=True)
    with watched(live, monkeypatch, syncs=False) as log:
        write_secret(live / "file", b"new and longer", replace=True)
    found = set()

    def check(folder: Path) -> None:
        found.add((folder / "file").read_bytes())

    cut(log, tmp_path / "image", check)
    assert b"" in found


def test_keys_are_whole_or_not_there(tmp_path: Path, monkeypatch: Patch) -> None:
    live = tmp_path / "live"
    live.mkdir()
    with watched(live, monkeypatch) as log:
        write_keystore(live / "keys.json", keystore(1), b"a passphrase")

    def check(folder: Path) -> None:
        path = folder / "keys.json"
        if path.exists():
            assert "sealed" in json.loads(path.read_bytes())

    cut(log, tmp_path / "image", check)
    assert read_keystore(live / "keys.json", b"a passphrase") == keystore(1)


@long
def test_a_request_is_whole_or_can_be_made_again(tmp_path: Path, monkeypatch: Patch) -> None:
    home = Home(tmp_path / "new")
    home.prepare()
    with watched(home.path, monkeypatch) as log:
        asked = request_enrolment(home, "phone", None)

    def check(folder: Path) -> None:
        is_there = (folder / "request.json").exists()
        again = request_enrolment(Home(folder), "phone", None)
        assert (again.feed == asked.feed) is is_there

    cut(log, tmp_path / "image", check)


@pytest.fixture
def made(tmp_path: Path) -> tuple[Home, str]:
    home = Home(tmp_path / "home")
    return home, create_account(home, "Ann", None)[1]


@long
def test_pending_devices_are_the_old_or_the_new_ones(
    made: tuple[Home, str], tmp_path: Path, monkeypatch: Patch
) -> None:
    home, _ = made
    with open_home(home) as store:
        account = store.own_feed().account  # type: ignore[union-attr]
        first, second = (read_keystore(home.keys).feed.public, account)
        write_secret(home.pending_devices, b"[]")
        with watched(home.path, monkeypatch) as log:
            add_pending_device(home, store, account, second, "phone")
    assert first != second

    def check(folder: Path) -> None:
        rows = json.loads((folder / home.pending_devices.name).read_bytes())
        assert len(rows) in (0, 1)

    cut(log, tmp_path / "image", check)


@long
@pytest.mark.parametrize("seed", some(range(6), 2))
def test_a_home_works_after_a_cut_while_its_keys_change(
    made: tuple[Home, str], tmp_path: Path, monkeypatch: Patch, seed: int
) -> None:
    """The store is that of the same moment: SQLite's part is shown elsewhere."""
    home, phrase = made
    with open_home(home) as store, watched(home.path, monkeypatch) as log:
        rotate(home, store, phrase, None, None)
    names = {home.keys.name, home.next_keys.name, home.node_key.name}
    for point in range(len(log.calls)):
        kept = {k: v for k, v in log.contents[point].items() if k.startswith("store.sqlite")}
        image = log.image(point, Random(seed))
        folder = tmp_path / f"image{point}"
        folder.mkdir(mode=0o700)
        for name, data in (kept | {k: v for k, v in image.items() if k in names}).items():
            if not name.endswith("-shm"):
                (folder / name).write_bytes(data)
                (folder / name).chmod(0o600)
        again = Home(folder)
        with open_home(again) as store:
            before = store.own_feed()
            Author(again, store).publish([Post("after the cut")])
            if before is not None and store.successor(before.account) is None:
                rotate(again, store, phrase, None, None)
            Author(again, store).publish([Post("and on")])
            assert store.check(None, lambda _: None).errors == ()
        assert not again.next_keys.exists()


def test_what_was_never_announced_is_removed_when_it_is_old(made: tuple[Home, str]) -> None:
    home, phrase = made
    (home.path / ".new").mkdir()
    (home.path / ".new" / "keys.json").write_bytes(b"")
    write_keystore(home.next_keys, keystore(1), None)
    with open_home(home) as store:
        remove_unfinished(home, store)
        assert home.next_keys.exists(), "a rotation may be at work just now"
        assert not (home.path / ".new").exists()
        old = time.time() - STALE_SECONDS - 1
        os.utime(home.next_keys, (old, old))
        remove_unfinished(home, store)
        assert not home.next_keys.exists()
        rotate(home, store, phrase, None, None)
        Author(home, store).publish([Post("under the next key")])


def test_only_own_old_drafts_are_removed(tmp_path: Path) -> None:
    old = time.time() - STALE_SECONDS - 1
    keep = [".keys.json.12345678", ".keys.json.1234567", ".keys.json.1234567g", ".other.12345678"]
    keep += ["keys.json.87654321", ".keys.json.ABCDEF01", ".keys.json."]
    for name in [*keep, ".keys.json.0badcafe", ".views.toml.00000000"]:
        (tmp_path / name).write_text("x")
        if name != keep[0]:
            os.utime(tmp_path / name, (old, old))
    (tmp_path / ".keys.json.11111111").symlink_to(tmp_path / "x")
    (tmp_path / ".keys.json.22222222").mkdir()
    remove_drafts(tmp_path, "keys.json", "views.toml")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*keep, ".keys.json.11111111", ".keys.json.22222222"}
