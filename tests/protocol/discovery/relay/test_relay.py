"""The relay's side as one machine: what it answers, what it refuses and counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.multiaddr import Address, networks
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.discovery.relay.messages import (
    HopKind,
    Status,
    StopKind,
    StopMessage,
)
from sayso_protocol.discovery.relay.relay import Relay, RelayRefused
from sayso_protocol.discovery.relay.relay_limits import RelayLimits
from sayso_protocol.discovery.relay.voucher import read_voucher
from sayso_protocol.sync.now import Now

KEY = KeyPair.from_seed(bytes(32))
OWN = peer_id_of_key(KEY.public)
ANN, BEN, CID = (peer_id_of_key(bytes([n]) * 32) for n in (1, 2, 3))
HOME = networks("198.51.100.7")
NOW = Now(1_700_000_000_000, 5_000)
HOUR = 3_600_000
ADDRESS = Address("ip4", "192.0.2.1", 4001)


def relay(**limits: int) -> Relay:
    return Relay(KEY, replace(RelayLimits(), **limits))


def later(ms: int) -> Now:
    return Now(NOW.wall_ms + ms, NOW.mono_ms + ms)


def refused(status: Status, ask, *args, **named) -> None:
    with pytest.raises(RelayRefused) as caught:
        ask(*args, **named)
    assert caught.value.status is status


def test_a_place_is_given_with_a_voucher_and_told_limits() -> None:
    one = relay()
    answer = one.reserve(ANN, HOME, NOW, addresses=[ADDRESS])
    assert (answer.kind, answer.status) == (HopKind.STATUS, Status.OK)
    assert answer.reservation is not None
    assert answer.reservation.expires == (NOW.wall_ms + HOUR) // 1000
    assert answer.reservation.addresses == (ADDRESS,)
    voucher = read_voucher(answer.reservation.voucher)
    assert (voucher.relay, voucher.peer, voucher.expires) == (
        OWN,
        ANN,
        answer.reservation.expires,
    )
    assert answer.limit is not None
    assert (answer.limit.seconds, answer.limit.size) == (3600, 16 << 20)


def test_who_has_a_place_is_reached_until_it_ends() -> None:
    one = relay()
    refused(Status.NO_RESERVATION, one.connect, BEN, HOME, ANN, NOW)
    one.reserve(ANN, HOME, NOW)
    circuit = one.connect(BEN, HOME, ANN, NOW)
    assert one.stop_message(circuit).kind is StopKind.CONNECT
    assert one.stop_message(circuit).peer == BEN
    assert one.connected(StopMessage(StopKind.STATUS, status=Status.OK)).status is Status.OK
    assert one.carry(circuit, 0, 1000, NOW.wall_ms)
    one.close(circuit)
    refused(Status.NO_RESERVATION, one.connect, BEN, HOME, ANN, later(HOUR))
    one.reserve(ANN, HOME, later(HOUR))
    one.connect(BEN, HOME, ANN, later(HOUR))
    one.gone(ANN)
    refused(Status.NO_RESERVATION, one.connect, CID, HOME, ANN, later(HOUR))


@pytest.mark.parametrize("target", [BEN, OWN])
def test_nobody_is_led_to_himself_or_to_the_relay(target: str) -> None:
    one = relay()
    one.reserve(BEN, HOME, NOW)
    refused(Status.PERMISSION_DENIED, one.connect, BEN, HOME, target, NOW)


def test_relays_are_not_chained() -> None:
    one = relay()
    refused(Status.PERMISSION_DENIED, one.reserve, ANN, HOME, NOW, relayed=True)
    one.reserve(ANN, HOME, NOW)
    refused(Status.PERMISSION_DENIED, one.connect, BEN, HOME, ANN, NOW, relayed=True)


@pytest.mark.parametrize(
    "answer",
    [
        StopMessage(StopKind.STATUS, status=Status.PERMISSION_DENIED),
        StopMessage(StopKind.STATUS),
        StopMessage(StopKind.CONNECT, BEN, status=Status.OK),
        StopMessage(StopKind.STATUS, status=Status.CONNECTION_FAILED),
        StopMessage(StopKind.STATUS, status=Status.UNEXPECTED_MESSAGE),
    ],
)
def test_a_peer_that_does_not_want_a_circuit_gets_none(answer: StopMessage) -> None:
    refused(Status.CONNECTION_FAILED, relay().connected, answer)


def test_one_address_asks_so_often_and_no_more() -> None:
    one = relay()
    one.reserve(ANN, networks("20.0.0.1"), NOW)
    for n in range(30):
        one.close(one.connect(f"{BEN}{n}", HOME, ANN, NOW))
    refused(Status.RESOURCE_LIMIT_EXCEEDED, one.connect, BEN, HOME, ANN, NOW)
    refused(Status.RESOURCE_LIMIT_EXCEEDED, one.reserve, BEN, HOME, NOW)
    one.reserve(CID, networks("198.51.100.8"), NOW)
    assert one.counts["too many requests from one address"] == 2
    one.reserve(BEN, HOME, later(2_000))


def test_a_peer_is_called_so_often_and_no_more_by_all_together() -> None:
    one = relay()
    one.reserve(ANN, HOME, NOW)
    one.reserve(CID, HOME, NOW)
    for n in range(30):
        one.close(one.connect(f"{BEN}{n}", networks(f"20.{n}.0.1"), ANN, NOW))
    elsewhere = networks("21.0.0.1")
    refused(Status.RESOURCE_LIMIT_EXCEEDED, one.connect, BEN, elsewhere, ANN, NOW)
    one.connect(BEN, elsewhere, CID, NOW)
    one.connect(BEN, elsewhere, ANN, later(1_000))


def test_what_is_over_a_budget_is_refused_and_counted() -> None:
    one = relay(circuit_bytes=100, circuits_a_peer=1)
    one.reserve(ANN, HOME, NOW)
    circuit = one.connect(BEN, HOME, ANN, NOW)
    refused(Status.RESOURCE_LIMIT_EXCEEDED, one.connect, CID, HOME, ANN, NOW)
    assert one.carry(circuit, 1, 100, NOW.wall_ms)
    assert not one.carry(circuit, 1, 1, NOW.wall_ms)
    assert one.counts["bytes"] == 100
    assert one.counts["over its bytes"] == 1
    assert one.counts["too many circuits, or bytes today"] == 1
    assert one.counts["reserved"] == one.counts["connected"] == 1


def test_where_all_places_are_taken_it_says_so() -> None:
    one = relay(reservations=1)
    one.reserve(ANN, (), NOW)
    refused(Status.RESERVATION_REFUSED, one.reserve, BEN, (), NOW)
    one.reserve(ANN, (), later(1))
