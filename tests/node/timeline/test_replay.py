"""Real conversations as hundreds of accounts, with edits, retractions and votes thrown in, on
several nodes: each thread is the same, link by link and word by word, whatever came first."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
import trio
from tests.budget import long

from sayso_protocol.feed.run import Run, verify_run
from sayso_protocol.sync.wire.frames import SYNC_2
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..support import Person, in_sync, join, running, seed_of
from .replay import Replay, check_tallies, check_threads, posts_of

LATE_MS = 2**41
NODES = 4
PARTS: tuple[tuple[tuple[int, int], ...], ...] = (
    ((0, 1), (2, 3)),
    ((1, 2),),
    ((3, 0),),
    ((0, 2), (1, 3)),
)
"""Which nodes are linked while a quarter of the entries is written: others are cut off."""
TOGETHER = 500

pytestmark = pytest.mark.data


def take_in(store: Store, replay: Replay, pieces: list[Run]) -> None:
    for one in replay.devices.values():
        store.follow(one.grant.account, None, 1)
        store.add_grant(one.grant)
    for start in range(0, len(pieces), TOGETHER):
        store.append(pieces[start : start + TOGETHER], LATE_MS)


@long
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("threads_rumoureval", 200),
        pytest.param("threads_rumoureval", 4000, marks=pytest.mark.soak),
        ("threads_irc", 1500),
    ],
)
def test_threads_are_the_same_whatever_came_first(tmp_path: Path, name: str, most: int) -> None:
    replay = Replay(posts_of(name, most), accounts=200)
    pieces = [verify_run(raw) for *_, raw in replay.pieces]
    found = []
    for number, order in enumerate((pieces, pieces[::-1], Random(1).sample(pieces, len(pieces)))):
        with open_store(tmp_path / f"{number}.sqlite") as store:
            take_in(store, replay, order)
            found.append(check_threads(replay, store))
            check_tallies(replay, store)
    assert found[0] == found[1] == found[2]


class Village:
    """Nodes that all carry everybody, the first of them on the disk. A desk is at home on one, the
    phone of the same account on the next."""

    def __init__(self, path: Path, replay: Replay) -> None:
        self.replay = replay
        self.early = 0
        """Entries that were edited or taken back on a node that had not seen them."""
        first = open_store(path, random=lambda _: seed_of("first")[:16])
        stores = [first, *(MemoryStore(seed_of(str(n))[:16]) for n in range(1, NODES))]
        self.people = [Person(f"node {n}", store) for n, store in enumerate(stores)]
        self.engines = [person.engine() for person in self.people]
        self._homes = {who: n % NODES for n, who in enumerate({who for who, _ in replay.devices})}
        for person in self.people:
            for device in replay.devices.values():
                person.store.follow(device.grant.account, None, 1)
        for key, device in replay.devices.items():
            self._home(*key).add_grant(device.grant)

    def _home(self, who: str, device: str) -> Store:
        number = self._homes[who] + (device == "phone")
        return self.people[number % NODES].store

    async def write(self, start: int, stop: int) -> None:
        """Each entry on the node where its device is at home."""
        by_store: dict[Store, list[Run]] = {}
        for who, device, raw in self.replay.pieces[start:stop]:
            by_store.setdefault(self._home(who, device), []).append(verify_run(raw))
        for store, runs in by_store.items():
            store.append(runs, LATE_MS)
        for engine in self.engines:
            await engine.refresh()

    def note_early(self) -> None:
        for person in self.people:
            held = person.store.by_ids(self.replay.names)
            named = self.replay.edits | self.replay.retractions
            self.early += sum(act in held and of not in held for act, of in named.items())

    async def settle(self) -> None:
        """Wait until every node has all that lasts, and what was taken back without its body."""
        replay = self.replay
        wanted = dict.fromkeys(replay.retractions.values(), False)
        wanted |= dict.fromkeys(replay.lasting, True)
        with trio.fail_after(60):
            for person in self.people:
                while _held(person.store, wanted) != wanted:
                    await trio.sleep(0.05)


def _held(store: Store, wanted: Iterable[bytes]) -> dict[bytes, bool]:
    """Those of some entries that are held, and whether with their bodies."""
    return {one.id: one.body is not None for one in store.by_ids(wanted).values()}


@long
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("threads_irc", 100),
        pytest.param("threads_rumoureval", 800, marks=pytest.mark.soak),
        ("threads_irc", 800),
    ],
)
async def test_linked_nodes_that_were_cut_off_come_to_the_same(
    tmp_path: Path, name: str, most: int
) -> None:
    replay = Replay(posts_of(name, most), accounts=300)
    village = Village(tmp_path / "store.sqlite", replay)
    marks = [len(replay.pieces) * n // len(PARTS) for n in range(len(PARTS) + 1)]
    for links, (start, stop) in zip(PARTS, pairwise(marks), strict=True):
        await village.write(start, stop)
        async with running(*village.engines) as nursery:
            for one, other in links:
                join(nursery, village.engines[one], village.engines[other], version=SYNC_2)
            for one, other in links:
                await in_sync(village.engines[one], village.engines[other])
                await in_sync(village.engines[other], village.engines[one])
        village.note_early()
    async with running(*village.engines) as nursery:
        for one in range(NODES):
            other = (one + 1) % NODES
            join(nursery, village.engines[one], village.engines[other], version=SYNC_2)
        await village.settle()
    found = []
    for person in village.people:
        found.append(check_threads(replay, person.store))
        check_tallies(replay, person.store)
        assert not person.store.check(None, lambda _: None).errors
        person.store.close()
    assert all(one == found[0] for one in found)
    assert village.early > 0
