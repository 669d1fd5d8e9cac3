"""Several front ends on one store: a home that moves between them pays for what is new."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from sayso_node.clock import now_ms
from sayso_node.sync.engine import Engine
from sayso_node.sync.peer_connection import PeerConnection
from sayso_node.sync.store_reader import present
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.discovery.peer_id import key_of_peer_id, peer_id_of_key
from sayso_protocol.feed.run import verify_run
from sayso_protocol.sync.rosters.roster import Roster, sign_consent, sign_roster
from sayso_protocol.sync.wire.frames import SYNC_2, SYNC_3, Frame, Have
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

from ..support import Person, in_sync, join, running, session_between, until

STORE, OTHER = (KeyPair.from_seed(bytes([n]) * 32) for n in (90, 91))
ANN, BEN, EVE, EVE_HUB = (KeyPair.from_seed(bytes([n]) * 32) for n in (92, 93, 94, 95))
"""Nodes of the hub, of the home, and of a stranger."""


def roster_of(
    store: Store, nodes: list[KeyPair], version: int = 1, signer: KeyPair = STORE
) -> Roster:
    consents = [sign_consent(node, signer.public, now_ms()) for node in nodes]
    return sign_roster(signer, store.epoch, version, now_ms() + 86_400_000, consents)


class Hider(Engine):
    """One that leaves out a feed and says that it has told everything."""

    hidden = b""

    def _send(self, session: PeerConnection, frame: Frame) -> None:
        if isinstance(frame, Have):
            offers = [one for one in frame.offers if one.grant != self.hidden]
            frame = Have(offers, frame.more)
        super()._send(session, frame)


class Hub:
    """One file, and a process's view of it for each front end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stores: list[Store] = []
        self.person = Person("hub", self.open())

    def open(self) -> Store:
        store = open_store(self.path)
        self.stores.append(store)
        return store

    def front_end(self, node: KeyPair, roster: Roster | None = None, kind=Engine) -> Engine:
        engine = kind(self.open(), peer_id_of_key(node.public), "test/1", lambda _: None)
        if roster is not None:
            engine.replica.serve(roster.wire)
        return engine

    def carry(self, others: list[Person]) -> None:
        for other in others:
            self.person.follow(other)
            self.person.store.add_grant(other.grant)
        runs = [other.store.load(other.feed, 1, 100) for other in others]
        self.person.store.append([verify_run(run) for run in runs if run is not None], now_ms())

    def close(self) -> None:
        for store in self.stores:
            store.close()


@pytest.fixture
def hub(tmp_path: Path):
    with closing(Hub(tmp_path / "store.db")) as hub:
        yield hub


def writers(count: int) -> list[Person]:
    people = [Person(f"person {n}") for n in range(count)]
    for one in people:
        one.post("something")
    return people


def reader_of(people: list[Person]) -> Person:
    ben = Person("reader")
    for one in people:
        ben.follow(one)
    return ben


async def meet(home: Engine, front_end: Engine, version: int = SYNC_3) -> PeerConnection:
    """One session until both sides are in sync and remember it."""
    async with running(home, front_end) as nursery:
        join(nursery, home, front_end, version=version)
        session = await session_between(home, front_end)
        await in_sync(home, front_end)
        await in_sync(front_end, home)
        await until(lambda: knows(home, front_end), 20)
        await home.leave()
        await until(lambda: not home.sessions and not front_end.sessions)
    return session


def knows(home: Engine, front_end: Engine) -> bool:
    """Whether a home knows how far it knows the store of a front end."""
    node = key_of_peer_id(front_end._peer_id)
    store = home.replica.store_of(node, present())
    row = key_text(store) if store else front_end._peer_id
    place = home._store.resume_state(row).place
    return place is not None and place.mark == front_end._store.mark()


def engine_of(home: Person) -> Engine:
    return Engine(home.store, peer_id_of_key(EVE.public), "test/1", lambda _: None)


def cost(session: PeerConnection) -> int:
    return session.frames.bytes_in + session.frames.bytes_out


@pytest.mark.parametrize("feeds", [100, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_a_home_that_comes_to_another_front_end_pays_for_what_is_new(
    hub: Hub, feeds: int
) -> None:
    people = writers(feeds)
    hub.carry(people)
    home = reader_of(people)
    roster = roster_of(hub.person.store, [ANN, BEN])
    first = await meet(engine_of(home), hub.front_end(ANN, roster))
    assert home.held_of(people[-1]) == 2
    assert first.frames.bytes_in > 200 * feeds
    assert home.store.resume_state(key_text(STORE.public)).place is not None
    second = await meet(engine_of(home), hub.front_end(BEN, roster))
    print(f"{feeds} feeds: {cost(first)} bytes, then {cost(second)} at another front end")
    assert cost(second) < 1000
    people[0].post("news")
    hub.carry(people[:1])
    third = await meet(engine_of(home), hub.front_end(ANN, roster))
    assert home.texts_of(people[0])[-1] == "news"
    assert cost(third) < 2000


async def test_a_stranger_with_the_epoch_of_the_hub_costs_nobody_an_entry(hub: Hub) -> None:
    """He has the hub's store but for one account, and says that this is all."""
    people = writers(20)
    hub.carry(people)
    home = reader_of(people)
    roster = roster_of(hub.person.store, [ANN, BEN])
    await meet(engine_of(home), hub.front_end(ANN, roster))
    people[0].post("what the stranger hides")
    hub.carry(people[:1])
    stranger = hub.front_end(EVE_HUB, roster, Hider)
    stranger.hidden = people[0].grant.wire
    async with running(one := engine_of(home), stranger) as nursery:
        join(nursery, one, stranger, version=SYNC_3)
        await session_between(one, stranger)
        await in_sync(one, stranger)
        await one.leave()
    assert home.texts_of(people[0]) == ["something"]
    await meet(engine_of(home), hub.front_end(BEN, roster))
    assert home.texts_of(people[0])[-1] == "what the stranger hides"


async def test_what_a_stolen_front_end_hid_comes_when_it_is_removed(hub: Hub) -> None:
    people = writers(20)
    hub.carry(people)
    home = reader_of(people)
    roster = roster_of(hub.person.store, [ANN, BEN])
    stolen = hub.front_end(ANN, roster, Hider)
    stolen.hidden = people[0].grant.wire
    await meet(engine_of(home), stolen)
    await meet(engine_of(home), hub.front_end(BEN, roster))
    assert home.held_of(people[0]) == 0  # it went on where the other has ended
    later = roster_of(hub.person.store, [BEN], version=2)
    async with running(one := engine_of(home), ben := hub.front_end(BEN, later)) as nursery:
        join(nursery, one, ben, version=SYNC_3)
        await session_between(one, ben)
        await until(lambda: not one.sessions)  # it begins anew
    await meet(engine_of(home), hub.front_end(BEN, later))
    assert home.texts_of(people[0]) == ["something"]


async def test_a_peer_of_an_earlier_version_meets_front_ends_as_before(hub: Hub) -> None:
    people = writers(20)
    hub.carry(people)
    home = reader_of(people)
    roster = roster_of(hub.person.store, [ANN, BEN])
    await meet(engine_of(home), hub.front_end(ANN, roster), SYNC_2)
    assert home.store.rosters() == []
    again = await meet(engine_of(home), hub.front_end(ANN, roster), SYNC_2)
    other = await meet(engine_of(home), hub.front_end(BEN, roster), SYNC_2)
    assert cost(again) < 400 < 20 * 200 < cost(other)


async def test_both_directions_are_shared(hub: Hub) -> None:
    """At both the hub knows how far it knows the home, and the home what the hub wants."""
    people = writers(20)
    hub.carry(people)
    home = reader_of(people)
    hub.person.follow(home)
    home.post("hello, hub")
    roster = roster_of(hub.person.store, [ANN, BEN])
    await meet(engine_of(home), hub.front_end(ANN, roster))
    home.post("and again")
    second = await meet(engine_of(home), hub.front_end(BEN, roster))
    assert hub.person.texts_of(home) == ["hello, hub", "and again"]
    assert cost(second) < 1500


async def test_what_another_front_end_took_in_is_offered_before_the_mark(hub: Hub) -> None:
    """Also of an account that this one has never heard of: it has not looked since it began."""
    people = writers(10)
    hub.carry(people)
    late = Person("late")
    late.post("from far away")
    home = reader_of([*people, late])
    roster = roster_of(hub.person.store, [ANN, BEN])
    await meet(engine_of(home), hub.front_end(ANN, roster))
    ben = hub.front_end(BEN, roster)
    people[0].post("news")
    hub.carry([people[0], late])
    await meet(engine_of(home), ben)
    assert home.texts_of(people[0])[-1] == "news"
    assert home.texts_of(late) == ["from far away"]
