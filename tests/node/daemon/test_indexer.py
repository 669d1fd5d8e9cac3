"""The node keeps the index of words up to date while it is idle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import trio
import trio.testing

from sayso_node.daemon.indexer import LOOK_SECONDS, PATIENCE, TROUBLE_SECONDS, keep_words
from sayso_storage.interface.store import Store, StoreFull
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.tables import line_rows

from ..support import Person


@pytest.fixture
def anna(tmp_path: Path) -> Person:
    return Person("anna", open_store(tmp_path / "store.db"))


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that jumps does not wait for threads: what they do is done in place."""

    async def run_sync(work: Callable[[], object]) -> object:
        await trio.lowlevel.checkpoint()
        return work()

    monkeypatch.setattr(trio.to_thread, "run_sync", run_sync)


async def left_after(store: Store, looks: int) -> int:
    """The entries left to index when the node has looked so many times more."""
    await trio.sleep(LOOK_SECONDS * looks)
    return store.unindexed()


async def test_an_idle_node_indexes(
    anna: Person, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    anna.post("one")
    nursery.start_soon(keep_words, anna.store)
    assert await left_after(anna.store, 3) == 0
    anna.post("two")
    assert anna.store.unindexed() == 1
    assert await left_after(anna.store, 3) == 0


async def test_the_line_of_time_is_kept_up_with_what_comes(
    anna: Person, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    nursery.start_soon(keep_words, anna.store)
    for _ in range(3):
        anna.post("more")
        await trio.sleep(LOOK_SECONDS * 2)
        with anna.store._database.reading() as db:  # type: ignore[attr-defined]
            assert line_rows.waiting(db) == 0


async def test_a_busy_node_waits_but_not_for_ever(
    anna: Person, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    nursery.start_soon(keep_words, anna.store)
    await trio.sleep(LOOK_SECONDS / 2)
    left = []
    for _ in range(2 * PATIENCE):
        anna.post("more")
        left.append(await left_after(anna.store, 1))
    assert max(left) > PATIENCE // 2
    assert left.count(0) in (1, 2)


async def test_a_full_disk_is_left_alone_for_a_while(
    anna: Person,
    autojump_clock: trio.testing.MockClock,
    nursery: trio.Nursery,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = 0

    def full() -> int:
        nonlocal tried
        tried += 1
        raise StoreFull("no space left")

    anna.post("one")
    with monkeypatch.context() as patch:
        patch.setattr(anna.store, "index_words", full)
        nursery.start_soon(keep_words, anna.store)
        await trio.sleep(3 * TROUBLE_SECONDS)
        assert 1 <= tried <= 4
    await trio.sleep(2 * TROUBLE_SECONDS)
    assert anna.store.unindexed() == 0
