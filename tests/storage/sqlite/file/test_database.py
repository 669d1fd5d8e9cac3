"""Opening a store file: new, old, foreign, damaged, forbidden, migrated."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from tests.budget import long

from sayso_storage.interface.store import StoreDamaged, StoreError, StoreTooNew
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.file import database, migrate, store_file

from ...makers import NOW_MS, author, posts

ANNA, BERT = author(1), author(2)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def pragma(path: Path, name: str) -> object:
    with sqlite3.connect(path) as db:
        return db.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_store_belongs_to_its_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        with open_store(path) as store:
            store.follow(ANNA.account.public, None, NOW_MS)
            files = {file.name: mode(file) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert mode(path.parent) == 0o700
    assert files == dict.fromkeys(
        ["store.db", "store.db-wal", "store.db-shm", "store.db-turn"], 0o600
    )


def test_a_store_remembers(path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([posts(ANNA, 3)], NOW_MS)
        epoch, entries = store.epoch, store.arrived_after(0)
    with open_store(path) as store:
        assert (store.epoch, store.arrived_after(0)) == (epoch, entries)
        assert store.counts().bytes >= path.stat().st_size
    assert pragma(path, "application_id") == migrate.APPLICATION_ID
    assert pragma(path, "user_version") == migrate.VERSION
    assert pragma(path, "page_size") == database.PAGE_SIZE


def test_every_new_store_has_an_epoch_of_its_own(tmp_path: Path) -> None:
    with open_store(tmp_path / "a") as one, open_store(tmp_path / "b") as other:
        assert one.epoch != other.epoch


def test_the_database_copied_without_its_log_opens_clean(path: Path, tmp_path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([posts(ANNA, 3)], NOW_MS)
        shutil.copy(path, tmp_path / "copy.db")
    with open_store(tmp_path / "copy.db") as copy:
        assert copy.check(None, lambda _: None).errors == ()


# --- not a store ----------------------------------------------------------------------------


@pytest.mark.parametrize("garbage", [b"not a database" * 100, b"\x00" * 5000, b"x"])
def test_a_file_of_something_else_is_left_alone(path: Path, garbage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(garbage)
    with pytest.raises(StoreDamaged, match="not a sayso store"):
        open_store(path)
    assert path.read_bytes() == garbage


def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match="not a sayso store"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_store_of_a_later_version_is_left_alone(path: Path) -> None:
    open_store(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {migrate.VERSION + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreTooNew, match="install the newer sayso"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_truncated_store_is_damaged(path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([posts(ANNA, 200)], NOW_MS)
    path.write_bytes(path.read_bytes()[: 5 * database.PAGE_SIZE + 100])
    with pytest.raises(StoreDamaged), open_store(path) as store:
        store.arrived_after(0)


@long
@pytest.mark.parametrize("size", [None, 0, 1, 511, 512, 4096, 8192, 40_000])
def test_a_store_that_is_lost_is_never_made_anew(path: Path, size: int | None) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([posts(ANNA, 200)], NOW_MS)
    if size is None:
        path.unlink()
    else:
        os.truncate(path, size)
    with (
        pytest.raises(StoreDamaged, match="restore BACKUP"),
        open_store(path, must_exist=True) as store,
    ):
        store.arrived_after(0)
    assert (path.stat().st_size if path.exists() else None) == size


def test_a_folder_or_a_link_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "file").touch()
    for name in ("folder", "link"):
        with pytest.raises(StoreError, match="not a file"):
            open_store(tmp_path / name)
    with pytest.raises(StoreError, match="cannot make"):
        open_store(tmp_path / "file" / "store.db")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_what_may_not_be_written_is_said(path: Path) -> None:
    open_store(path).close()
    for target, bits in ((path, 0o400), (path.parent, 0o500)):
        target.chmod(bits)
        with pytest.raises(StoreError, match="writable"):
            open_store(path)
        target.chmod(0o700)


def test_a_folder_that_refuses_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for root, to whom the system refuses nothing."""
    open_store(path).close()
    monkeypatch.setattr(store_file, "_may", lambda *_: False)
    with pytest.raises(StoreError, match="belong to you"):
        open_store(path)


def test_a_write_that_the_system_refuses_is_said(path: Path) -> None:
    with open_store(path) as store:
        store._database._writer.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="writable"):
            store.follow(ANNA.account.public, None, NOW_MS)


def test_an_old_sqlite_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(StoreError, match=r"3\.37"):
        open_store(path)
    assert not path.exists()


def test_a_planted_trigger_cannot_call_functions(path: Path) -> None:
    with open_store(path) as store:
        (trusted,) = store._database._writer.execute("PRAGMA trusted_schema").fetchone()
        assert trusted == 0
        with store._database.reading() as db:
            assert db.execute("PRAGMA trusted_schema").fetchone() == (0,)
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                db.execute("DELETE FROM accounts")


# --- migrations -----------------------------------------------------------------------------
