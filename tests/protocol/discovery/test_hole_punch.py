"""Hole punching: its messages, who dials when and in which part, and what is never dialled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocol.discovery.test_multiaddr import addresses

from sayso_protocol.discovery.hole_punch import (
    LONGEST_TRIP_MS,
    MAX_DIALLED,
    MAX_MESSAGE,
    MAX_TOLD,
    TRIES,
    Answerer,
    Beginner,
    PunchBudget,
    PunchKind,
    PunchMessage,
    decode_punch,
    encode_punch,
    pause_ms,
    punchable,
)
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.errors import BadShape, Refused
from sayso_protocol.protobuf import encode

HERE = Address.parse("/ip4/198.41.0.4/tcp/4001")
THERE = Address.parse("/ip4/193.0.14.129/tcp/5001")
THERE6 = Address.parse("/ip6/2001:7fd::1/tcp/5001")


@given(st.sampled_from(PunchKind), st.lists(addresses, max_size=MAX_TOLD, unique=True).map(tuple))
def test_a_message_is_read_as_it_was_written(kind: PunchKind, told: tuple[Address, ...]) -> None:
    message = PunchMessage(kind, told)
    assert decode_punch(encode_punch(message)) == message


def test_the_fields_stand_where_the_specification_says() -> None:
    assert encode_punch(PunchMessage(PunchKind.SYNC)) == encode((1, 300))
    told = PunchMessage(PunchKind.CONNECT, (HERE, THERE6))
    packed = [HERE.to_bytes(), THERE6.to_bytes()]
    assert encode_punch(told) == encode((1, 100), (2, packed))
    assert len(encode_punch(told)) < MAX_MESSAGE


@pytest.mark.parametrize("number", [0, 99, 101, 200, 299, 301, 2**33])
def test_a_message_of_an_unknown_kind_is_refused(number: int) -> None:
    with pytest.raises(BadShape):
        decode_punch(encode((1, number)))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        decode_punch(data)
    except Refused:
        pass


@pytest.mark.parametrize("trip_ms", [0, 1, 40, 400, 3000, 60_000])
def test_both_dial_at_the_same_moment(trip_ms: int) -> None:
    called, caller = Beginner([THERE]), Answerer([HERE])
    first = called.begin(1000)
    answer = caller.asked(decode_punch(encode_punch(first)))
    told_at = 1000 + trip_ms
    theirs = called.answered(decode_punch(encode_punch(answer)), told_at)
    half = min(trip_ms, LONGEST_TRIP_MS) / 2
    ours = caller.synced(PunchMessage(PunchKind.SYNC), told_at + half)
    assert theirs.at_ms == ours.at_ms == told_at + half
    assert (theirs.addresses, ours.addresses) == ((HERE,), (THERE,))
    assert (theirs.initiator, ours.initiator) == (False, True)


def test_messages_out_of_turn_are_refused() -> None:
    sync, connect = PunchMessage(PunchKind.SYNC), PunchMessage(PunchKind.CONNECT)
    with pytest.raises(BadShape):
        Beginner([]).answered(sync, 0)
    with pytest.raises(BadShape):
        Answerer([]).asked(sync)
    with pytest.raises(BadShape):
        Answerer([]).synced(sync, 0)
    answerer = Answerer([])
    answerer.asked(connect)
    with pytest.raises(BadShape):
        answerer.synced(connect, 0)


@pytest.mark.parametrize(
    "text",
    [
        "/ip4/127.0.0.1/tcp/4001",
        "/ip4/192.168.1.2/tcp/4001",
        "/ip4/10.0.0.1/tcp/4001",
        "/ip4/169.254.1.1/tcp/80",
        "/ip4/100.64.0.1/tcp/4001",
        "/ip4/0.0.0.0/tcp/4001",
        "/ip4/224.0.0.1/tcp/4001",
        "/ip4/255.255.255.255/tcp/4001",
        "/ip6/::1/tcp/4001",
        "/ip6/fe80::1/tcp/4001",
        "/ip6/fd00::1/tcp/4001",
        "/ip6/::ffff:192.168.1.1/tcp/4001",
        "/ip6/ff02::1/tcp/4001",
        "/dns4/example.org/tcp/4001",
        "/ip4/198.41.0.4/tcp/0",
        str(HERE),
        f"{THERE}/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA/p2p-circuit",
    ],
)
def test_what_is_never_dialled(text: str) -> None:
    assert punchable([Address.parse(text), THERE], own=[HERE]) == [THERE]


@given(st.lists(addresses | st.sampled_from([HERE, THERE, THERE6]), max_size=30))
def test_few_are_dialled_each_once_and_only_public_ones(told: list[Address]) -> None:
    found = punchable(told, own=[HERE])
    assert len(found) <= MAX_DIALLED
    assert len({(one.host, one.port) for one in found}) == len(found)
    assert all(one in told and one.is_ip and one.is_public and one.port for one in found)
    assert HERE not in found


def test_the_same_place_named_often_is_dialled_once() -> None:
    others = [Address("ip4", "193.0.14.129", 5001, None) for _ in range(20)]
    assert punchable([*others, THERE6]) == [THERE, THERE6]


def test_a_peer_has_one_punch_a_minute() -> None:
    budget = PunchBudget()
    assert [budget.may_dial("a", n) for n in range(TRIES + 2)] == [True] * TRIES + [False] * 2
    assert budget.may_dial("b", 10)
    assert not budget.may_dial("a", 15_000)
    assert budget.may_dial("a", 25_000)
    assert budget.counts["the peer's minute"] == 3


def test_all_peers_together_have_their_minute_too() -> None:
    budget = PunchBudget()
    dialled = sum(budget.may_dial(f"p{n}", n) for n in range(1000))
    assert dialled == 20
    later = sum(budget.may_dial(f"q{n}", 60_000 + n) for n in range(1000))
    assert 20 <= later <= 21
    assert budget.counts["everybody's minute"] == 2000 - dialled - later


def test_a_punch_that_came_to_nothing_is_tried_again_ever_more_rarely() -> None:
    pauses = [pause_ms(failures) for failures in range(1, 20)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= 60_000, "the peer's minute is over"
    assert pauses[-1] == pauses[-2] <= 3_600_000
