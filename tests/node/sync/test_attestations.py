"""Statements and fork proofs between engines with real stores, over links in memory."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.budget import long

from sayso_node.clock import now_ms
from sayso_protocol.accounts.statement import Revoke, sign_revoke, sign_rotate
from sayso_protocol.feed.fork import read_fork
from sayso_storage.interface.store import Store, StoreError
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..support import Person, in_sync, join, running, seed_of, until

pytestmark = pytest.mark.trio


def revoke(person: Person, seq: int) -> Revoke:
    run = person.store.load(person.feed, seq, seq)
    from sayso_protocol.feed.run import verify_run

    return sign_revoke(person.account_key, person.feed, seq, verify_run(run).tip)


def heads(reader: Person, *authors: Person) -> list[int]:
    return [state.head if (state := reader.store.feed(a.feed)) else 0 for a in authors]


def copy_of(person: Person, entries: int) -> Person:
    """The same keys in another store, which goes on by itself after so many entries."""
    from sayso_protocol.feed.run import verify_run

    store = MemoryStore(seed_of(person.name + " again")[:16])
    store.add_own(person.grant, 1)
    store.append([verify_run(person.store.load(person.feed, 1, entries))], now_ms())
    other = Person(person.name, store)
    other.name = person.name + " again"
    return other


@asynccontextmanager
async def met(*people: Person, events: list[dict] | None = None) -> AsyncIterator[list]:
    """Engines in a row, each joined to the next; the last one's events are kept."""
    engines = [one.engine(events if one is people[-1] else None) for one in people]
    async with running(*engines) as nursery:
        for here, there in itertools.pairwise(engines):
            join(nursery, there, here)
        for here, there in itertools.pairwise(engines):
            await in_sync(here, there)
            await in_sync(there, here)
        yield engines


def stores(tmp_path) -> list[Store | None]:
    return [open_store(tmp_path / name / "store.db") for name in ("ann", "ben", "cid")]


@long
async def test_a_revoke_made_while_the_node_runs_goes_as_far_as_the_feed(tmp_path) -> None:
    made = stores(tmp_path)
    ann, ben, cid = (Person(n, s) for n, s in zip(("ann", "ben", "cid"), made, strict=True))
    ann.post_many(20)
    for reader in (ben, cid):
        reader.follow(ann)
    events: list[dict] = []
    async with met(ann, ben, cid, events=events) as engines:
        await until(lambda: heads(cid, ann) == [21])
        said = revoke(ann, 11)
        assert ann.store.add_statements([said], now_ms()) == [True]
        await engines[0].refresh()
        await until(lambda: heads(ben, ann) == heads(cid, ann) == [11])
        await until(lambda: any(event["event"] == "revoked" for event in events))
        await until(lambda: engines[2].replica.height(ann.feed) == 11)
    assert cid.store.statements_of(ann.account) == [said]
    for store in made:
        assert store.check(None, lambda _: None).errors == ()
        store.close()


@long
async def test_who_comes_later_is_told_and_a_restart_forgets_nothing() -> None:
    ann, ben, cid = Person("ann"), Person("ben"), Person("cid")
    ann.post_many(20)
    for reader in (ben, cid):
        reader.follow(ann)
    async with met(ann, ben):
        pass
    ann.store.add_statements([revoke(ann, 11)], now_ms())
    async with met(ann, ben):
        pass
    assert heads(ben, ann) == [11]
    async with met(ben, cid):
        pass
    assert heads(cid, ann) == [11]
    assert cid.store.feed(ann.feed).end.seq == 11


async def test_the_own_feed_is_ended_by_the_account_from_elsewhere() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(20)
    ben.follow(ann)
    async with met(ben, ann):
        pass
    assert ben.store.add_statements([revoke(ann, 11)], now_ms()) == [True]
    events: list[dict] = []
    async with met(ben, ann, events=events):
        await until(lambda: ann.store.own_feed().head == 11)
        await until(lambda: "revoked" in [event["event"] for event in events])
    with pytest.raises(StoreError, match="revoked"):
        ann.post("after all")


async def test_a_fork_is_proved_and_the_proof_passed_on() -> None:
    ann, ben, cid, dan = (Person(name) for name in ("ann", "ben", "cid", "dan"))
    ann.post_many(3)
    other = copy_of(ann, 4)
    ann.post("one story")
    other.post("another story")
    for reader in (ben, cid, dan):
        reader.follow(ann)
    async with met(ann, ben):
        pass
    async with met(other, cid):
        pass
    ben.post("hello")
    dan.follow(ben)
    events: list[dict] = []
    ann.post("more of it")
    async with met(ann, ben):
        pass
    async with met(ben, cid, dan, events=events):
        await until(lambda: all(p.store.feed(ann.feed).proof for p in (ben, cid, dan)))
    for reader in (ben, cid, dan):
        state = reader.store.feed(ann.feed)
        assert read_fork(state.proof).feed == ann.feed
        assert state.forked_at == 5
    assert [reader.store.feed(ann.feed).head for reader in (ben, cid)] == [6, 5]


@long
async def test_with_a_revoke_both_come_to_hold_the_branch_that_it_names() -> None:
    ann, ben, cid = Person("ann"), Person("ben"), Person("cid")
    ann.post_many(150)
    other = copy_of(ann, 100)
    ann.post_many(30)
    other.post_many(60, "another story")
    for reader in (ben, cid):
        reader.follow(ann)
    async with met(ann, ben):
        pass
    async with met(other, cid):
        pass
    said = revoke(other, 160)
    assert cid.store.add_statements([said], now_ms()) == [True]
    async with met(ben, cid):
        await until(lambda: ben.texts_of(ann) == cid.texts_of(ann))
    assert heads(ben, ann) == [160]
    assert [(p.first, p.last) for p in ben.store.feed(ann.feed).held] == [(1, 160)]
    assert ben.texts_of(ann)[-1] == "another story 59"


async def test_control_without_a_revoke_they_hold_what_they_held() -> None:
    ann, ben, cid = Person("ann"), Person("ben"), Person("cid")
    other = copy_of(ann, 1)
    ann.post_many(30)
    other.post_many(30, "another story")
    for reader in (ben, cid):
        reader.follow(ann)
    async with met(ann, ben):
        pass
    async with met(other, cid):
        pass
    async with met(ben, cid):
        pass
    assert set(ben.texts_of(ann)) & set(cid.texts_of(ann)) == set()


async def test_a_rotation_brings_the_successor_with_its_feeds() -> None:
    ann, ben = Person("ann"), Person("ben")
    heir = Person("heir", account=ann.next_key)
    ann.post_many(5)
    heir.post("under a new key")
    ben.follow(ann)
    events: list[dict] = []
    async with met(ann, ben, events=events) as engines:
        said = sign_rotate(
            ann.next_key, ann.account, [(ann.feed, 6, ann.store.own_feed().held[0].top)]
        )
        assert ann.store.add_statements([said], now_ms()) == [True]
        assert ann.store.add_grant(heir.grant)
        from sayso_protocol.feed.run import verify_run

        ann.store.append([verify_run(heir.store.load(heir.feed, 1, 2))], now_ms())
        await engines[0].refresh()
        await until(lambda: ben.held_of(heir) == 2)
        await until(lambda: "moved" in [event["event"] for event in events])
    assert "under a new key" in ben.texts_of(ann)
    assert [one.account for one in ben.store.subscriptions() if one.followed] == [ann.account]
