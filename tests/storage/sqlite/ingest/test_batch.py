"""A batch writes its rows in larger or smaller pieces: the file is the same."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.budget import long

from sayso_protocol.content.body import Post, write_body
from sayso_protocol.errors import Forked
from sayso_protocol.feed.run import sign_run
from sayso_storage.interface.store import Store, StoreDamaged
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.ingest import batch

from ...makers import NOW_MS, after, author, posts, reference, run_of

BERT = author(2)
FIRST = posts(BERT, 4)
REPLIES = [
    Post(f"reply {n}", reply=reference(BERT, FIRST, 1 + n % 4), tags=(f"tag {n}", "all"))
    for n in range(9)
]
SECOND = after(BERT, FIRST, REPLIES)
TABLES = ("entries", "replies", "tags", "absent", "held", "batches")


def tables(path: Path) -> list[object]:
    with closing(sqlite3.connect(path)) as db:
        return [sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for table in TABLES]


def written(path: Path) -> list[object]:
    with open_store(path) as store:
        store.follow(BERT.account.public, None, NOW_MS)
        store.add_grant(BERT.grant)
        store.append([FIRST, SECOND], NOW_MS)
    return tables(path)


@long
@pytest.mark.parametrize(("rows", "index_rows"), [(1, 1), (4, 27), (4, 28), (13, 1), (13, 1000)])
def test_the_size_of_the_pieces_does_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, index_rows: int
) -> None:
    whole = written(tmp_path / "whole.db")
    assert [len(table) for table in whole[:3]] == [13, 9, 18]
    monkeypatch.setattr(batch, "_FLUSH_ROWS", rows)
    monkeypatch.setattr(batch, "_FLUSH_INDEX_ROWS", index_rows)
    assert written(tmp_path / "pieces.db") == whole


def test_a_fork_counts_for_what_comes_after_it_in_one_batch(store: Store) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    clone = run_of(BERT, [Post("clone")], first=4, previous=FIRST.ids[2])
    taken = store.append([FIRST, clone, SECOND], NOW_MS)
    assert taken[0] is FIRST
    assert all(isinstance(one, Forked) for one in taken[1:])
    assert store.counts().entries == 4


@pytest.mark.parametrize("seqs", [(4, 2), (2, 4)])
def test_of_several_forks_in_one_batch_the_lowest_is_kept(
    store: Store, seqs: tuple[int, int]
) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    clones = [run_of(BERT, [Post("clone")], first=seq, previous=FIRST.ids[seq - 2]) for seq in seqs]
    store.append([FIRST, *clones], NOW_MS)
    state = store.feed(BERT.feed.public)
    assert state is not None
    assert state.forked_at == 2


def test_another_entry_under_the_name_of_the_newest_is_not_continued(tmp_path: Path) -> None:
    """Its own signature verifies, so only its name tells that it is not the one that was told."""
    path = tmp_path / "store.db"
    bodies = [b"x" * len(FIRST.bodies[3])]
    other = sign_run(BERT.feed, 4, FIRST.ids[2], FIRST.times[3:], bodies)
    with open_store(path) as store:
        store.add_own(BERT.grant, NOW_MS)
        store.append([FIRST], NOW_MS)
    with closing(sqlite3.connect(path)) as db:
        change = "UPDATE entries SET body = ?, signature = ? WHERE seq = 4"
        db.execute(change, (other.bodies[0], other.signatures[0]))
        db.commit()
    with open_store(path) as store, pytest.raises(StoreDamaged):
        store.publish(lambda _: SECOND, NOW_MS)


def test_times_after_the_present_are_written_down_as_the_present(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    times = [NOW_MS - 1, NOW_MS, NOW_MS + 1, NOW_MS + 2]
    with open_store(path) as store:
        store.follow(BERT.account.public, None, NOW_MS)
        store.add_grant(BERT.grant)
        bodies = [write_body(Post(str(time_ms))) for time_ms in times]
        store.append([sign_run(BERT.feed, 1, None, times, bodies)], NOW_MS)
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT time_ms, clamped_ms FROM entries ORDER BY seq").fetchall()
    assert rows == list(zip(times, [None, None, NOW_MS, NOW_MS], strict=True))
