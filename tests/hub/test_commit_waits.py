"""Commits that wait for a standby, sessions that are lost, and a holder of the lock that hangs: on
a real server, whose standby is one that never comes until it is no longer asked for."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDone
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long
from tests.storage import postgres_server
from tests.storage.makers import NOW_MS, Author, author, posts

from sayso_protocol.feed.run import Run
from sayso_storage.interface.errors import AlreadyHeld
from sayso_storage.interface.store import Store

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(bool(postgres_server.why_not()), reason=str(postgres_server.why_not())),
]

if not postgres_server.why_not():
    import psycopg

    from sayso_storage.postgres import open_store
    from sayso_storage.postgres.server import lock_holder
    from sayso_storage.postgres.server.database import Database
    from sayso_storage.postgres.server.errors import CommitUnsure

    from .cluster import until

WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
MOMENT = 0.7
"""Seconds after which a commit that has not returned is one that waits."""

HANG = """
import os, signal, sys
from sayso_storage.postgres.server.database import Database
with Database(sys.argv[1]).writing() as db:
    with db.cursor().copy("COPY sources (peer) FROM STDIN") as copy:
        copy.write_row(("x" * 70000,))
        print("held", flush=True)
        os.kill(os.getpid(), signal.SIGSTOP)
"""


class Hub:
    """A server, and whoever looks after it."""

    def __init__(self, server: postgres_server.Server) -> None:
        self.server = server
        self.url = server.url

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as db:
            db.execute("SET synchronous_commit = local")
            cursor = db.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def wait_for(self, standby: str) -> None:
        """Have commits wait for a standby of that name; for none where it is empty."""
        self.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{standby}'")
        self.ask("SELECT pg_reload_conf()")
        until(lambda: self.ask("SHOW synchronous_standby_names") == [(standby,)])
        time.sleep(0.2)  # for the sessions there are, which read it before their next statement

    def cancel_wait(self) -> None:
        """Cut a commit's wait short, as an operator may."""
        until(lambda: self.ask(WAITING))
        for (process,) in self.ask(WAITING):
            self.ask(f"SELECT pg_cancel_backend({process})")


@pytest.fixture
def hub() -> Iterator[Hub]:
    with postgres_server.server() as server:
        one = Hub(server)
        yield one


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


@contextmanager
def two_front_ends(hub: Hub) -> Iterator[tuple[Store, Store]]:
    with open_store(hub.url) as one, open_store(hub.url) as other:
        yield one, other


def subscribe(store: Store) -> Author:
    ann = author(1)
    store.follow(ann.account.public, None, NOW_MS)
    store.add_grant(ann.grant)
    return ann


def waits(future: Future[Any]) -> bool:
    with suppress(NotDone):
        future.result(MOMENT)
        return False
    return True


def appending(pool: ThreadPoolExecutor, store: Store, run: Run) -> Future[list[object]]:
    append: Callable[..., Any] = store.append
    return pool.submit(append, [run], NOW_MS)


@long
def test_a_wait_that_was_cut_short_is_waited_again(hub: Hub, pool: ThreadPoolExecutor) -> None:
    with two_front_ends(hub) as (store, other):
        ann = subscribe(store)
        run = posts(ann, 3)
        hub.wait_for("nobody")
        first = appending(pool, store, run)
        assert waits(first)
        assert hub.ask("SELECT count(*) FROM entries") == [(0,)]
        hub.cancel_wait()
        until(lambda: hub.ask("SELECT count(*) FROM entries") == [(3,)])  # seen, and not safe
        assert waits(first)
        second = appending(pool, other, run)
        assert waits(second)
        hub.wait_for("")
        (taken,) = first.result(10)
        assert isinstance(taken, AlreadyHeld)
        assert isinstance(second.result(10)[0], AlreadyHeld)


@long
def test_a_commit_whose_wait_was_cut_short_is_no_success(
    hub: Hub, pool: ThreadPoolExecutor
) -> None:
    def write(database: Database) -> None:
        with database.writing() as db:
            db.run("INSERT INTO sources (peer) VALUES ('x')")

    database = Database(hub.url)
    hub.wait_for("nobody")
    written = pool.submit(write, database)
    hub.cancel_wait()
    with pytest.raises(CommitUnsure):
        written.result(10)
    hub.wait_for("")
    database.close()


@long
def test_an_interrupt_leaves_a_commit_that_waits(hub: Hub, pool: ThreadPoolExecutor) -> None:
    with open_store(hub.url) as store:
        run = posts(subscribe(store), 3)
        hub.wait_for("nobody")
        future = appending(pool, store, run)
        until(lambda: hub.ask(WAITING))
        store.interrupt()
        assert waits(future)
        assert hub.ask("SELECT count(*) FROM entries") == [(0,)]
        hub.wait_for("")
        assert isinstance(future.result(10)[0], Run)


@long
def test_a_server_that_starts_anew_is_found_again(hub: Hub) -> None:
    with open_store(hub.url) as store:
        ann = subscribe(store)
        run = posts(ann, 3)
        store.append([run], NOW_MS)
        for number in (signal.SIGINT, signal.SIGQUIT):
            hub.server.stop(number)
            hub.server.start()
            assert store.counts().entries == 3
            assert isinstance(store.append([run], NOW_MS)[0], AlreadyHeld)


@long
def test_runs_wait_for_a_server_that_is_away(hub: Hub, pool: ThreadPoolExecutor) -> None:
    with open_store(hub.url) as store:
        run = posts(subscribe(store), 3)
        hub.server.stop()
        future = appending(pool, store, run)
        assert waits(future)
        hub.server.start()
        assert isinstance(future.result(10)[0], Run)


@long
def test_whoever_hangs_with_the_lock_is_ended(hub: Hub, tmp_path: Path) -> None:
    with open_store(hub.url) as store:
        run = posts(subscribe(store), 3)
        hanging = subprocess.Popen([sys.executable, "-c", HANG, hub.url], stdout=subprocess.PIPE)
        try:
            assert hanging.stdout is not None
            assert hanging.stdout.readline() == b"held\n"
            began = time.monotonic()
            assert isinstance(store.append([run], NOW_MS)[0], Run)
            assert time.monotonic() - began < lock_holder.SILENT_SECONDS + 5
        finally:
            hanging.kill()
            hanging.wait(timeout=30)
            if hanging.stdout is not None:
                hanging.stdout.close()
        assert hub.ask("SELECT count(*) FROM sources") == [(0,)]


@long
def test_whoever_works_long_with_the_lock_is_left(hub: Hub, pool: ThreadPoolExecutor) -> None:
    """Longer than one that is silent would be left, with a word now and then."""
    with two_front_ends(hub) as (store, other):
        run = posts(subscribe(store), 3)
        database = Database(hub.url)
        with database.writing() as db:
            future = appending(pool, other, run)
            end = time.monotonic() + lock_holder.SILENT_SECONDS + 3
            while time.monotonic() < end:
                time.sleep(0.5)
                db.run("SELECT 1")
        database.close()
        assert isinstance(future.result(10)[0], Run)
