"""What a person waits for is written first; what is written in the background is cut by time."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.budget import long

from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.content.body import Post
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import AlreadyHeld, TimelineQuery
from sayso_storage.memory.store import MemoryStore
from sayso_storage.search.query import Phrase, SearchQuery
from sayso_storage.sqlite import SqliteStore, open_store
from sayso_storage.sqlite.file import write_queue
from sayso_storage.sqlite.file.database import Database
from sayso_storage.sqlite.file.write_queue import PATIENCE_SECONDS, WriteQueue
from sayso_storage.sqlite.words import word_index

from ...makers import EPOCH, NOW_MS, author, part, posts, run_of
from .test_processes import start

ANNA, BERT = author(1), author(2)
SOON = PATIENCE_SECONDS / 2

GOES_FIRST = """
import sys
from pathlib import Path
from sayso_storage.sqlite.file.write_queue import WriteQueue
with WriteQueue(Path(sys.argv[1])).announced():
    print(flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_goes_first(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that waits to write for as long as the context lasts."""
    command = [sys.executable, "-c", GOES_FIRST, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


@pytest.fixture
def queue(path: Path) -> Iterator[WriteQueue]:
    path.parent.mkdir()
    queue = WriteQueue(path)
    yield queue
    queue.close()


def seconds_to_give_way(queue: WriteQueue) -> float:
    begin = time.monotonic()
    queue.give_way()
    return time.monotonic() - begin


def test_nobody_waits(queue: WriteQueue) -> None:
    assert not queue.is_wanted()
    assert seconds_to_give_way(queue) < SOON
    assert not queue.turn().is_over()


def test_another_process_goes_first_until_it_ends(queue: WriteQueue, path: Path) -> None:
    with another_goes_first(path) as process:
        assert queue.is_wanted()
        process.kill()
        process.wait()
        assert not queue.is_wanted()


@long
def test_patience_ends(queue: WriteQueue, path: Path) -> None:
    with another_goes_first(path):
        assert PATIENCE_SECONDS <= seconds_to_give_way(queue) < 2 * PATIENCE_SECONDS


def test_another_store_of_this_process_goes_first(queue: WriteQueue, path: Path) -> None:
    other = WriteQueue(path)
    with queue.announced(), queue.announced():
        assert queue.is_wanted()
        assert other.is_wanted()
    assert not other.is_wanted()
    with other.announced():
        assert queue.is_wanted()
    other.close()


def test_without_such_locks_nobody_gives_way(tmp_path: Path) -> None:
    queue = WriteQueue(tmp_path / "missing" / "store.db")
    with queue.announced():
        pass
    assert not queue.is_wanted()
    queue.close()
    assert not queue.is_wanted()


def test_a_link_in_its_place_is_not_followed(path: Path, queue: WriteQueue) -> None:
    (path.parent / "store.db-turn").symlink_to(path.parent / "elsewhere")
    with queue.announced():
        pass
    assert not queue.is_wanted()
    assert not (path.parent / "elsewhere").exists()


@long
@pytest.mark.parametrize("background", [True, False])
def test_only_the_background_waits(path: Path, background: bool) -> None:
    database = Database(path)
    with another_goes_first(path):
        begin = time.monotonic()
        with database.writing(durable=False, background=background):
            took = time.monotonic() - begin
    assert (took > SOON) is background
    database.close()


# --- runs ----------------------------------------------------------------------------------


WHOLE = posts(BERT, 60)


def following(store: SqliteStore | MemoryStore) -> SqliteStore | MemoryStore:
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    return store


@contextmanager
def cut_everywhere(store: SqliteStore) -> Iterator[None]:
    """Let somebody wait all the time, and no time be left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write_queue, "TURN_SECONDS", 0.0)
        patch.setattr(write_queue, "PATIENCE_SECONDS", 0.0)
        with store._database.queue.announced():
            yield


ranges = st.tuples(st.integers(1, 60), st.integers(0, 12)).map(
    lambda of: (of[0], min(of[0] + of[1], 60))
)


@long
@settings(max_examples=20)
@given(st.lists(ranges, min_size=1, max_size=12))
def test_a_batch_that_is_cut_gives_the_same(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[int, int]]
) -> None:
    runs = [part(WHOLE, *cut) for cut in cuts]
    whole = following(MemoryStore(EPOCH))
    path = tmp_path_factory.mktemp("cut") / "store.db"
    with open_store(path) as store:
        following(store)
        with cut_everywhere(store):
            taken = store.append(runs, NOW_MS)
        wanted = whole.append(runs, NOW_MS)
        assert list(map(described, taken)) == list(map(described, wanted))
        assert store.feed(BERT.feed.public) == whole.feed(BERT.feed.public)
        assert store.check(None, lambda _: None).errors == ()


def described(taken: object) -> object:
    return (taken.first, taken.last) if isinstance(taken, Run) else type(taken)


def test_a_batch_is_cut_only_where_somebody_waits(sqlite: SqliteStore) -> None:
    following(sqlite)
    runs = [part(WHOLE, first, first) for first in range(1, 21)]
    told: list[str] = []
    sqlite._database._writer.set_trace_callback(told.append)
    sqlite.append(runs[:10], NOW_MS)
    assert told.count("COMMIT") == 1
    with cut_everywhere(sqlite):
        sqlite.append(runs[10:], NOW_MS)
    assert told.count("COMMIT") == 11
    assert [type(one) for one in sqlite.append(runs, NOW_MS)] == [AlreadyHeld] * 20


# --- the index of words --------------------------------------------------------------------


TEXTS = ["bread and cheese", "brød", "パン屋", "a" + "\u0345" * 300 + "\u0327" * 300, "", "bread"]


@long
@settings(max_examples=20)
@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=20))
def test_an_index_that_is_cut_finds_the_same(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("index") / "store.db"
    with open_store(path) as store, pytest.MonkeyPatch.context() as patch:
        following(store)
        store.append([run_of(BERT, [Post(text) for text in texts])], NOW_MS)
        patch.setattr(word_index, "WRITE_SECONDS", 0.0)
        patch.setattr(word_index, "TURN_SECONDS", 0.0)
        steps = 0
        while store.index_words():
            steps += 1
        assert steps == len(texts)
        assert store.check(None, lambda _: None).errors == ()
        wanted = SearchQuery(((Phrase(("bread",), False),),), ())
        found = store.search(wanted, TimelineQuery())
        assert len(found) == sum("bread" in text for text in texts)


@pytest.mark.usefixtures("one_turn")
def test_what_is_removed_while_its_words_are_cut_is_not_indexed(sqlite: SqliteStore) -> None:
    following(sqlite)
    sqlite.append([part(WHOLE, 1, 20)], NOW_MS)
    batch = word_index._read(sqlite._database)
    end = sign_revoke(BERT.account, BERT.feed.public, 7, WHOLE.ids[6])
    assert sqlite.add_statements([end], NOW_MS) == [True]
    with sqlite._database.writing(durable=False) as db:
        assert word_index._index(db, batch) == 20
    assert sqlite.check(None, lambda _: None).errors == ()


@pytest.mark.usefixtures("one_turn")
def test_two_that_index_at_once_do_it_once(sqlite: SqliteStore) -> None:
    following(sqlite)
    sqlite.append([part(WHOLE, 1, 20)], NOW_MS)
    batch = word_index._read(sqlite._database)
    assert sqlite.index_words() == 20
    with sqlite._database.writing(durable=False) as db:
        assert word_index._index(db, batch) == 0
    assert sqlite.check(None, lambda _: None).errors == ()


@long
def test_posts_of_another_process_go_on_while_hard_texts_are_indexed(path: Path) -> None:
    """Each text takes a tokenizer long, and all of them together a minute or so."""
    hard = "a" + "\u0345" * 3_900 + "\u0327" * 3_900
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        following(store)
        run = run_of(BERT, [Post(hard) for _ in range(400)])
        store.append([part(run, at, at + 15) for at in range(1, 400, 16)], NOW_MS)
        begin = time.monotonic()
        with start(path, 20, "own") as writer:
            while writer.poll() is None:
                store.index_words()
        took = time.monotonic() - begin
        assert writer.returncode == 0
        assert store.own_feed().head == 20  # type: ignore[union-attr]
    assert took < 20
