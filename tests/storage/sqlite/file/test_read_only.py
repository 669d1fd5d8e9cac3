"""What cannot be written can be read, whole, and says so."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso_storage.interface.errors import StoreFull, StoreUnwritable
from sayso_storage.interface.store import Store, StoreDamaged, StoreError, TimelineQuery
from sayso_storage.search.query import Phrase, SearchQuery
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.store import open_for_reading

from ...makers import NOW_MS, author, part, posts

ANNA, BERT = author(1), author(2)
RUN = posts(BERT, 30)
WHY = StoreUnwritable("the medium is read-only")
POST = SearchQuery(((Phrase(("post",), False),),), ())


def fill(store: Store, first: int, last: int) -> None:
    store.follow(BERT.account.public, "bert", NOW_MS)
    store.add_grant(BERT.grant)
    store.append([part(RUN, first, last)], NOW_MS)


def seen(store: Store) -> object:
    """What reading gives."""
    return (
        store.timeline(TimelineQuery(limit=100)),
        store.search(POST, TimelineQuery(limit=100)),
        store.feeds_carried(),
        store.subscriptions(),
        store.load(BERT.feed.public, 1, 30).bodies,  # type: ignore[union-attr]
        store.notifications(),
        store.counts().entries,
        store.check(None, lambda _: None).errors,
    )


def left_by_a_crash(path: Path, folder: Path, *, without: str = "") -> tuple[Path, object]:
    """The files of a store in which half of the entries are in the log alone."""
    with open_store(path) as store:
        fill(store, 1, 15)
        store.index_words()
    with open_store(path) as store:
        store.append([part(RUN, 16, 30)], NOW_MS)
        folder.mkdir()
        for file in path.parent.iterdir():
            if not (without and file.name.endswith(without)):
                shutil.copy(file, folder / file.name)
        return folder / path.name, seen(store)


@pytest.mark.parametrize("indexed", [True, False])
def test_a_clean_store_is_read(path: Path, indexed: bool) -> None:
    with open_store(path) as store:
        fill(store, 1, 30)
        if indexed:
            store.index_words()
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    with open_for_reading(path, WHY) as reading:
        found = seen(reading)
        assert reading.unwritable == str(WHY)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before
    with open_store(path) as store:
        assert found == seen(store)
        assert store.unwritable is None


@pytest.mark.parametrize("without", ["", "-shm"])
def test_what_is_in_the_log_alone_is_read_too(path: Path, tmp_path: Path, without: str) -> None:
    left, wanted = left_by_a_crash(path, tmp_path / "left", without=without)
    with open_for_reading(left, WHY) as store:
        found = seen(store)
    assert found == wanted


def test_a_copy_for_which_there_is_no_room_is_no_stale_read(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, _ = left_by_a_crash(path, tmp_path / "left", without="-shm")
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    full = tmp_path / "full"
    full.mkdir()
    monkeypatch.setattr("tempfile.mkdtemp", lambda **_: str(full))
    (full / "store.db-wal").symlink_to("/dev/full")
    with pytest.raises(StoreError, match="TMPDIR"):
        open_for_reading(left, WHY)
    assert not full.exists()


def test_writes_say_why_they_are_refused(path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        fill(store, 1, 3)
    for why in (WHY, StoreFull("no space left")):
        with open_for_reading(path, why) as store:
            for write in (
                lambda store=store: store.follow(ANNA.account.public, None, NOW_MS),
                lambda store=store: store.append([RUN], NOW_MS),
                lambda store=store: store.publish(lambda _: RUN, NOW_MS),
                lambda store=store: store.add_grant(BERT.grant),
                lambda store=store: store.unfollow(BERT.account.public),
                lambda store=store: store.forget_words(),
            ):
                with pytest.raises(type(why), match=str(why)):
                    write()


def test_a_file_that_changes_meanwhile_is_told(path: Path) -> None:
    with open_store(path) as store:
        fill(store, 1, 3)
    reading = open_for_reading(path, WHY)
    assert reading.counts().entries == 3
    with open_store(path) as store:
        store.append([part(RUN, 4, 30)], NOW_MS)
    with pytest.raises(StoreError, match="changed while it was read"):
        reading.close()
    reading.close()


def test_an_older_store_is_not_misread(path: Path) -> None:
    open_store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 5")
    db.close()
    with pytest.raises(StoreError, match="older sayso"):
        open_for_reading(path, WHY)
    path.write_bytes(b"no store at all" * 1000)
    with pytest.raises(StoreDamaged):
        open_for_reading(path, WHY)


@pytest.fixture
def medium(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 8 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    folder = tmp_path / "medium"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("without", [None, "", "-shm"])
def test_a_read_only_file_system(medium: Path, path: Path, without: str | None) -> None:
    if without is None:
        with open_store(path) as store:
            fill(store, 1, 30)
            wanted = seen(store)
        place = medium / "clean"
        shutil.copytree(path.parent, place)
        left = place / path.name
    else:
        left, wanted = left_by_a_crash(path, medium / "left", without=without)
    subprocess.run(["mount", "-o", "remount,ro", str(medium)], check=True)
    with pytest.raises(StoreUnwritable) as why:
        open_store(left, must_exist=True)
    with open_for_reading(left, why.value) as store:
        assert seen(store) == wanted


def test_a_full_file_system(medium: Path, path: Path) -> None:
    with open_store(path) as store:
        fill(store, 1, 30)
        wanted = seen(store)
    shutil.copytree(path.parent, medium / "full")
    ballast = medium / "ballast"
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="space"):
        while True:
            file.write(b"x" * 4096)
    left = medium / "full" / path.name
    with pytest.raises(StoreFull) as why:
        open_store(left, must_exist=True).follow(ANNA.account.public, None, NOW_MS)
    with open_for_reading(left, why.value) as store:
        assert seen(store) == wanted
