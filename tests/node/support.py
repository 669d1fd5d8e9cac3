"""People with stores and engines, joined by links in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256

import trio
import trio.testing

from sayso_node.clock import now_ms
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.network.link import Link
from sayso_node.sync.engine import Engine
from sayso_node.sync.peer_connection import PeerConnection
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import KnownBody, Open, Post, write_body
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import RawRun, Run, sign_run
from sayso_protocol.sync.wire.frames import SYNC_1, Ask
from sayso_storage.interface.store import FeedState, Store, TimelineQuery
from sayso_storage.memory.store import MemoryStore


def seed_of(name: str) -> bytes:
    """A fixed seed for a name."""
    return sha256(name.encode()).digest()


def hear_of(phone: Home, store: Store) -> None:
    """Let a store meet the grant of another home's feed, as peers would bring it."""
    with open_home(phone) as there:
        own = there.own_feed()
    assert own is not None
    store.add_grant(own.grant)


class Person:
    """An account with one feed in a store of its own; `posts` and the like write to it."""

    def __init__(
        self,
        name: str,
        store: Store | None = None,
        account: KeyPair | None = None,
        device_of: Person | None = None,
    ) -> None:
        """`account`: with another key than the name has; `device_of`: a further device of it."""
        of = name if device_of is None else device_of.name
        self.name = name
        self.account_key = account or KeyPair.from_seed(seed_of(of + " account"))
        self.feed_key = KeyPair.from_seed(seed_of(name + " feed"))
        self.store = store if store is not None else MemoryStore(seed_of(name)[:16])
        self.next_key = KeyPair.from_seed(seed_of(of + " next"))
        self.grant = sign_grant(
            self.account_key, self.feed_key, next_key_hash(self.next_key.public)
        )
        if self.store.own_feed() is None:
            self.store.add_own(self.grant, now_ms())
            self.publish([Open(self.grant.wire)])

    @property
    def account(self) -> bytes:
        return self.account_key.public

    @property
    def feed(self) -> bytes:
        return self.feed_key.public

    def publish(self, bodies: list[KnownBody]) -> Run:
        written = [write_body(body) for body in bodies]

        def sign(state: FeedState) -> Run:
            head = state.held[-1] if state.held else None
            first = head.last + 1 if head else 1
            time_ms = max(now_ms(), head.last_ms if head else 0)
            previous = head.top if head else None
            return sign_run(self.feed_key, first, previous, [time_ms] * len(written), written)

        return self.store.publish(sign, now_ms())

    def post(self, *texts: str) -> Run:
        return self.publish([Post(text) for text in texts])

    def post_many(self, count: int, text: str = "post number") -> None:
        for at in range(0, count, 500):
            self.post(*(f"{text} {n}" for n in range(at, min(count, at + 500))))

    def follow(self, other: Person) -> None:
        self.store.follow(other.account, None, now_ms())

    def engine(self, events: list[dict] | None = None) -> Engine:
        listener: Callable[[dict], None] = (events if events is not None else []).append
        return Engine(self.store, self.name, "test/1", listener)

    def held_of(self, other: Person) -> int:
        state = self.store.feed(other.feed)
        return state.count if state is not None else 0

    def texts_of(self, other: Person) -> list[str]:
        from sayso_protocol.content.body import read_body

        entries = self.store.timeline(TimelineQuery(limit=10**6, account=other.account))
        return [read_body(entry.body).text for entry in reversed(entries)]


@asynccontextmanager
async def running(*engines: Engine) -> AsyncIterator[trio.Nursery]:
    async with trio.open_nursery() as nursery:
        for engine in engines:
            nursery.start_soon(engine.run)
        yield nursery
        nursery.cancel_scope.cancel()


def answer_of(engine: Engine, ask: Ask) -> tuple[int, bytes, RawRun | None]:
    """What an engine answers an ask with: the number, the frame, and the run in it."""
    (answer,) = engine._responder._some_answers(deque([ask]), SYNC_1)
    return answer


def join(
    nursery: trio.Nursery,
    here: Engine,
    there: Engine,
    wrap=lambda stream: stream,
    version: int = SYNC_1,
) -> None:
    """Connect two engines; `wrap` may spoil what `here` hears."""
    one, other = trio.testing.memory_stream_pair()
    nursery.start_soon(
        here.serve, Link(there._peer_id, "/memory", True, wrap(one), sync_version=version)
    )
    nursery.start_soon(
        there.serve, Link(here._peer_id, "/memory", False, other, sync_version=version)
    )


async def session_between(here: Engine, there: Engine) -> PeerConnection:
    while (session := here.session_with(there._peer_id)) is None:
        await here.sessions_changed.wait()
    return session


async def until(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait for real work in worker threads; fails loudly when it does not come."""
    with trio.fail_after(seconds):
        while not condition():
            await trio.sleep(0.005)


async def in_sync(here: Engine, there: Engine) -> None:
    session = await session_between(here, there)

    def settled() -> bool:
        peer = here.replica.peers.get(session.name)
        return peer is not None and peer.in_sync

    await until(settled)
