"""A full disk: told, nothing lost, usable again when there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso_protocol.content.body import Post
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import FeedState, StoreFull, TimelineQuery
from sayso_storage.sqlite import SqliteStore, open_store

from ...makers import NOW_MS, author, part, run_of

ANNA, BERT = author(1), author(2)


def publish(store: SqliteStore, text: str) -> Run:
    def make(state: FeedState) -> Run:
        top = state.held[-1] if state.held else None
        return run_of(ANNA, [Post(text)], first=state.head + 1, previous=top and top.top)

    return store.publish(make, NOW_MS)


def owned(path: Path) -> SqliteStore:
    store = open_store(path)
    store.add_own(ANNA.grant, NOW_MS)
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    return store


def large(count: int) -> Run:
    return run_of(BERT, [Post(f"{n}" + "x" * 4000) for n in range(count)])


def test_a_limit_of_pages(path: Path) -> None:
    """SQLite's error of a full disk, without one."""
    store = owned(path)
    kept = publish(store, "before")
    db = store._database._writer
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(StoreFull, match="make room"):
        store.append([large(60)], NOW_MS)
    assert store.counts().entries == 1
    assert store.feed(BERT.feed.public).held == ()  # type: ignore[union-attr]
    db.execute("PRAGMA max_page_count = 1000000")
    assert store.append([large(60)], NOW_MS)[0].__class__ is Run
    assert publish(store, "after").previous == kept.tip
    assert store.check(None, lambda _: None).errors == ()
    store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    store = owned(small_disk / "store.db")
    told = [publish(store, "first").tip]
    ballast = small_disk / "ballast"
    fill(ballast)
    with pytest.raises(StoreFull):
        for number in range(200):
            told.append(publish(store, f"{number} " + "x" * 3000).tip)
    with pytest.raises(StoreFull):
        store.append([large(60)], NOW_MS)
    assert [entry.id for entry in store.arrived_after(0)] == told
    assert len(store.timeline(TimelineQuery())) == min(len(told), 50)
    ballast.unlink()
    told.append(publish(store, "room again").tip)
    store.append([part(large(60), 1, 20)], NOW_MS)
    store.close()
    store = open_store(small_disk / "store.db")
    assert [entry.id for entry in store.arrived_after(0, limit=len(told))] == told
    assert store.check(None, lambda _: None).errors == ()
    store.close()


def test_a_disk_that_is_full_when_the_store_is_opened(small_disk: Path) -> None:
    store = owned(small_disk / "store.db")
    tip = publish(store, "first").tip
    store.close()
    fill(small_disk / "ballast")
    with pytest.raises(StoreFull), open_store(small_disk / "store.db") as store:
        store.append([large(60)], NOW_MS)
    (small_disk / "ballast").unlink()
    with open_store(small_disk / "store.db") as store:
        assert store.entry(tip) is not None


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
