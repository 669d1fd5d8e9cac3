"""Each quota of a `hub.toml` holds: read from the file, against real stores, services and seats."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import cast

import pytest
import trio
from tests.budget import long
from tests.node.network.transport.test_admission import FakeConnection

from sayso_node.daemon.hub.hub_service import LOOK_SECONDS, HubService
from sayso_node.daemon.run import _limits_of
from sayso_node.home.directory import Home
from sayso_node.network.transport.admission import Admission
from sayso_node.network.transport.yamux.yamux_connection import YamuxConnection
from sayso_node.sync.engine import Engine
from sayso_protocol.discovery.hub import carry_messages as codes
from sayso_protocol.discovery.hub.settings import Quota
from sayso_protocol.feed.run import verify_run
from sayso_protocol.seats import NoSeatError
from sayso_storage.interface.network.carriage import ENTRY_BYTES
from sayso_storage.interface.store import Store

from ..support import Person, until
from .test_hub_service import HUB, ask, peer_of

POST = "a post of some forty bytes, number"


def settle(home: Home, **quota: object) -> None:
    """Write a `hub.toml` that lets everybody in, with these quotas."""
    lines = [f"{name} = {value!r}".replace("'", '"') for name, value in quota.items()]
    home.hub.write_text("\n".join(['open = "everybody"', "[quota]", *lines]) + "\n")
    home.hub.chmod(0o600)


@asynccontextmanager
async def hub_of(home: Home, store: Store) -> AsyncIterator[HubService]:
    engine = Engine(store, HUB, "test/1", lambda _: None)
    async with trio.open_nursery() as nursery:
        service = HubService(home, store, engine, HUB)
        nursery.start_soon(service.run)
        yield service
        nursery.cancel_scope.cancel()


def network_of(number: int) -> str:
    return f"198.51.{number}.0/24"


def somebody(number: int) -> dict[str, str]:
    """Options of somebody whom no other quota but that of accounts touches."""
    return {"peer": peer_of(number), "network": network_of(number)}


async def test_accounts(home: Home, store: Store) -> None:
    settle(home, accounts=3)
    async with hub_of(home, store) as hub:
        found = [await ask(hub, number, **somebody(number)) for number in range(5)]
    assert found == [codes.CARRIED] * 3 + [codes.HUB_FULL] * 2
    assert len(store.carried_for_others()) == 3


async def test_peer_accounts(home: Home, store: Store) -> None:
    settle(home, peer_accounts=2)
    async with hub_of(home, store) as hub:
        asked = [{"peer": peer_of(1), "network": network_of(n)} for n in range(3)]
        found = [await ask(hub, number, **asked[number]) for number in range(3)]
        assert found == [codes.CARRIED, codes.CARRIED, codes.PEER_FULL]
        assert await ask(hub, 9, **somebody(9)) == codes.CARRIED


async def test_network_accounts(home: Home, store: Store) -> None:
    settle(home, network_accounts=3)
    async with hub_of(home, store) as hub:
        asked = [{"peer": peer_of(n), "network": network_of(1)} for n in range(4)]
        found = [await ask(hub, number, **asked[number]) for number in range(4)]
        assert found == [codes.CARRIED] * 3 + [codes.NETWORK_FULL]
        assert await ask(hub, 9, **somebody(9)) == codes.CARRIED


def write(store: Store, people: list[Person], posts: int) -> None:
    """Posts that come into the store of a hub, of accounts that it carries."""
    for one in people:
        store.add_grant(one.grant)
        one.post(*(f"{POST} {number}" for number in range(posts)))
        [feed] = [state for state in one.store.feeds_carried() if state.feed == one.feed]
        run = one.store.load(one.feed, 1, feed.head)
        assert run is not None
        store.append([verify_run(run)], run.times[-1])


def grows(store: Store, people: list[Person]) -> Callable[[], list[bool]]:
    return lambda: [one.account in store.carried_accounts() for one in people]


@long
async def test_account_bytes(home: Home, store: Store) -> None:
    settle(home, account_bytes=10 * ENTRY_BYTES)
    people = [Person("ann"), Person("ben")]
    ann, ben = people
    for number, one in enumerate(people):
        store.carry(one.account, "reader", peer_of(number), network_of(number), 1)
    async with hub_of(home, store) as hub:
        write(store, [ann], 20)
        write(store, [ben], 2)
        await until(lambda: grows(store, people)() == [False, True])
        by_account = {one.account: one for one in hub.load().accounts}
        full, other = by_account[ann.account], by_account[ben.account]
        assert full.bytes > 10 * ENTRY_BYTES > other.bytes > 0
        assert ann.feed in {state.feed for state in store.feeds_carried()}  # and is passed on
        settle(home, account_bytes=100 * ENTRY_BYTES)
        await until(lambda: grows(store, people)() == [True, True])


@long
async def test_bytes(home: Home, store: Store) -> None:
    """Half is shared out by four, the other half is for who needs more."""
    settle(home, accounts=4, bytes=40 * ENTRY_BYTES, account_bytes="1 MiB")
    people = [Person(name) for name in ("ann", "ben", "cat")]
    for number, one in enumerate(people):
        store.carry(one.account, "reader", peer_of(number), network_of(number), 1)
    async with hub_of(home, store) as hub:
        write(store, people[:2], 18)
        write(store, people[2:], 1)
        await until(lambda: grows(store, people)() == [False, False, True])
        assert sum(one.bytes for one in hub.load().accounts) > 40 * ENTRY_BYTES
        settle(home, accounts=4, bytes="1 GiB", account_bytes="1 MiB")
        await until(lambda: grows(store, people)() == [True] * 3)


def test_what_peers_cost_is_bounded_as_the_file_says(home: Home) -> None:
    settle(home, peers=6, address_peers=2)
    limits = _limits_of(home)
    admission = Admission(limits, 1 << 20)

    def come(host: str, peer: str) -> FakeConnection:
        connection = FakeConnection(peer)
        admission.establish(admission.add_pending(host), cast("YamuxConnection", connection))
        return connection

    async def fill() -> None:
        for number in range(2):
            come("203.0.113.7", f"a{number}")
        with pytest.raises(NoSeatError):
            come("203.0.113.7", "a2")
        for number in range(20):  # others, who may take the place of one another
            with suppress(NoSeatError):
                come(f"198.51.{number}.1", f"b{number}")
            assert admission.counts.taken <= 6
        counts = admission.counts
        assert (counts.seats, counts.admitted - counts.gave_way) == (6, counts.taken)
        assert counts.refused + counts.admitted == 23

    trio.run(fill)


def test_without_a_file_peers_are_those_of_the_page(home: Home) -> None:
    limits = _limits_of(home)
    assert (limits.inbound, limits.inbound_per_address) == (Quota().peers, Quota().address_peers)


def test_quotas_are_looked_at_twice_a_second() -> None:
    assert LOOK_SECONDS == 0.5  # docs/hub.md
