"""A hub's service against whoever asks: answers, rates, garbage, silence, a store that fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
import trio.testing

from sayso_node.accounts.creation import create_account
from sayso_node.daemon.hub.hub_service import HubService
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.network.link import Link
from sayso_node.network.message_stream import receive_message, send_message
from sayso_node.sync.engine import Engine
from sayso_protocol.codec import encode
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.hub import carry_messages as codes
from sayso_protocol.discovery.hub.carry_messages import CarryAnswer, CarryRequest, read_answer
from sayso_protocol.discovery.hub.carry_proof import sign_proof
from sayso_protocol.discovery.hub.hub_limits import ASK_BURST, CARRY_SECONDS, MAX_CARRY_ANSWER
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_storage.interface.store import Store, StoreError

from ..support import Person

HUB = peer_id_of_key(KeyPair.from_seed(bytes(32)).public)
NODE = peer_id_of_key(KeyPair.from_seed(bytes([1]) * 32).public)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "hub")
    create_account(made, "Hub", None)
    made.hub.write_text('open = "everybody"\n')
    made.hub.chmod(0o600)
    return made


@pytest.fixture
async def hub(home: Home) -> AsyncIterator[tuple[HubService, Store]]:
    with open_home(home) as store:
        yield HubService(home, store, Engine(store, HUB, "test/1", lambda _: None), HUB), store


def account(number: int) -> bytes:
    return KeyPair.from_seed(number.to_bytes(32, "big")).public


async def asked(
    service: HubService, data: bytes, peer: str = NODE, network: str = "192.0.2.0/24"
) -> CarryAnswer | None:
    """What a hub answers to these bytes; None where it says nothing."""
    here, there = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:

        async def serve() -> None:
            await service.answer(Link(peer, "/memory", False, there, network))
            await there.aclose()

        nursery.start_soon(serve)
        await send_message(here, data)
        try:
            return read_answer(await receive_message(here, MAX_CARRY_ANSWER))
        except trio.BrokenResourceError:
            return None


async def ask(service: HubService, number: int, **options: str) -> int:
    answer = await asked(service, CarryRequest("carry", account(number)).to_bytes(), **options)
    assert answer is not None
    return answer.code


async def test_who_is_let_in_is_in_the_store(hub: tuple[HubService, Store]) -> None:
    service, store = hub
    assert await ask(service, 5) == codes.CARRIED
    [one] = store.carried_for_others()
    assert (one.account, one.asker, one.network) == (account(5), NODE, "192.0.2.0/24")
    status = await asked(service, CarryRequest("status", account(5)).to_bytes())
    assert status is not None and status.is_carried
    unknown = await asked(service, CarryRequest("status", account(6)).to_bytes())
    assert unknown == CarryAnswer(codes.NOT_CARRIED)


async def test_a_revoked_feed_proves_nothing(hub: tuple[HubService, Store]) -> None:
    from sayso_protocol.accounts.statement import sign_revoke

    service, store = hub
    ann = Person("ann")
    store.follow(ann.account, None, 1)
    store.add_grant(ann.grant)
    wire = sign_proof(ann.feed_key, ann.grant, "carry", HUB, NODE, 1_700_000_000_000)
    store.add_statements([sign_revoke(ann.account_key, ann.feed, 0, None)], 1)
    answer = await asked(service, CarryRequest("carry", ann.account, wire).to_bytes())
    assert answer == CarryAnswer(codes.FEED_ENDED)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff" * 40,
        encode([1, "carry", b"x", None]),
        encode([9]),
        encode([1, "x" * 900, 3, 4]),
    ],
)
async def test_garbage_has_no_answer_and_no_effect(
    hub: tuple[HubService, Store], data: bytes
) -> None:
    service, store = hub
    assert await asked(service, data) is None
    assert store.carried_for_others() == []


@pytest.mark.parametrize("proof", [b"", b"\x00", bytes(700)])
async def test_a_proof_that_is_none_is_refused_in_words(
    hub: tuple[HubService, Store], proof: bytes
) -> None:
    service, store = hub
    answer = await asked(service, CarryRequest("carry", account(1), proof).to_bytes())
    assert answer == CarryAnswer(codes.BAD_PROOF)
    assert store.carried_for_others() == []


async def test_one_network_is_answered_so_often_and_another_all_the_same(
    hub: tuple[HubService, Store],
) -> None:
    service, store = hub
    found = [await ask(service, n, peer=peer_of(n)) for n in range(ASK_BURST + 5)]
    assert found[ASK_BURST:] == [codes.BUSY] * 5
    assert await ask(service, 99, network="198.51.100.0/24") == codes.CARRIED
    assert len(store.carried_for_others()) <= ASK_BURST + 1
    assert service.answered[codes.BUSY] == 5


def peer_of(number: int) -> str:
    return peer_id_of_key(account(1000 + number))


async def test_who_says_nothing_is_left(
    hub: tuple[HubService, Store], autojump_clock: trio.testing.MockClock
) -> None:
    service, _ = hub
    _, there = trio.testing.memory_stream_pair()
    began = trio.current_time()
    await service.answer(Link(NODE, "/memory", False, there))
    assert trio.current_time() - began == pytest.approx(CARRY_SECONDS)


async def test_a_store_that_fails_carries_nobody_and_says_that_it_is_busy(
    hub: tuple[HubService, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, store = hub

    def fail(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(store, "carry", fail)
        assert await ask(service, 5) == codes.BUSY
    status = await asked(service, CarryRequest("status", account(5)).to_bytes())
    assert status == CarryAnswer(codes.NOT_CARRIED)
    assert await ask(service, 5) == codes.CARRIED
