"""Many entries that are read together are as each alone, damaged ones among them too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sayso_storage.interface.store import StoredEntry
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.sql import checksum
from sayso_storage.sqlite.tables import entry_rows

from ...makers import NOW_MS, author, posts

ANN, BEN = author(1), author(2)


@pytest.fixture
def filled(path: Path) -> Path:
    with open_store(path) as store:
        for who in (ANN, BEN):
            store.follow(who.account.public, None, NOW_MS)
            store.add_grant(who.grant)
        store.append([posts(ANN, 6), posts(BEN, 5)], NOW_MS)
    return path


def rot(path: Path, change: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        checksum.install(db)
        db.execute(change)
        db.commit()


def read(path: Path) -> list[StoredEntry]:
    with open_store(path) as store:
        return store.arrived_after(0, 100)


def test_sound_entries_are_what_each_is_alone(filled: Path) -> None:
    columns, joined = entry_rows.LONG_COLUMNS, entry_rows.JOINED
    with closing(sqlite3.connect(filled)) as db:
        rows = db.execute(f"{columns} FROM entries e {joined} ORDER BY e.arrival").fetchall()
        alone = [entry_rows.long_entry_of(db, row) for row in rows]
        assert entry_rows.long_entries_of(db, rows) == alone
    assert read(filled) == alone and len(alone) == 11
    assert all(entry.body is not None for entry in alone)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET body = x'00' WHERE arrival = 4",
        "UPDATE entries SET body = NULL WHERE arrival = 4",
        "UPDATE entries SET time_ms = time_ms + 1 WHERE arrival = 4",
        "UPDATE entries SET time_ms = -1 WHERE arrival = 4",
        "UPDATE entries SET signature = zeroblob(64) WHERE arrival = 4",
    ],
)
def test_of_many_only_the_damaged_one_loses_its_body(filled: Path, change: str) -> None:
    before = read(filled)
    rot(filled, change)
    after = read(filled)
    assert [entry.arrival for entry in after if entry.body is None] == [4]
    assert [one for one in after if one.arrival != 4] == [one for one in before if one.arrival != 4]
