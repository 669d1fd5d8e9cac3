"""What the store removes because the author contradicts himself is not believed to be held."""

from __future__ import annotations

import pytest
import trio

from sayso_node.sync.engine import Engine
from sayso_protocol.feed.run import RawRun, Run, part_of, sign_run
from sayso_protocol.sync.effects import StoreRun
from sayso_storage.interface.store import FeedState

from ..support import Person, running, until

BODY = b"\x80"


def raw(run: Run) -> RawRun:
    return part_of(run, run.ids, run.first, run.last)


def signed(person: Person, first: int, previous: bytes | None, *times: int) -> RawRun:
    return raw(sign_run(person.feed_key, first, previous, times, [BODY] * len(times)))


def held(engine: Engine, feed: bytes) -> list[tuple[int, int]]:
    return list(engine.replica._scheduler.held(feed))


def stored(person: Person, feed: bytes) -> list[tuple[int, int]]:
    state = person.store.feed(feed)
    assert isinstance(state, FeedState)
    return [(part.first, part.last) for part in state.held]


async def test_what_gave_way_for_its_time_is_not_held() -> None:
    ann, ben = Person("ann"), Person("ben")
    ben.follow(ann)
    ben.store.add_grant(ann.grant)
    engine = ben.engine()
    async with running(engine):
        await engine._apply([StoreRun("p", signed(ann, 10, bytes(32), 5, 5, 5), None)])
        await until(lambda: held(engine, ann.feed) == [(10, 12)])
        await engine._apply([StoreRun("p", signed(ann, 1, None, 9, 9), None)])
        await until(lambda: held(engine, ann.feed) == [(1, 2)])
    assert stored(ben, ann.feed) == [(1, 2)]


async def test_nor_where_another_program_stored_what_it_gave_way_to() -> None:
    ann, ben = Person("ann"), Person("ben")
    ben.follow(ann)
    ben.store.add_grant(ann.grant)
    engine = ben.engine()
    async with running(engine):
        await engine._apply([StoreRun("p", signed(ann, 10, bytes(32), 5, 5, 5), None)])
        await until(lambda: held(engine, ann.feed) == [(10, 12)])
        ben.store.append([sign_run(ann.feed_key, 1, None, [9, 9], [BODY] * 2)], 10)
        await engine.refresh()
        assert held(engine, ann.feed) == [(1, 2)]


async def test_what_is_stored_while_the_store_is_looked_at_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann, ben = Person("ann"), Person("ben")
    ben.follow(ann)
    ben.store.add_grant(ann.grant)
    engine = ben.engine()
    look, looked, go_on = ben.store.feeds_carried, trio.Event(), trio.Event()

    def slow_look() -> list[FeedState]:
        found = look()
        trio.from_thread.run_sync(looked.set)
        trio.from_thread.run(go_on.wait)
        return found

    async with running(engine) as nursery:
        monkeypatch.setattr(ben.store, "feeds_carried", slow_look)
        nursery.start_soon(engine.refresh)
        await looked.wait()
        await engine._apply([StoreRun("p", signed(ann, 1, None, 5), None)])
        await until(lambda: held(engine, ann.feed) == [(1, 1)])
        go_on.set()
        async with engine._store_reader._turn:
            assert held(engine, ann.feed) == [(1, 1)]
