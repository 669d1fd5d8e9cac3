"""Engines over links in memory: the whole protocol with real stores, no network."""

from __future__ import annotations

import trio
from tests.budget import long

from sayso_node.clock import now_ms
from sayso_protocol.accounts.statement import sign_rotate

from ..support import Person, in_sync, join, running, until


async def test_a_followed_feed_arrives_whole_and_in_order() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(1500)
    ben.follow(ann)
    here, there = ann.engine(), ben.engine()
    async with running(here, there) as nursery:
        join(nursery, there, here)
        await in_sync(there, here)
        await in_sync(here, there)
    assert ben.texts_of(ann) == [f"post number {n}" for n in range(1500)]
    assert ann.held_of(ben) == 0


async def test_new_posts_are_pushed_while_connected() -> None:
    ann, ben = Person("ann"), Person("ben")
    ben.follow(ann)
    here, there = ann.engine(), ben.engine()
    async with running(here, there) as nursery:
        join(nursery, there, here)
        await in_sync(there, here)
        for n in range(20):
            ann.post(f"live {n}")
            await here.refresh_own()
            await until(lambda n=n: ben.held_of(ann) == n + 2)
    assert ben.texts_of(ann)[-1] == "live 19"


async def test_a_third_node_gets_all_from_a_stranger_while_the_author_is_away() -> None:
    ann, ben, cid = Person("ann"), Person("ben"), Person("cid")
    ann.post_many(700)
    ben.follow(ann)
    cid.follow(ann)
    one, two, three = ann.engine(), ben.engine(), cid.engine()
    async with running(one, two) as nursery:
        join(nursery, two, one)
        await in_sync(two, one)
    async with running(two, three) as nursery:
        join(nursery, three, two)
        await in_sync(three, two)
    assert cid.texts_of(ann) == ann.texts_of(ann)


async def test_posts_travel_on_over_a_node_between() -> None:
    ann, ben, cid = Person("ann"), Person("ben"), Person("cid")
    for reader in (ben, cid):
        reader.follow(ann)
    one, two, three = ann.engine(), ben.engine(), cid.engine()
    async with running(one, two, three) as nursery:
        join(nursery, two, one)
        join(nursery, three, two)
        await in_sync(two, one)
        await in_sync(three, two)
        await until(lambda: cid.held_of(ann) == 1)
        ann.post("through ben")
        await one.refresh_own()
        await until(lambda: cid.held_of(ann) == 2)
        ann.post_many(900)
        await one.refresh_own()
        await until(lambda: cid.held_of(ann) == 902)


async def test_following_while_connected_fetches_at_once() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(100)
    here, there = ann.engine(), ben.engine()
    async with running(here, there) as nursery:
        join(nursery, there, here)
        await in_sync(there, here)
        assert ben.held_of(ann) == 0
        ben.follow(ann)
        await there.refresh()
        await until(lambda: ben.held_of(ann) == 101)
        ben.store.unfollow(ann.account)
        await there.refresh()
        ann.post("not for ben")
        await here.refresh_own()
        await trio.sleep(0.1)
        assert ben.held_of(ann) == 101


@long
async def test_a_feed_is_taken_from_several_peers() -> None:
    ann, ben, cid, dan = (Person(name) for name in ("ann", "ben", "cid", "dan"))
    ann.post_many(9000)
    for reader in (ben, cid, dan):
        reader.follow(ann)
    engines = [person.engine() for person in (ann, ben, cid)]
    async with running(*engines) as nursery:
        join(nursery, engines[1], engines[0])
        join(nursery, engines[2], engines[0])
        await in_sync(engines[1], engines[0])
        await in_sync(engines[2], engines[0])
    last = dan.engine()
    async with running(engines[1], engines[2], last) as nursery:
        join(nursery, last, engines[1])
        join(nursery, last, engines[2])
        await in_sync(last, engines[1])
        await in_sync(last, engines[2])
        shares = [peer.fetch.received for peer in last.replica.peers.values()]
    assert sum(shares) == 9001
    assert min(shares) > 0


async def test_the_feeds_of_a_successor_come_with_the_account_that_is_followed() -> None:
    ann, ben = Person("ann"), Person("ben")
    heir = Person("heir", account=ann.next_key)
    heir.post_many(5)
    ben.follow(ann)
    ben.store.add_grant(ann.grant)
    here, there = heir.engine(), ben.engine()
    async with running(here, there) as nursery:
        join(nursery, there, here)
        await in_sync(there, here)
        assert ben.held_of(heir) == 0
        rotation = sign_rotate(heir.account_key, ann.account, [])
        assert ben.store.add_statements([rotation], now_ms()) == [True]
        await there.refresh()
        await until(lambda: ben.held_of(heir) == 6)
    assert ben.texts_of(ann) == heir.texts_of(heir) == [f"post number {n}" for n in range(5)]
    assert [one.account for one in ben.store.subscriptions()] == [ben.account, ann.account]
