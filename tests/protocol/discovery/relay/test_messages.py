"""Messages of the relay protocols: written and read alike, held against bytes of js-libp2p."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocol.discovery.test_multiaddr import addresses, peers

from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_bytes
from sayso_protocol.discovery.relay.messages import (
    HopKind,
    HopMessage,
    Limit,
    Reservation,
    Status,
    StopKind,
    StopMessage,
    decode_hop,
    decode_stop,
    encode_hop,
    encode_stop,
)
from sayso_protocol.discovery.relay.relay_limits import MAX_RELAY_ADDRESSES
from sayso_protocol.errors import BadShape, Refused
from sayso_protocol.protobuf import encode

PEER = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"

numbers = st.integers(0, 2**64 - 1)
limits = st.none() | st.builds(Limit, numbers, numbers)
reservations = st.none() | st.builds(
    Reservation,
    numbers,
    st.lists(addresses, max_size=MAX_RELAY_ADDRESSES, unique=True).map(tuple),
    st.binary(max_size=300),
)
statuses = st.sampled_from(Status)
hops = st.builds(
    HopMessage, st.sampled_from(HopKind), st.just("") | peers, reservations, limits, statuses
)
stops = st.builds(StopMessage, st.sampled_from(StopKind), st.just("") | peers, limits, statuses)


@given(hops)
def test_a_hop_message_is_read_as_it_was_written(message: HopMessage) -> None:
    assert decode_hop(encode_hop(message)) == message


@given(stops)
def test_a_stop_message_is_read_as_it_was_written(message: StopMessage) -> None:
    assert decode_stop(encode_stop(message)) == message


def test_the_fields_stand_where_the_specification_says() -> None:
    peer = encode((1, peer_id_bytes(PEER)))
    assert encode_hop(HopMessage(HopKind.RESERVE)) == encode((1, 0))
    assert encode_hop(HopMessage(HopKind.CONNECT, PEER)) == encode((1, 1), (2, peer))
    relay = Address.parse(f"/ip4/192.0.2.1/tcp/4001/p2p/{PEER}")
    given = HopMessage(
        HopKind.STATUS,
        "",
        Reservation(1_700_000_000, (relay,), b"v"),
        Limit(120, 1 << 17),
        Status.OK,
    )
    place = encode((1, 1_700_000_000), (2, relay.to_bytes()), (3, b"v"))
    limit = encode((1, 120), (2, 1 << 17))
    assert encode_hop(given) == encode((1, 2), (3, place), (4, limit), (5, 100))
    asked = StopMessage(StopKind.CONNECT, PEER, Limit(120, 1 << 17))
    assert encode_stop(asked) == encode((1, 0), (2, peer), (3, limit))
    assert encode_stop(StopMessage(StopKind.STATUS, status=Status.OK)) == encode((1, 1), (4, 100))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        encode((5, 100)),
        encode((1, 3)),
        encode((1, b"0")),
        encode((1, 1), (2, b"no message")),
        encode((1, 1), (2, encode((1, b"no peer")))),
        encode((1, 1), (2, 5)),
        encode((1, 2), (3, encode((2, 1)))),
        encode((1, 2), (4, encode((1, b"x")))),
        encode((1, 2), (5, b"OK")),
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(BadShape):
        decode_hop(data)
    stop = data.replace(b"\x08\x03", b"\x08\x02")
    if stop[:2] != encode((1, 2)):
        return
    with pytest.raises(BadShape):
        decode_stop(stop)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for decode in (decode_hop, decode_stop):
        try:
            decode(data)
        except Refused:
            pass


@pytest.mark.parametrize("number", [1, 99, 101, 205, 402, 2**40])
def test_a_status_of_a_later_version_is_a_failure(number: int) -> None:
    assert decode_hop(encode((1, 2), (5, number))).status is Status.CONNECTION_FAILED
    assert decode_stop(encode((1, 1), (4, number))).status is Status.CONNECTION_FAILED


def test_of_many_addresses_of_a_relay_a_few_are_read() -> None:
    many = [Address("ip4", "192.0.2.1", port) for port in range(1, 200)]
    place = encode((1, 5), (2, [one.to_bytes() for one in many]))
    reservation = decode_hop(encode((1, 2), (3, place), (5, 100))).reservation
    assert reservation is not None
    assert reservation.addresses == tuple(many[:MAX_RELAY_ADDRESSES])


def test_addresses_of_other_transports_are_left_out() -> None:
    quic = bytes.fromhex("04c0000201910210cd03")
    good = Address("ip4", "192.0.2.1", 4001)
    place = encode((1, 5), (2, [quic, good.to_bytes(), b"junk"]))
    reservation = decode_hop(encode((1, 2), (3, place), (5, 100))).reservation
    assert reservation is not None
    assert reservation.addresses == (good,)
