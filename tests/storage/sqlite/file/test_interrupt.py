"""What a store does is given up when it is told to: waits, writes and reads."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sayso_storage.interface.store import Store, StoreInterrupted
from sayso_storage.sqlite import SqliteStore, open_store

from ...makers import NOW_MS, author, posts

ANNA = author(1)
ENDLESS = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


@contextmanager
def begun(work: Callable[[], object]) -> Iterator[list[BaseException | None]]:
    """Work in another thread, and how it ended."""
    ended: list[BaseException | None] = []

    def run() -> None:
        try:
            work()
            ended.append(None)
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.1)
    assert ended == []
    yield ended
    thread.join(60)
    assert not thread.is_alive()


def interrupt_until(store: Store, ended: list[BaseException | None]) -> None:
    until = time.monotonic() + 60
    while not ended and time.monotonic() < until:
        store.interrupt()
        time.sleep(0.01)


def read_for_ever(store: SqliteStore) -> None:
    with store._database.reading() as db:
        db.execute(ENDLESS).fetchone()


def write_for_ever(store: SqliteStore) -> None:
    with store._database.writing(durable=False) as db:
        db.execute("INSERT INTO sources (peer) VALUES ('half')")
        db.execute(ENDLESS).fetchone()


def write_row_by_row(store: SqliteStore) -> None:
    """Statements that are each done at once, and more time between them than in them."""
    with store._database.writing(durable=False) as db:
        number = 0
        while True:
            number += 1
            db.execute("INSERT INTO sources (peer) VALUES (?)", (f"half {number}",))
            sum(range(500))


@pytest.mark.parametrize("work", [read_for_ever, write_for_ever, write_row_by_row])
def test_what_is_being_done_is_given_up(
    sqlite: SqliteStore, path: Path, work: Callable[[SqliteStore], None]
) -> None:
    with begun(lambda: work(sqlite)) as ended:
        interrupt_until(sqlite, ended)
    assert isinstance(ended[0], StoreInterrupted)
    sqlite.close()
    with open_store(path) as again, again._database.reading() as db:
        assert db.execute("SELECT count(*) FROM sources").fetchone() == (0,)


def test_small_statements_are_given_up_though_none_runs_when_it_is_told(
    sqlite: SqliteStore,
) -> None:
    with (
        pytest.raises(StoreInterrupted),
        sqlite._database.writing(durable=False) as db,
    ):
        sqlite.interrupt()
        for number in range(10_000):
            db.execute("INSERT INTO sources (peer) VALUES (?)", (f"half {number}",))


@pytest.mark.parametrize("background", [False, True])
def test_a_wait_for_another_program_is_given_up(
    sqlite: SqliteStore, path: Path, background: bool
) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def write() -> None:
        with sqlite._database.writing(durable=False, background=background):
            pass

    with begun(write) as ended:
        began = time.monotonic()
        interrupt_until(sqlite, ended)
    assert isinstance(ended[0], StoreInterrupted)
    assert time.monotonic() - began < 60
    other.execute("ROLLBACK")
    other.close()


def test_nothing_is_begun_any_more_and_all_that_was_committed_is_there(
    sqlite: SqliteStore, path: Path
) -> None:
    sqlite.add_own(ANNA.grant, NOW_MS)
    sqlite.append([posts(ANNA, 10)], NOW_MS)
    sqlite.interrupt()
    for work in (sqlite.counts, sqlite.last_arrival, lambda: sqlite.follow(bytes(32), None, 1)):
        with pytest.raises(StoreInterrupted, match="the node stops"):
            work()
    sqlite.close()
    sqlite.interrupt()  # whoever counts down does not know
    with open_store(path) as again:
        assert again.counts().entries == 10
