"""The keeper gives each task its turn, leaves a busy node alone, and outlives what fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio
import trio.testing

from sayso_node.daemon.keeper.keeper import (
    BUSY_RATE,
    BUSY_REST,
    LOOK_SECONDS,
    PATIENCE_SECONDS,
    TROUBLE_SECONDS,
    Keeper,
)
from sayso_node.daemon.keeper.word_task import WordTask
from sayso_storage.interface.store import StoreFull
from sayso_storage.sqlite import open_store

from ..support import Person

TURN = 0.02


@dataclass
class Work:
    """A task with so many turns of work, each of which takes `TURN`."""

    name: str
    left: int
    done: list[str]
    fails: list[Exception] = field(default_factory=list)

    def step(self, deadline: float) -> bool:
        if self.fails:
            raise self.fails.pop()
        if self.left:
            self.left -= 1
            self.done.append(self.name)
        return self.left > 0


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that jumps does not wait for threads: a step is done in place, and takes a turn."""

    async def run_sync(work: Callable[..., object], *args: object) -> object:
        done = work(*args)
        await trio.sleep(TURN if args else 0)
        return done

    monkeypatch.setattr(trio.to_thread, "run_sync", run_sync)


async def test_an_idle_node_indexes(
    tmp_path: Path, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    anna = Person("anna", open_store(tmp_path / "store.db"))
    anna.post("one")
    nursery.start_soon(Keeper([WordTask(anna.store)], anna.store.last_arrival).run)
    for text in ("two", "three"):
        await trio.sleep(3 * LOOK_SECONDS)
        assert anna.store.unindexed() == 0
        anna.post(text)
        assert anna.store.unindexed() == 1


async def test_tasks_take_turns_and_half_of_the_time(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    done: list[str] = []
    tasks = [Work("one", 50, done), Work("two", 5, done)]
    nursery.start_soon(Keeper(tasks, lambda: 0).run)
    began = trio.current_time()
    while tasks[0].left:
        await trio.sleep(TURN)
    assert done[:10] == ["one", "two"] * 5
    turns = 2 * 50  # of "two" also those in which it finds nothing
    assert trio.current_time() - began == pytest.approx(2 * TURN * turns, abs=4 * TURN)


async def test_a_busy_node_is_left_alone_and_then_little_is_done(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    work = Work("one", 10**6, [])
    began = trio.current_time()

    def pouring() -> int:
        return int(3 * BUSY_RATE * (trio.current_time() - began))

    nursery.start_soon(Keeper([work], pouring).run)
    await trio.sleep(2 * LOOK_SECONDS)
    first = len(work.done)  # until it is seen to be busy
    await trio.sleep(PATIENCE_SECONDS - 2 * LOOK_SECONDS)
    assert len(work.done) == first
    await trio.sleep(60)
    share = (len(work.done) - first) * TURN / 60
    assert 0.5 < share * (1 + BUSY_REST) <= 1


@pytest.mark.parametrize("error", [StoreFull("no space left"), ValueError("a bug")])
async def test_what_fails_rests_and_the_others_go_on(
    error: Exception, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    done: list[str] = []
    tasks = [Work("one", 5, done, [error]), Work("two", 5, done)]
    nursery.start_soon(Keeper(tasks, lambda: 0).run)
    await trio.sleep(TROUBLE_SECONDS / 2)
    assert done == ["two"] * 5
    await trio.sleep(TROUBLE_SECONDS)
    assert done == ["two"] * 5 + ["one"] * 5
