"""A home that was copied, or put back from an old copy, learns that its feed goes on elsewhere,
and signs no number that it has seen signed."""

from __future__ import annotations

import pytest

from sayso_node.sync.engine import Engine
from sayso_node.sync.snapshot import Snapshot
from sayso_protocol.sync.wire.frames import Have
from sayso_storage.interface.store import StoreError
from sayso_storage.memory.store import MemoryStore

from ..support import Person, in_sync, join, running, seed_of, until


def copied(person: Person, entries: int) -> Person:
    """The person's home as it was when so many entries were written, put back as a copy of its
    files is: with the same keys."""
    store = MemoryStore(seed_of(person.name)[:16])
    store.add_own(person.grant, 1)
    run = person.store.load(person.feed, 1, entries)
    from sayso_protocol.feed.run import verify_run

    store.append([verify_run(run)], 1)
    return Person(person.name, store)


async def told(home: Person, friend: Person) -> list[str]:
    """What the home's owner is told in one session with a friend."""
    events: list[dict] = []
    one, two = home.engine(events), friend.engine()
    async with running(one, two) as nursery:
        join(nursery, one, two)
        await in_sync(one, two)
        await in_sync(two, one)
    return [event["event"] for event in events]


async def friends() -> tuple[Person, Person, Person]:
    """Ann, Ben who has all of her nine posts, and Ann's home as it was after three."""
    ann, ben = Person("ann"), Person("ben")
    ann.post(*(f"post {n}" for n in range(9)))
    ben.follow(ann)
    assert "own-feed-ahead" not in await told(ann, ben)
    return ann, ben, copied(ann, 4)


async def test_an_old_copy_learns_what_it_wrote_and_goes_on_after_it() -> None:
    ann, ben, again = await friends()
    assert "own-feed-ahead" in await told(again, ben)
    assert again.texts_of(again) == ann.texts_of(ann)
    run = again.post("after all")
    assert run.first == 11
    await told(again, ben)
    assert ben.texts_of(ann)[-1] == "after all"
    assert ben.store.feed(ann.feed).forked_at is None


async def test_control_without_learning_it_the_old_copy_forks_the_feed(monkeypatch) -> None:
    tell = Snapshot.tell
    monkeypatch.setattr(Snapshot, "tell", lambda *told: deaf_to_itself(tell, *told))
    _, ben, again = await friends()
    assert "own-feed-ahead" not in await told(again, ben)
    assert again.post("after all").first == 5


def deaf_to_itself(tell, snapshot, replica, own_feed, *rest) -> list:
    effects = tell(snapshot, replica, own_feed, *rest)
    replica._scheduler.want(own_feed, False)
    return effects


async def test_a_copy_that_wrote_on_by_itself_is_told_and_writes_no_more() -> None:
    _, ben, again = await friends()
    again.post("another story")
    assert "forked" in await told(again, ben)
    with pytest.raises(StoreError, match="forked"):
        again.post("more of it")


async def test_who_only_claims_it_alarms_nobody() -> None:
    class Boasting(Engine):
        def _send(self, session, frame) -> None:
            if isinstance(frame, Have):
                offers = [type(o)(o.grant, [(1, 10**6)]) for o in frame.offers]
                frame = Have(offers, frame.more)
            super()._send(session, frame)

    ann, ben, _ = await friends()
    ann = copied(ann, 10)  # all of it, and no memory of Ben
    events: list[dict] = []
    one, two = ann.engine(events), Boasting(ben.store, "ben", "test/1", lambda _: None)
    async with running(one, two) as nursery:
        join(nursery, one, two)
        await until(lambda: any(event["event"] == "refused" for event in events))
    assert "own-feed-ahead" not in [event["event"] for event in events]
