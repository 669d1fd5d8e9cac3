"""Accounts are found by homes: in the hash table, by sync peers, over restarts; and hidden by those
who want to be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.budget import long

from sayso_node.accounts.creation import create_account
from sayso_node.clock import now_ms, present
from sayso_node.daemon.keep_up import keep_up
from sayso_node.daemon.lookups.account_location import AccountLocation, locate_accounts
from sayso_node.daemon.node import Node
from sayso_node.daemon.run import running_node
from sayso_node.daemon.run_options import RunOptions
from sayso_node.home.directory import Home
from sayso_node.home.kept_proxy import keep_proxy
from sayso_node.home.keystore import read_keystore
from sayso_node.home.open_store import open_home
from sayso_node.network.discovery.location_exchange import PROTOCOL
from sayso_node.network.message_stream import receive_message
from sayso_protocol.accounts.statement import sign_grant, sign_revoke
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.kademlia.messages import PROTOCOL as KADEMLIA
from sayso_protocol.discovery.location.announcement import sign_announcement
from sayso_protocol.discovery.location.locator import Locator
from sayso_protocol.discovery.multiaddr import Address
from sayso_storage.interface.store import Store

SOON = 60
ANY_PORT = ("/ip4/127.0.0.1/tcp/0",)


@dataclass
class RunningHome:
    """A home whose node runs, on this machine alone: its addresses count as public ones."""

    home: Home
    store: Store
    node: Node
    location: AccountLocation
    considered: list[Candidate] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def account(self) -> bytes:
        own = self.store.own_feed()
        assert own is not None
        return own.account

    @property
    def address(self) -> str:
        return self.node.network.addresses[0]

    @property
    def knows(self) -> int:
        return len(self.location.locator.table)

    async def find(self, account: bytes) -> list[dict[str, Any]]:
        with trio.fail_after(SOON):
            answer = await self.location.answer({"account": account.hex()})
        found = answer["found"]
        assert isinstance(found, list)
        return found


def made(folder: Path, name: str, passphrase: bytes | None = None) -> Home:
    home = Home(folder / name)
    if not home.exists:
        create_account(home, name, passphrase)
    return home


@asynccontextmanager
async def running(
    home: Home,
    *,
    announces: bool = True,
    serves: bool = True,
    lacking: tuple[bytes, ...] = (),
    passphrase: bytes | None = None,
) -> AsyncIterator[RunningHome]:
    considered: list[Candidate] = []
    events: list[dict[str, Any]] = []
    with open_home(home) as store, home.lock():
        options = RunOptions(listen=ANY_PORT)
        async with running_node(home, store, options, events.append) as (node, nursery):
            at = [Address.parse(one) for one in node.network.addresses[:1]]
            location = AccountLocation(
                home,
                store,
                node,
                addresses=lambda: at,
                serves_at=lambda: at if serves else [],
                consider=considered.append,
                lacking=lambda: lacking,
                announces=announces,
                passphrase=passphrase,
            )
            nursery.start_soon(keep_up, "locations", location.run)
            await until(lambda: serves == (KADEMLIA in node.network.protocols))
            yield RunningHome(home, store, node, location, considered, events)


async def until(condition: Callable[[], bool]) -> None:
    with trio.fail_after(SOON):
        while not condition():
            await trio.sleep(0.02)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso_protocol.discovery.location.locator.PROBE_MS", 0)
    monkeypatch.setattr("sayso_node.network.discovery.dht.TICK_SECONDS", 0.1)
    monkeypatch.setattr("sayso_node.network.discovery.location_exchange.SETTLE_SECONDS", 0)
    monkeypatch.setattr("sayso_node.network.discovery.location_exchange.RETRY_SECONDS", 0.1)
    monkeypatch.setattr("sayso_node.daemon.lookups.account_location.WATCH_SECONDS", 0.05)
    monkeypatch.setattr("sayso_node.daemon.keep_up.AGAIN_SECONDS", 0.05)


@long
async def test_a_stranger_finds_an_account_by_its_key(tmp_path: Path) -> None:
    ann, ben, cleo = (made(tmp_path, name) for name in ("ann", "ben", "cleo"))
    async with running(ben) as there, running(ann) as author, running(cleo) as reader:
        await author.node.dial(there.address)
        await reader.node.dial(there.address)
        await until(lambda: author.location.locator.counts["sent"] > 0)
        await until(lambda: reader.knows > 0)
        [row, *_] = await reader.find(author.account)
        assert row["peer"] == author.node.network.peer_id
        assert row["addrs"] == [author.address]
        assert (row["by"], row["places"] > 0) == ("account", True)
        candidate = Candidate(
            author.node.network.peer_id,
            (Address.parse(author.address),),
            Origin.DHT,
            accounts=frozenset({author.account}),
        )
        assert reader.considered == [candidate]


@long
@pytest.mark.parametrize("failure", [OverflowError("too large"), OSError(24, "descriptors")])
async def test_who_waits_for_a_lookup_is_answered_though_it_failed_in_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """In a way that nobody expected: what was under way is lost, and is done again."""
    ann, ben, cleo = (made(tmp_path, name) for name in ("ann", "ben", "cleo"))
    async with running(ben) as there, running(ann) as author, running(cleo) as reader:
        await author.node.dial(there.address)
        await reader.node.dial(there.address)
        await until(lambda: author.location.locator.counts["sent"] > 0)
        await until(lambda: reader.knows > 0 and reader.location.locator.is_idle)
        failed = trio.Event()
        answered = Locator.answered

        def fail_once(locator: Locator, *args: Any) -> Any:
            if locator is reader.location.locator and not failed.is_set():
                failed.set()
                raise failure
            return answered(locator, *args)

        monkeypatch.setattr(Locator, "answered", fail_once)
        rows = await reader.find(author.account)
        assert failed.is_set()
        assert author.node.network.peer_id in [row["peer"] for row in rows]


@long
async def test_an_account_with_too_few_sources_is_looked_up_by_itself(tmp_path: Path) -> None:
    ann, ben, cleo = (made(tmp_path, name) for name in ("ann", "ben", "cleo"))
    async with running(ben) as there, running(ann) as author:
        await author.node.dial(there.address)
        await until(lambda: author.location.locator.counts["sent"] > 0)
        async with running(cleo, lacking=(author.account,)) as reader:
            await reader.node.dial(there.address)
            await until(lambda: bool(reader.considered))
            assert reader.considered[0].peer_id == author.node.network.peer_id


@long
async def test_sync_peers_tell_each_other_and_a_restart_loses_nothing(tmp_path: Path) -> None:
    """Nobody serves the table here: what is known comes from sync peers alone."""
    ann, ben, cleo = (made(tmp_path, name) for name in ("ann", "ben", "cleo"))
    async with running(ann, serves=False) as author:
        account, peer_id = author.account, author.node.network.peer_id
        with open_home(ben) as store:
            store.follow(account, None, now_ms())
        async with running(ben, serves=False) as follower:
            await until(lambda: author.location.locator.own is not None)
            own = author.location.locator.own
            assert own is not None
            own.make(present())  # to nobody: there is no table
            await follower.node.dial(author.address)
            book = follower.location.locator.book
            await until(lambda: bool(book.newest(account, now_ms())))
    with open_home(cleo) as store:
        store.follow(account, None, now_ms())
    async with running(ben, serves=False) as follower, running(cleo, serves=False) as other:
        [row] = await follower.find(account)
        assert (row["peer"], row["places"]) == (peer_id, 0)
        await other.node.dial(follower.address)
        book = other.location.locator.book
        await until(lambda: bool(book.newest(account, now_ms())))


async def test_a_stranger_without_a_session_is_told_nothing(tmp_path: Path) -> None:
    ann, ben = made(tmp_path, "ann"), made(tmp_path, "ben")
    async with running(ann) as author, running(ben) as other:
        link = await other.node.network.open_stream(author.address, PROTOCOL)
        with trio.fail_after(SOON), pytest.raises(trio.BrokenResourceError):
            await receive_message(link.stream, 100)


@long
async def test_who_does_not_want_to_be_found_says_nothing(tmp_path: Path) -> None:
    ann, ben = made(tmp_path, "ann"), made(tmp_path, "ben")
    async with running(ben) as there, running(ann, announces=False) as author:
        await author.node.dial(there.address)
        await until(lambda: author.knows > 0 and author.location.locator.is_idle)
        await trio.sleep(0.5)
        assert author.location.locator.own is None
        assert author.location.locator.counts["sent"] == 0
        assert await there.find(author.account) == []


@long
async def test_behind_a_proxy_nothing_is_announced_and_nobody_answered(tmp_path: Path) -> None:
    ann = made(tmp_path, "ann")
    keep_proxy(ann, "socks5://127.0.0.1:9")
    options = RunOptions(listen=ANY_PORT)
    with open_home(ann) as store, ann.lock():
        async with running_node(ann, store, options, lambda _: None) as (node, nursery):
            node.network.own_addresses.set("given", [Address.parse("/ip4/8.8.8.8/tcp/4001")])
            location = locate_accounts(ann, store, node, nursery, replace(options, announces=True))
            await trio.sleep(0.5)
            assert location.locator.own is None
            assert location.locator.serves_at == ()
            assert KADEMLIA not in node.network.protocols
            assert "find" in node.actions


async def test_locked_keys_sign_nothing_and_it_is_told(tmp_path: Path) -> None:
    async with running(made(tmp_path, "ann", b"a passphrase")) as author:
        await until(lambda: any(one["event"] == "not-announced" for one in author.events))
        assert author.location.locator.own is None


async def test_locked_keys_sign_where_the_node_has_their_passphrase(tmp_path: Path) -> None:
    ann = made(tmp_path, "ann", b"a passphrase")
    async with running(ann, passphrase=b"a passphrase") as author:
        await until(lambda: author.location.locator.own is not None)
        assert not [one for one in author.events if one["event"] == "not-announced"]


async def test_a_revoked_device_is_not_believed(tmp_path: Path) -> None:
    ann, ben = made(tmp_path, "ann"), made(tmp_path, "ben")
    async with running(ann) as author, running(ben) as reader:
        account = author.account
        reader.store.follow(account, None, now_ms())
        await reader.node.engine.refresh()
        await reader.node.dial(author.address)
        await until(lambda: bool(reader.store.feeds_of(account)))
        with trio.fail_after(SOON):  # what was announced has to arrive
            while {row["by"] for row in await reader.find(account)} != {"account", "connected"}:
                await trio.sleep(0.05)
        keys = read_keystore(ann.keys)
        own = author.store.own_feed()
        assert own is not None
        revoke = sign_revoke(keys.account, own.feed, 0, None)
        assert reader.store.add_statements([revoke], now_ms()) == [True]
        assert {row["by"] for row in await reader.find(account)} <= {"connected"}


async def test_where_a_peer_came_from_is_no_address_of_it(tmp_path: Path) -> None:
    ann, ben = made(tmp_path, "ann"), made(tmp_path, "ben")
    async with running(ann) as follower, running(ben, announces=False) as author:
        account = author.account
        follower.store.follow(account, None, now_ms())
        await follower.node.engine.refresh()
        await author.node.dial(follower.address)
        await until(lambda: bool(follower.store.feeds_of(account)))
        [found] = await follower.find(account)
        [came] = follower.node.engine.sessions.values()
        assert found["by"] == "connected" and found["peer"] == came.link.peer_id
        assert not came.link.outbound and came.link.address not in found["addrs"]


async def test_a_feed_that_promises_another_key_is_not_believed(tmp_path: Path) -> None:
    """Whoever stole the account's key can make a feed, and cannot keep the account's promise."""
    ann, ben = made(tmp_path, "ann"), made(tmp_path, "ben")
    async with running(ann) as author, running(ben) as reader:
        account = author.account
        reader.store.follow(account, None, now_ms())
        await reader.node.engine.refresh()
        await reader.node.dial(author.address)
        await until(lambda: bool(reader.store.feeds_of(account)))
        thief = KeyPair.from_seed(b"t" * 32)
        grant = sign_grant(read_keystore(ann.keys).account, thief, b"p" * 32)
        said = sign_announcement(thief, grant, reader.node.network.peer_id, now_ms(), [])
        await reader.find(account)
        assert not reader.location.locator.learn(said, present())


async def test_the_file_of_announcements_can_be_damaged_or_gone(tmp_path: Path) -> None:
    ann = made(tmp_path, "ann")
    ann.announcements.write_bytes(b"\xff" * 100)
    ann.announcements.chmod(0o600)
    async with running(ann) as author:
        assert len(author.location.locator.book) == 0
        await until(lambda: author.location.locator.own is not None)
