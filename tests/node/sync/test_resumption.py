"""Reconnecting: what is new and nothing else; and no stale place ever hides a feed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import pytest
import trio
from tests.budget import long

import sayso_node.sync.store_reader
from sayso_node.sync.engine import Engine
from sayso_node.sync.peer_connection import PeerConnection
from sayso_node.sync.store_reader import present
from sayso_protocol.sync.wire.frames import Mark
from sayso_storage.interface.store import StoreError, StoreFull
from sayso_storage.memory.store import MemoryStore

from ..support import Person, in_sync, join, running, seed_of, session_between, until


async def meet(here: Person, there: Person) -> tuple[PeerConnection, list[dict]]:
    """One session from connect to sync; the dialling side's record of it."""
    events: list[dict] = []
    one, two = here.engine(events), there.engine()
    async with running(one, two) as nursery:
        join(nursery, one, two)
        session = await session_between(one, two)
        await in_sync(one, two)
        await in_sync(two, one)
        await until(lambda: remembered(here, there) and remembered(there, here))
    return session, events


def remembered(here: Person, there: Person) -> bool:
    """Whether `here` knows how far it knows the store of `there` by now."""
    place = here.store.resume_state(there.name).place
    return place is not None and place.mark == there.store.mark()


@long
async def test_a_reconnect_with_nothing_new_costs_a_few_bytes_each_way() -> None:
    ann, ben = Person("ann"), Person("ben")
    others = [Person(f"person {n}") for n in range(300)]
    for other in others:
        other.post("something")
        ann.follow(other)
        ben.follow(other)
        ann.store.add_grant(other.grant)
        take(ann, other)
    await meet(ben, ann)
    assert all(ben.held_of(other) == 2 for other in others)
    session, events = await meet(ben, ann)
    assert session.frames.bytes_in <= 400
    assert session.frames.bytes_out <= 400
    assert [e["event"] for e in events if e["event"] == "received"] == []


class Slow(MemoryStore):
    """A store in which looking through what is new takes a while, as in a large one."""

    def mark(self, arrival: int | None = None) -> Mark | None:
        time.sleep(0.02)
        return super().mark(arrival)


async def first_visit(ben: Person, ann: Person, leave: Callable[[Engine], Awaitable[None]]) -> None:
    """Ben syncs once, and leaves as soon as `leave` does so."""
    one, two = ben.engine(), ann.engine()
    async with running(one, two) as nursery:
        join(nursery, one, two)
        await session_between(one, two)
        await leave(one)
        await until(lambda: not two.sessions)


def crowd(count: int) -> tuple[Person, Person]:
    """Ann, who holds posts of so many, and Ben, who follows all of them."""
    ann, ben = Person("ann"), Person("ben", Slow(seed_of("ben")[:16]))
    for other in [Person(f"person {n}") for n in range(count)]:
        other.post("something")
        ben.follow(other)
        hold(ann, other)
    return ann, ben


async def test_the_first_reconnect_offers_nothing_back_to_where_it_came_from() -> None:
    async def leave_in_sync(one: Engine) -> None:
        await until(lambda: any(peer.in_sync for peer in one.replica.peers.values()))
        await one.leave()

    ann, ben = crowd(30)
    await first_visit(ben, ann, leave_in_sync)
    assert remembered(ann, ben) and remembered(ben, ann)
    session, _ = await meet(ben, ann)
    assert session.frames.bytes_in + session.frames.bytes_out <= 400


@pytest.mark.parametrize("stops", [False, True])
async def test_who_leaves_while_a_mark_is_owed_gives_it_first(stops: bool) -> None:
    async def leave_too_early(one: Engine) -> None:
        peers = one.replica.peers
        await until(lambda: any(peer.fetch.complete and peer.owes for peer in peers.values()))
        if stops:
            await one.leave()
        else:
            one.hang_up("ann", "enough")

    ann, ben = crowd(30)
    await first_visit(ben, ann, leave_too_early)
    assert ben.held_of(ann) == 0 and remembered(ann, ben)


def take(reader: Person, author: Person) -> None:
    from sayso_protocol.feed.run import verify_run

    run = author.store.load(author.feed, 1, 10**6)
    reader.store.append([verify_run(run)], 1)


async def test_a_reconnect_costs_what_is_new() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(2000)
    ben.follow(ann)
    await meet(ben, ann)
    ann.post("one", "two", "three")
    session, _ = await meet(ben, ann)
    assert ben.texts_of(ann)[-3:] == ["one", "two", "three"]
    assert session.frames.bytes_in < 1500


async def test_who_was_followed_meanwhile_is_fetched_whole() -> None:
    ann, ben, cid = Person("ann"), Person("ben"), Person("cid")
    cid.post_many(50)
    ann.follow(cid)
    ben.follow(ann)
    ann.store.add_grant(cid.grant)
    take(ann, cid)
    await meet(ben, ann)
    ben.follow(cid)
    await meet(ben, ann)
    assert ben.held_of(cid) == 51
    assert ben.held_of(ann) == 1


async def test_an_account_that_the_peer_carries_only_since_is_offered() -> None:
    ann, ben, cid = Person("ann"), Person("ben"), Person("cid")
    cid.post_many(50)
    ben.follow(cid)
    await meet(ben, ann)
    ann.follow(cid)
    ann.store.add_grant(cid.grant)
    take(ann, cid)
    await meet(ben, ann)
    assert ben.held_of(cid) == 51


class Forgetful(MemoryStore):
    """A store whose files were replaced by older ones, memory of peers and all."""


def rewound(person: Person, posts: int, epoch: bytes) -> Person:
    """The same person with a store that holds fewer posts, under the epoch given."""
    again = Person(person.name, Forgetful(epoch))
    memory = person.store.resume_state("ben")
    if memory.interest is not None:
        again.store.save_resume_state("ben", memory.interest, 1)
    again.post_many(posts, "another past")
    return again


async def test_a_store_of_another_epoch_is_asked_anew() -> None:
    ann, ben = Person("ann"), Person("ben")
    dan = Person("dan")
    dan.post_many(10)
    ben.follow(dan)
    hold(ann, dan)
    await meet(ben, ann)
    other = rewound(ann, 30, seed_of("new epoch")[:16])
    eve = Person("eve")
    eve.post_many(5)
    ben.follow(eve)
    hold(other, eve)
    await meet(ben, other)
    assert ben.held_of(eve) == 6


def hold(carrier: Person, author: Person) -> None:
    carrier.follow(author)
    carrier.store.add_grant(author.grant)
    take(carrier, author)


async def wound_back_and_grown_again() -> Person:
    """Ben knows Ann's store up to a place; her store is wound back, with its epoch, and grows
    past that place with Dan's feed behind it. Returns Ben after the next session."""
    ann, ben, dan = Person("ann"), Person("ben"), Person("dan")
    ben.follow(ann)
    ben.follow(dan)
    hold(ann, dan)
    ann.post_many(30)
    await meet(ben, ann)
    dan.post_many(5)
    place = ben.store.resume_state("ann").place
    again = rewound(ann, 0, ann.store.epoch)
    hold(again, dan)
    while again.store.last_arrival() < place.mark.arrival + 5:
        again.post("growing")
    one, two = ben.engine(), again.engine()
    async with running(one, two) as nursery:
        join(nursery, one, two)
        await in_sync(one, two)
    return ben


async def test_a_store_that_was_wound_back_hides_nothing() -> None:
    ben = await wound_back_and_grown_again()
    assert ben.held_of(Person("dan")) == 6


async def test_control_without_the_check_a_feed_is_lost(monkeypatch) -> None:
    trusting = lambda store, mark: (  # noqa: E731
        [state.feed for state in store.feeds_since(mark.arrival)],
        [],
    )
    monkeypatch.setattr(sayso_node.sync.store_reader, "changes_since", trusting)
    ben = await wound_back_and_grown_again()
    assert ben.held_of(Person("dan")) < 6


async def test_a_place_is_not_kept_while_something_is_lacking() -> None:
    class Keeping(MemoryStore):
        def load(self, feed, first, last):
            run = super().load(feed, first, last)
            return None if run is None or run.first <= 20 <= run.last else run

    ann, ben = Person("ann", Keeping(seed_of("ann")[:16])), Person("ben")
    ann.post_many(40)
    ben.follow(ann)
    one, two = ben.engine(), ann.engine()
    async with running(one, two) as nursery:
        join(nursery, one, two)
        await in_sync(one, two)
        await trio.sleep(0.1)
    assert ben.store.resume_state("ann").place is None


async def test_a_disk_without_room_for_memories_stops_nothing() -> None:
    class Full(MemoryStore):
        def save_resume_state(self, peer_id, what, now_ms) -> None:
            raise StoreFull("no space left")

    ann, ben = Person("ann", Full(seed_of("ann")[:16])), Person("ben", Full(seed_of("ben")[:16]))
    ann.post_many(40)
    ben.follow(ann)
    one, two = ben.engine(), ann.engine()
    async with running(one, two) as nursery:
        join(nursery, one, two)
        await in_sync(one, two)
        ann.post("goes on")
        await two.refresh_own()
        await until(lambda: ben.held_of(ann) == 42)


async def test_a_disk_that_cannot_be_read_ends_a_session_and_not_the_node() -> None:
    class Failing(MemoryStore):
        def load(self, feed, first, last):
            raise StoreError("the disk failed")

    ann, ben = Person("ann", Failing(seed_of("ann")[:16])), Person("ben")
    ann.post("out of reach")
    ben.follow(ann)
    events: list[dict] = []
    one, two = ben.engine(), ann.engine(events)
    async with running(one, two) as nursery:
        join(nursery, one, two)
        await until(lambda: any(event["event"] == "disconnected" for event in events))
        assert not two.sessions
    assert events[-1]["reason"] == "the disk failed"


async def test_a_peer_cannot_make_this_node_write_with_each_change_of_its_mind() -> None:
    class Counting(MemoryStore):
        written = 0

        def save_resume_state(self, peer_id, what, now_ms) -> None:
            self.written += 1
            super().save_resume_state(peer_id, what, now_ms)

    store = Counting(seed_of("ann")[:16])
    ann, ben = Person("ann", store), Person("ben")
    one, two = ben.engine(), ann.engine()
    async with running(one, two) as nursery:
        join(nursery, one, two)
        await in_sync(one, two)
        await in_sync(two, one)
        before = store.written
        for number in range(50):
            await one._apply(one.replica.want(seed_of(f"account {number}"), present()))
        await trio.sleep(0.3)
    assert store.written - before <= 2


async def test_who_was_unfollowed_meanwhile_is_not_fetched_again() -> None:
    ann, ben, cid = Person("ann"), Person("ben"), Person("cid")
    hold(ann, cid)
    ben.follow(ann)
    ben.follow(cid)
    await meet(ben, ann)
    assert ben.held_of(cid) == 1
    ben.store.unfollow(cid.account)
    ann.post("news")
    one, two = ben.engine(), ann.engine()
    async with running(one, two) as nursery:
        join(nursery, one, two)
        await in_sync(one, two)
        await in_sync(two, one)
        assert ben.held_of(ann) == 2
        (peer,) = two.replica.peers.values()
        assert peer.interest.wants == {ann.account}
        await until(lambda: remembered(ben, ann) and remembered(ann, ben))
    assert ann.store.resume_state("ben").interest.accounts == [ann.account]
    session, events = await meet(ben, ann)
    assert "resumed" in [event["event"] for event in events]
    assert session.frames.bytes_out <= 400
