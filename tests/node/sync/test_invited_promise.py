"""A newcomer with an invite meets a thief of the account's key first, and then its owner."""

from __future__ import annotations

import pytest

from sayso_node.accounts.follows import follow
from sayso_node.accounts.invites import invite_to
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.invite import Invite
from sayso_protocol.sync.wire.frames import Have, Offer
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..support import Person, in_sync, join, running, seed_of, until

pytestmark = pytest.mark.trio

NODE = KeyPair.from_seed(bytes([9]) * 32).public


class Thief(Person):
    """Whoever has Ada's account key, grants it a feed of his own, and promises a key of his own."""

    def __init__(self, ada: Person) -> None:
        super().__init__("thief", MemoryStore(seed_of("thief")[:16]), ada.account_key)
        assert self.grant.next_key_hash == next_key_hash(self.next_key.public)
        assert self.grant.next_key_hash != ada.grant.next_key_hash


def invite_of(ada: Person) -> Invite:
    return invite_to(ada.store, NODE, (), None)


def newcomer(kind: str, tmp_path) -> Person:
    store = None if kind == "memory" else open_store(tmp_path / "store.db")
    return Person("ben", store)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_the_thief_is_refused_and_the_owner_is_heard(kind: str, tmp_path) -> None:
    ada, ben, events = Person("ada"), newcomer(kind, tmp_path), []
    thief = Thief(ada)
    ada.post("I am Ada")
    thief.post("I am Ada, send money")
    follow(ben.store, ada.account, "ada", invite_of(ada))
    engines = [thief.engine(), ada.engine(), ben.engine(events)]
    async with running(*engines) as nursery:
        join(nursery, engines[0], engines[2])
        await in_sync(engines[2], engines[0])
        await until(lambda: engines[2].replica.has_broken_promise(ada.account))
        assert ben.store.feeds_of(ada.account) == []
        join(nursery, engines[1], engines[2])
        await until(lambda: ben.texts_of(ada) == ["I am Ada"])
    refused = [one for one in events if one["event"] == "refused"]
    assert len(refused) == 1 and refused[0]["detail"].startswith("promise-broken")
    assert not any(one["event"] == "left" for one in events)  # he may have met the thief himself


async def test_without_the_invite_the_thief_is_believed() -> None:
    """The control."""
    ada, ben = Person("ada"), Person("ben")
    thief = Thief(ada)
    ada.post("I am Ada")
    thief.post("I am Ada, send money")
    follow(ben.store, ada.account, "ada")
    engines = [thief.engine(), ada.engine(), ben.engine()]
    async with running(*engines) as nursery:
        join(nursery, engines[0], engines[2])
        await until(lambda: ben.texts_of(ada) == ["I am Ada, send money"])
        join(nursery, engines[1], engines[2])
        await in_sync(engines[2], engines[1])
        assert ben.texts_of(ada) == ["I am Ada, send money"]


async def test_a_grant_that_is_made_up_alarms_nobody() -> None:
    ada, ben, mallory, events = Person("ada"), Person("ben"), Person("mallory"), []
    follow(ben.store, ada.account, "ada", invite_of(ada))
    # Of mallory's own account, with Ada's name written over his: no signature fits.
    forged = sign_grant(mallory.account_key, mallory.feed_key, bytes(32))
    wire = forged.wire.replace(mallory.account, ada.account)
    mallory.store.follow(ada.account, None, 1)
    engines = [mallory.engine(), ben.engine(events)]
    async with running(*engines) as nursery:
        join(nursery, *engines)
        await in_sync(engines[1], engines[0])
        frame = Have([Offer(wire, [(1, 1)])], more=False)
        engines[0]._send(engines[0].session_with("ben"), frame)
        await until(lambda: any(one["event"] == "refused" for one in events))
    [refused] = [one for one in events if one["event"] == "refused"]
    assert refused["detail"].startswith("bad-signature")
    assert not engines[1].replica.has_broken_promise(ada.account)


async def test_an_invite_that_comes_while_the_node_runs_counts_at_once() -> None:
    ada, ben = Person("ada"), Person("ben")
    thief = Thief(ada)
    thief.post("I am Ada, send money")
    engines = [thief.engine(), ben.engine()]
    async with running(*engines) as nursery:
        join(nursery, *engines)
        await in_sync(engines[1], engines[0])
        follow(ben.store, ada.account, "ada", invite_of(ada))
        await engines[1].refresh()
        await until(lambda: engines[1].replica.has_broken_promise(ada.account))
        assert ben.store.feeds_of(ada.account) == []
        ben.store.unfollow(ada.account)
        follow(ben.store, ada.account, "ada")
        await engines[1].refresh()  # now it is up to whom he meets first
        await until(lambda: ben.texts_of(ada) == ["I am Ada, send money"])
