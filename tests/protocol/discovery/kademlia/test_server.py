"""The serving side: types 2 to 5, bounded for each peer and address, each refusal counted."""

from __future__ import annotations

from random import Random

import pytest

from sayso_protocol.discovery.kademlia.contact import Contact, Scope
from sayso_protocol.discovery.kademlia.kademlia_limits import REQUESTS_A_NETWORK, REQUESTS_A_PEER
from sayso_protocol.discovery.kademlia.messages import Message, MessageType
from sayso_protocol.discovery.kademlia.routing_table import RoutingTable
from sayso_protocol.discovery.kademlia.server import Server
from sayso_protocol.errors import BadShape, Overdrawn, ProtocolViolation, Refused

from .crowd import contact_at, home, record_key_of

KEY = record_key_of(1)
NOTE = bytes(512)


@pytest.fixture
def server() -> Server:
    chance = Random(1)
    table = RoutingTable(b"own")
    for _ in range(60):
        one = contact_at(chance, home(chance))
        table.answered(one, one.networks)
    return Server(table)


ASKER = contact_at(Random(2), "5.6.7.8")


def ask(
    server: Server, message: Message, asker: Contact = ASKER, scope: Scope = Scope.INTERNET
) -> Message | None:
    answer = server.answer(asker.id, asker.networks, scope, message.encode(), 0)
    return None if answer is None else Message.decode(answer)


def test_a_ping_is_answered(server: Server) -> None:
    assert ask(server, Message(MessageType.PING)) == Message(MessageType.PING)


def test_a_node_is_told_who_is_near_and_never_itself(server: Server) -> None:
    answer = ask(server, Message(MessageType.FIND_NODE, KEY))
    assert answer is not None
    assert len(answer.closer) == 20
    asker = answer.closer[0]
    again = ask(server, Message(MessageType.FIND_NODE, KEY), asker)
    assert again is not None
    assert asker not in again.closer


@pytest.mark.parametrize("kind", [MessageType.PUT_VALUE, MessageType.GET_VALUE])
def test_values_are_not_served(server: Server, kind: MessageType) -> None:
    with pytest.raises(ProtocolViolation):
        ask(server, Message(kind, KEY))
    assert server.counts == {"protocol-violation": 1}


def test_an_announcement_is_kept_whoever_brings_it(server: Server) -> None:
    assert ask(server, Message(MessageType.ADD_PROVIDER, KEY, sealed=(NOTE,))) is None
    answer = ask(server, Message(MessageType.GET_PROVIDERS, KEY))
    assert answer is not None
    assert (answer.providers, answer.sealed) == ((), (NOTE,))


def test_a_plain_record_is_kept_of_the_sender_alone(server: Server) -> None:
    other = contact_at(Random(3), "9.9.9.9")
    without = Contact(ASKER.id)
    for one in (other, without, ASKER):
        ask(server, Message(MessageType.ADD_PROVIDER, KEY, providers=(one,)))
    answer = ask(server, Message(MessageType.GET_PROVIDERS, KEY))
    assert answer is not None
    assert answer.providers == (ASKER,)


@pytest.mark.parametrize("key", [b"", b"short", bytes(34), b"\x00\x20" + bytes(32), KEY + b"x"])
def test_a_record_lies_under_a_multihash_alone(server: Server, key: bytes) -> None:
    ask(server, Message(MessageType.ADD_PROVIDER, key, sealed=(NOTE,)))
    assert len(server.records) == 0
    assert server.counts["no-record-key"] == 1


def test_private_addresses_are_told_to_neighbours_alone(server: Server) -> None:
    home = contact_at(Random(4), "192.168.1.7")
    ask(server, Message(MessageType.ADD_PROVIDER, KEY, providers=(home,)), home, Scope.LAN)
    told = {}
    for scope in (Scope.LAN, Scope.INTERNET):
        answer = ask(server, Message(MessageType.GET_PROVIDERS, KEY), scope=scope)
        assert answer is not None
        told[scope] = answer.providers[0].addresses
    assert told == {Scope.LAN: home.addresses, Scope.INTERNET: ()}


def test_a_peer_may_ask_so_often_and_an_address_too(server: Server) -> None:
    ping = Message(MessageType.PING)
    for _ in range(REQUESTS_A_PEER):
        ask(server, ping)
    with pytest.raises(Overdrawn):
        ask(server, ping)
    chance = Random(5)
    with pytest.raises(Overdrawn):
        for _ in range(REQUESTS_A_NETWORK):
            ask(server, ping, contact_at(chance, "5.6.7.8"))
    assert ask(server, ping, contact_at(chance, "5.6.7.9")) == ping
    data = ping.encode()
    assert server.answer(ASKER.id, ASKER.networks, Scope.INTERNET, data, 60_000) == data
    assert server.counts["overdrawn"] == 2


def test_what_is_refused_is_counted_and_charged(server: Server) -> None:
    for _ in range(REQUESTS_A_PEER):
        with pytest.raises(BadShape):
            server.answer(ASKER.id, ASKER.networks, Scope.INTERNET, b"\xff", 0)
    with pytest.raises(Refused):
        server.answer(ASKER.id, ASKER.networks, Scope.INTERNET, b"\xff", 0)
    assert server.counts == {"bad-shape": REQUESTS_A_PEER, "overdrawn": 1}
