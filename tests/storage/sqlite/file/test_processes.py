"""Several processes and threads on one store."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.budget import long

from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import FeedState, StoreError, TimelineQuery
from sayso_storage.sqlite import SqliteStore, open_store

from ...makers import NOW_MS, author, part, posts

ANNA, BERT = author(1), author(2)
TESTS = Path(__file__).parents[3]


def start(path: Path, count: int, text: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "storage.sqlite.file.writer", str(path), str(count), text],
        cwd=TESTS,
        stdout=subprocess.PIPE,
        text=True,
    )


@long
def test_processes_that_publish_at_once_never_sign_a_number_twice(path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
    writers = [start(path, 40, f"writer {number}") for number in range(4)]
    lines = [line for writer in writers for line in writer.communicate()[0].splitlines()]
    assert [writer.returncode for writer in writers] == [0] * 4
    assert sorted(int(line.split()[0]) for line in lines) == list(range(1, 161))
    with open_store(path) as store:
        own = store.own_feed()
        assert own is not None
        assert (own.head, own.forked_at) == (160, None)
        assert {entry.id.hex() for entry in store.arrived_after(0)} == {
            line.split()[1] for line in lines
        }
        assert store.check(None, lambda _: None).errors == ()


@long
def test_processes_that_make_the_store_at_once(path: Path) -> None:
    path.parent.mkdir()
    code = (
        "import sys; from pathlib import Path; from sayso_storage.sqlite import open_store\n"
        "store = open_store(Path(sys.argv[1])); print(store.epoch.hex()); store.close()"
    )
    makers = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    epochs = {maker.communicate()[0] for maker in makers}
    assert [maker.returncode for maker in makers] == [0] * 6
    assert len(epochs) == 1


@long
@pytest.mark.parametrize("after", [1, 7, 20])
def test_a_killed_writer_leaves_what_it_told(path: Path, after: int) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
    writer = start(path, 0, "killed")
    assert writer.stdout is not None
    told = [writer.stdout.readline().split()[1] for _ in range(after)]
    writer.kill()
    told += [line.split()[1] for line in writer.communicate()[0].splitlines() if len(line) > 64]
    with open_store(path) as store:
        held = {entry.id.hex() for entry in store.arrived_after(0)}
        assert set(told) <= held
        assert len(held) - len(told) in (0, 1)
        assert store.check(None, lambda _: None).errors == ()


def test_reads_do_not_wait_for_a_write(sqlite: SqliteStore) -> None:
    sqlite.add_own(ANNA.grant, NOW_MS)
    sqlite.append([posts(ANNA, 3)], NOW_MS)
    inside, done = threading.Event(), threading.Event()

    def slow(_: FeedState) -> Run:
        inside.set()
        assert done.wait(120)
        raise KeyError

    with ThreadPoolExecutor() as pool:
        write = pool.submit(sqlite.publish, slow, NOW_MS)
        assert inside.wait(120)
        with open_store(sqlite._database.path) as other:
            assert len(other.timeline(TimelineQuery())) == 3
        assert len(sqlite.timeline(TimelineQuery())) == 3
        assert sqlite.own_feed() is not None
        done.set()
        with pytest.raises(KeyError):
            write.result()


def test_threads_share_a_store(sqlite: SqliteStore) -> None:
    sqlite.follow(BERT.account.public, None, NOW_MS)
    sqlite.add_grant(BERT.grant)
    whole = posts(BERT, 60)
    seen: list[int] = []

    def read(_: int) -> None:
        entries = sqlite.timeline(TimelineQuery(limit=100))
        run = sqlite.load(BERT.feed.public, 1, 60)
        seen.append(len(entries))
        assert run is None or run.last <= 60

    def write(first: int) -> None:
        sqlite.append([part(whole, first, first + 4)], NOW_MS)

    with ThreadPoolExecutor(8) as pool:
        for future in [
            *(pool.submit(write, first) for first in range(1, 60, 5)),
            *(pool.submit(read, number) for number in range(100)),
        ]:
            future.result()
    assert sqlite.counts().entries == 60
    assert set(seen) <= set(range(0, 61, 5))


def test_two_stores_on_one_file_in_one_process(path: Path) -> None:
    with open_store(path) as one, open_store(path) as other:
        one.follow(BERT.account.public, None, NOW_MS)
        assert len(other.subscriptions()) == 1
        assert one.epoch == other.epoch


def test_a_write_inside_a_write_is_an_error(sqlite: SqliteStore) -> None:
    sqlite.add_own(ANNA.grant, NOW_MS)

    def nested(_: FeedState) -> Run:
        sqlite.follow(BERT.account.public, None, NOW_MS)
        raise AssertionError

    with pytest.raises(StoreError, match="transaction"):
        sqlite.publish(nested, NOW_MS)
    assert sqlite.follow(BERT.account.public, None, NOW_MS)


def test_text_that_is_none_is_said(sqlite: SqliteStore) -> None:
    for call in (
        lambda: sqlite.find_accounts("@\udc80"),
        lambda: sqlite.timeline(TimelineQuery(tag="\udc80")),
        lambda: sqlite.follow(BERT.account.public, "\udc80", NOW_MS),
    ):
        with pytest.raises(StoreError, match="not valid text"):
            call()


def test_a_closed_store_says_so(path: Path) -> None:
    store = open_store(path)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.subscriptions()
    with pytest.raises(StoreError, match="closed"):
        store.follow(BERT.account.public, None, NOW_MS)
