"""Peer exchange over real sockets: what is told, what is believed, and what is left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
import trio
from tests.budget import long
from tests.node.network.transport.support import ANY_PORT, refuse, seed

from sayso_node.clock import now_ms
from sayso_node.network.discovery.exchange import PeerExchange
from sayso_node.network.link import DialError, Link, Network
from sayso_node.network.message_stream import receive_message, send_message
from sayso_node.network.transport import open_network
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.address_book.address_book import AddressBook
from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_exchange.exchange_limits import MAX_ANSWER, PROTOCOL
from sayso_protocol.discovery.peer_exchange.messages import PeersRequest, decode_answer
from sayso_protocol.discovery.peer_exchange.peer_teller import PeerTeller
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.discovery.seeded_random import SeededRandom
from sayso_protocol.discovery.signed_record import sign_peer_record

SOON = 60
FAR = KeyPair.from_seed(b"f" * 32)
FAR_AT = Address("ip4", "81.2.69.142", 4001, peer_id_of_key(FAR.public))


@dataclass
class Running:
    """One node that exchanges peers with those it is told to have sessions with."""

    network: Network
    book: AddressBook
    sessions: set[str] = field(default_factory=set)
    found: list[Candidate] = field(default_factory=list)

    def told(self, origin: Origin) -> list[Candidate]:
        return [one for one in self.found if one.origin is origin]

    def knows(self, key: KeyPair, address: Address) -> None:
        """It has dialled a peer, which agreed to be told of."""
        record = sign_peer_record(key, now_ms(), [address])
        self.book.hear(address, Origin.OWNER, "", now_ms(), SeededRandom(b"d"))
        self.book.note_success(address, now_ms())
        peer_id = peer_id_of_key(key.public)
        self.book.note_record(peer_id, record, now_ms(), agrees=True)


@asynccontextmanager
async def running(stack: AsyncExitStack, number: int) -> AsyncIterator[Running]:
    network = await stack.enter_async_context(
        open_network(node_seed=seed(number), listen=[ANY_PORT], on_link=refuse)
    )
    nursery = await stack.enter_async_context(trio.open_nursery())
    stack.callback(nursery.cancel_scope.cancel)
    node = Running(network, AddressBook(bytes([number])))
    exchange = PeerExchange(
        network,
        KeyPair.from_seed(seed(number)),
        PeerTeller(node.book),
        peers=lambda: node.sessions,
        found=node.found.append,
        agrees=lambda: True,
    )
    nursery.start_soon(exchange.run)
    yield node


@asynccontextmanager
async def two() -> AsyncIterator[tuple[Running, Running]]:
    """Two nodes with a connection that stays."""
    async with (
        AsyncExitStack() as stack,
        running(stack, 1) as here,
        running(stack, 2) as there,
    ):
        for one, other in ((here, there), (there, here)):
            stack.enter_context(one.network.hold(other.network.peer_id))
        yield here, there


async def connect(here: Running, there: Running) -> None:
    here.sessions.add(there.network.peer_id)
    there.sessions.add(here.network.peer_id)
    await meet(here, there)


async def meet(here: Running, there: Running) -> None:
    """A connection, which the test holds."""

    async def end_soon(_: Link) -> None:
        await trio.sleep(0.01)

    there.network.handle("/test/1", end_soon)
    link = await here.network.open_stream(there.network.addresses[0], "/test/1")
    await link.stream.aclose()


async def until(condition: Callable[[], bool]) -> None:
    with trio.fail_after(SOON):
        while not condition():
            await trio.sleep(0.02)


def addresses_of(network: Network) -> set[str]:
    return {text.partition("/p2p/")[0] for text in network.addresses}


@long
async def test_both_sides_tell_where_they_are_and_whom_they_know() -> None:
    async with two() as (here, there):
        there.knows(FAR, FAR_AT)
        await connect(here, there)
        await until(lambda: bool(here.told(Origin.EXCHANGE) and there.told(Origin.CONTACT)))
        await until(lambda: bool(here.told(Origin.CONTACT)))
        for one, other in ((here, there), (there, here)):
            said = one.told(Origin.CONTACT)[0]
            assert said.peer_id == other.network.peer_id
            assert {str(address) for address in said.addresses} <= addresses_of(other.network)
            assert said.addresses
        [heard] = here.told(Origin.EXCHANGE)
        assert (heard.peer_id, heard.told_by) == (FAR_AT.peer_id, there.network.peer_id)
        assert [address.host for address in heard.addresses] == [FAR_AT.host]


@long
async def test_a_change_of_address_is_told_soon() -> None:
    async with two() as (here, there):
        await connect(here, there)
        await until(lambda: bool(there.told(Origin.CONTACT)))
        moved = Address("ip4", "127.0.0.1", 4999)
        here.network.own_addresses.set("given", [moved])
        await until(lambda: moved in there.told(Origin.CONTACT)[-1].addresses)


async def test_who_has_no_session_is_told_nothing() -> None:
    async with two() as (here, there):
        there.knows(FAR, FAR_AT)
        await meet(here, there)
        with trio.fail_after(SOON), pytest.raises((trio.BrokenResourceError, DialError)):
            link = await here.network.open_stream(there.network.addresses[0], PROTOCOL)
            await send_message(link.stream, PeersRequest(b"", False, True).encode())
            await receive_message(link.stream, MAX_ANSWER)
        assert not there.found


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\xff\xff\xff",
        PeersRequest(b"no record", True, True).encode(),
        PeersRequest(sign_peer_record(FAR, 1, [FAR_AT]), True, False).encode(),
        PeersRequest(sign_peer_record(FAR, 1, [FAR_AT])[:-1], True, True).encode(),
        b"\x0a\x00" * 5000,
    ],
)
async def test_what_is_wrong_or_of_another_peer_is_not_believed(request_bytes: bytes) -> None:
    async with two() as (here, there):
        there.sessions.add(here.network.peer_id)
        link = await here.network.open_stream(there.network.addresses[0], PROTOCOL)
        with trio.move_on_after(SOON):
            try:
                await send_message(link.stream, request_bytes)
                assert decode_answer(await receive_message(link.stream, MAX_ANSWER)) == []
            except trio.BrokenResourceError:
                pass
        assert FAR_AT.peer_id not in {one.peer_id for one in there.found}
        assert there.book.peer(str(FAR_AT.peer_id)) is None
