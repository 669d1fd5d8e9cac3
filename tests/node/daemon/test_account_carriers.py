"""Where letters for an account are laid down, and where nobody can have them laid down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sayso_node.accounts.carriers import Carrier, add_carrier
from sayso_node.accounts.creation import create_account
from sayso_node.clock import now_ms
from sayso_node.daemon.letters.account_carriers import AccountCarriers
from sayso_node.daemon.node import Node
from sayso_node.daemon.run import running_node
from sayso_node.daemon.run_options import RunOptions
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Profile
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_storage.interface.store import Store

from ..support import Person

PEERS = [peer_id_of_key(KeyPair.from_seed(bytes([n]) * 32).public) for n in range(1, 5)]
PUBLIC = f"/ip4/11.0.0.1/tcp/4001/p2p/{PEERS[0]}"
PRIVATE = f"/ip4/192.168.0.1/tcp/80/p2p/{PEERS[1]}"
LOOPBACK = f"/ip4/127.0.0.1/tcp/5432/p2p/{PEERS[2]}"


@dataclass
class Here:
    """A home with its node, which listens nowhere."""

    home: Home
    store: Store
    node: Node
    account: bytes

    async def find(self, account: bytes) -> Sequence[str]:
        return await AccountCarriers(self.home, self.store, self.node).find(account)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    home = Home(tmp_path / "home")
    create_account(home, "Ann", None)
    with open_home(home) as store:
        own = store.own_feed()
        assert own is not None
        async with running_node(home, store, RunOptions(), lambda _: None) as (node, _):
            yield Here(home, store, node, own.account)


def met(here: Here, *carriers: str) -> Person:
    """Somebody whose profile names these, and who is known here."""
    ben = Person("ben")
    run = ben.publish([Profile(name="Ben", carriers=carriers)])
    here.store.follow(ben.account, None, now_ms())
    here.store.add_grant(ben.grant)
    here.store.append([run], now_ms())
    return ben


async def test_a_profile_leads_to_the_internet_and_not_into_the_own_network(here: Here) -> None:
    ben = met(here, PUBLIC, PRIVATE, LOOPBACK, "nonsense")
    assert await here.find(ben.account) == [PUBLIC]
    at = Address.parse(PRIVATE)
    here.node.connection_manager.consider(Candidate(PEERS[1], (at,), Origin.OWNER))
    assert await here.find(ben.account) == [PUBLIC, PRIVATE], "the owner named that one"


async def test_a_peer_that_only_has_the_feeds_is_none(here: Here) -> None:
    ben = met(here)
    public = Address.parse(PUBLIC)
    told = Candidate(PEERS[0], (public,), Origin.DHT, accounts=frozenset({ben.account}))
    here.node.connection_manager.consider(told)
    assert await here.find(ben.account) == []


async def test_own_letters_lie_where_the_owner_asked_wherever_that_is(here: Here) -> None:
    add_carrier(here.home, Carrier(LOOPBACK, here.account))
    add_carrier(here.home, Carrier(PRIVATE, Person("ben").account))
    assert await here.find(here.account) == [LOOPBACK]


async def test_the_own_word_of_an_account_counts_and_the_own_node_is_left_out(here: Here) -> None:
    asked: list[bytes] = []
    own = f"/ip4/11.0.0.9/tcp/1/p2p/{here.node.network.peer_id}"

    async def nodes_of(account: bytes) -> Sequence[Address]:
        asked.append(account)
        return [Address.parse(one) for one in (PUBLIC, own, LOOPBACK)]

    here.node.nodes_of = nodes_of
    ben = met(here)
    assert await here.find(ben.account) == [PUBLIC]
    assert asked == [ben.account]
