"""A slow store slows those who send, and takes no memory for it.

Each write takes half a second by trio's clock. Nothing here depends on how long anything really
took: that senders were slowed is read off what waited, and off the node's own counts."""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Callable

import trio
import trio.testing
from tests.budget import long
from tests.storage.makers import NOW_MS, author, run_of

from sayso_node.network.link import Link
from sayso_node.sync.ingest.ingest import BATCH, MAX_WAITING, Ingest, weight
from sayso_node.sync.ingest.outcomes import Outcome
from sayso_protocol.content.post import Post
from sayso_protocol.feed.run import RawRun, Run
from sayso_protocol.sync.effects import StoreRun
from sayso_storage.memory.store import MemoryStore

from ...support import Person, in_sync, running, session_between

WRITE_SECONDS = 0.5
TEXT_BYTES = 12_000


class SlowStore(MemoryStore):
    """Takes half a second for each write, and looks around meanwhile."""

    def __init__(self, epoch: bytes) -> None:
        super().__init__(epoch)
        self.look: Callable[[], None] = lambda: None
        self.writes = 0

    def append(self, runs: list[Run], *arguments) -> list:  # type: ignore
        self.writes += 1
        trio.from_thread.run(trio.sleep, WRITE_SECONDS)
        trio.from_thread.run_sync(self.look)
        return super().append(runs, *arguments)


def texts(count: int) -> list[str]:
    """Texts that no compression makes shorter than two thirds."""
    drawn = random.Random(1)
    return [b64encode(drawn.randbytes(TEXT_BYTES * 3 // 4)).decode() for _ in range(count)]


async def test_many_senders_at_once_fill_the_queue_to_its_bound_and_wait(
    autojump_clock: trio.testing.MockClock,
) -> None:
    ann = author(1)
    store = SlowStore(bytes(16))
    store.follow(ann.account.public, None, NOW_MS)
    store.add_grant(ann.grant)
    run = run_of(ann, [Post(text) for text in texts(20)])
    raw = RawRun(run.feed, run.first, run.previous, run.times, run.bodies, run.signatures)
    work = StoreRun("peer#1", raw, None)
    heaviest, stalled = [0], [0]
    outcomes: list[Outcome] = []

    async def settle(more: list[Outcome]) -> None:
        outcomes.extend(more)

    ingest = Ingest(store, settle)

    def look() -> None:
        heaviest.append(ingest.waiting_bytes)
        stalled.append(ingest.stalled)

    async def send(count: int) -> None:
        for _ in range(count):
            await ingest.put(work)
            look()

    store.look = look
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ingest.run)
        async with trio.open_nursery() as senders:
            for _ in range(20):
                senders.start_soon(send, 10)
        while len(outcomes) < 200:
            await trio.sleep(WRITE_SECONDS)
        nursery.cancel_scope.cancel()

    in_all = 200 * weight(work)
    assert in_all > 4 * (MAX_WAITING + BATCH)
    assert MAX_WAITING <= max(heaviest) <= MAX_WAITING + weight(work)
    assert 10 <= max(stalled) <= 20
    assert ingest.stats.slowed > 20
    assert ingest.stats.slowed_seconds >= WRITE_SECONDS * ingest.stats.slowed / 2
    assert ingest.stats.latency.buckets[-1][1] == 200
    assert (ingest.waiting_bytes, ingest.stalled) == (0, 0)


@long
async def test_a_peer_is_read_no_faster_than_the_store_writes(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The sender never has more under way than the receiver's queue, its batch and what the two
    ends of the connection hold."""
    # Else the clock leaps ahead, and what is waited for is given up, while a thread has work.
    autojump_clock.autojump_threshold = 0.01
    ann, ben = Person("ann"), Person("ben", store := SlowStore(b"b" * 16))
    count = 1500
    posts = texts(count)
    for at in range(0, count, 100):
        ann.post(*posts[at : at + 100])
    ben.follow(ann)
    here, there = ben.engine(), ann.engine()
    under_way, waiting = [0], [0]
    async with running(here, there) as nursery:
        one, other = trio.testing.lockstep_stream_pair()  # takes nothing that is not read
        nursery.start_soon(here.serve, Link("ann", "/memory", True, one))
        nursery.start_soon(there.serve, Link("ben", "/memory", False, other))
        sender = await session_between(there, here)

        def look() -> None:
            under_way.append((sender.sent - ben.held_of(ann)) * TEXT_BYTES)
            waiting.append(here.ingest.waiting_bytes)

        store.look = look
        await in_sync(here, there)
    assert ben.held_of(ann) == count + 1
    assert max(waiting) <= MAX_WAITING + (1 << 20)
    assert count * TEXT_BYTES > max(under_way) + (3 << 20)
    assert max(under_way) <= MAX_WAITING + BATCH + (1 << 20)
    assert store.writes > 3
