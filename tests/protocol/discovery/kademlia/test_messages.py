"""Messages: the bytes of libp2p's kad, one field of our own, and nothing without a bound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.kademlia.contact import Contact, Scope, reachable_from, scope_of
from sayso_protocol.discovery.kademlia.kademlia_limits import (
    ANNOUNCEMENT_SIZES,
    BUCKET_SIZE,
    MAX_ADDRESS,
    MAX_ADDRESSES,
    MAX_ANSWER,
    MAX_ID,
    MAX_KEY,
    MAX_REQUEST,
    RECORDS_A_KEY,
)
from sayso_protocol.discovery.kademlia.messages import Message, MessageType
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.errors import BadShape, Refused, TooLarge
from sayso_protocol.protobuf import encode

contacts = st.builds(
    Contact,
    st.binary(min_size=1, max_size=MAX_ID),
    st.lists(st.binary(max_size=MAX_ADDRESS), max_size=MAX_ADDRESSES).map(tuple),
)
sealed = st.sampled_from(ANNOUNCEMENT_SIZES).map(lambda size: b"s" * size)
messages = st.builds(
    Message,
    st.sampled_from(MessageType),
    st.binary(max_size=MAX_KEY),
    st.lists(contacts, max_size=3).map(tuple),
    st.lists(contacts, max_size=3).map(tuple),
    st.lists(sealed, max_size=3).map(tuple),
)


@given(messages)
def test_what_is_written_is_read(message: Message) -> None:
    assert Message.decode(message.encode()) == message


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        Message.decode(data)
    except Refused:
        pass


def test_the_bytes_are_those_of_libp2p() -> None:
    """By hand, from specs/kad-dht: type 4 (FIND_NODE), key, one closer peer with one address."""
    address = bytes.fromhex("04c000020706 0fa1".replace(" ", ""))
    contact = Contact(b"\x12\x20" + bytes(32), (address,))
    data = Message(MessageType.FIND_NODE, b"key", (contact,)).encode()
    peer = b"\x0a\x22" + contact.id + b"\x12\x08" + address
    assert data == b"\x08\x04\x12\x03key" + b"\x42" + bytes([len(peer)]) + peer


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (encode((1, 6)), BadShape),
        (encode((1, 1 << 60)), BadShape),
        (encode((1, 4), (2, bytes(MAX_KEY + 1))), TooLarge),
        (encode((1, 4), (2, 7)), BadShape),
        (encode((1, b"four")), BadShape),
        (encode((1, 4), (8, [b""])), BadShape),
        (encode((1, 4), (8, [encode((1, bytes(MAX_ID + 1)))])), TooLarge),
        (encode((1, 4), (9, [b"\xff"])), BadShape),
        (b"\x08", BadShape),
    ],
)
def test_what_breaks_a_rule_is_refused(data: bytes, error: type[Refused]) -> None:
    with pytest.raises(error):
        Message.decode(data)


def test_of_too_much_the_first_is_kept() -> None:
    one = Contact(b"id", tuple(bytes([n]) for n in range(40))).encode()
    many = encode((1, 3), (8, [one] * 200), (9, [one] * 200), (100, [bytes(512)] * 100))
    message = Message.decode(many)
    assert len(message.closer) == BUCKET_SIZE
    assert len(message.providers) == len(message.sealed) == RECORDS_A_KEY
    assert len(message.closer[0].addresses) == MAX_ADDRESSES


@pytest.mark.parametrize("size", [0, 1, 256, 511, 513, 1023, 1025, 4096])
def test_a_seal_of_another_size_is_none(size: int) -> None:
    assert Message.decode(encode((1, 2), (100, [bytes(size), bytes(512)]))).sealed == (bytes(512),)


def test_long_messages_fit_their_frames() -> None:
    longest = Contact(bytes(MAX_ID), (bytes(60),) * MAX_ADDRESSES)
    request = Message(MessageType.ADD_PROVIDER, bytes(MAX_KEY), (), (longest,), (bytes(1024),))
    assert len(request.encode()) <= MAX_REQUEST
    closer = (longest,) * BUCKET_SIZE
    answer = Message(
        MessageType.GET_PROVIDERS, bytes(MAX_KEY), closer, (), (bytes(1024),) * RECORDS_A_KEY
    )
    assert len(answer.encode()) <= MAX_ANSWER


SCOPES = {
    "/ip4/8.8.8.8/tcp/1": Scope.INTERNET,
    "/ip6/2001:4860::1/tcp/1": Scope.INTERNET,
    "/dns4/example.org/tcp/1": Scope.INTERNET,
    "/ip4/192.168.1.7/tcp/1": Scope.LAN,
    "/ip4/10.1.1.7/tcp/1": Scope.LAN,
    "/ip4/100.64.1.7/tcp/1": Scope.LAN,
    "/ip6/fd00::7/tcp/1": Scope.LAN,
    "/ip6zone/eth0/ip6/fe80::7/tcp/1": Scope.LAN,
    "/ip4/127.0.0.1/tcp/1": Scope.MACHINE,
    "/ip6/::1/tcp/1": Scope.MACHINE,
}


@pytest.mark.parametrize(("text", "scope"), SCOPES.items())
def test_addresses_are_told_within_their_scope_alone(text: str, scope: Scope) -> None:
    address = Address.parse(text).to_bytes()
    assert scope_of(address) is scope
    for asker in (Scope.MACHINE, Scope.LAN, Scope.INTERNET):
        told = reachable_from(asker, [Contact(b"id", (address, b"rubbish"))])
        assert told == ([Contact(b"id", (address,))] if asker <= scope else [])
