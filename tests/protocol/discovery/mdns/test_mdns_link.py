"""One link of local discovery: when it asks and tells, and whom it finds."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.mdns.announcement import (
    encode_announcement,
    encode_query,
    names_of,
)
from sayso_protocol.discovery.mdns.mdns_limits import (
    ANSWER_PAUSE_MS,
    DATAGRAMS,
    MAX_NEIGHBOURS,
    MAX_PEERS_A_HOST,
    MAX_SOURCES,
    SOURCE_DATAGRAMS,
    TELL_AGAIN_MS,
)
from sayso_protocol.discovery.mdns.mdns_link import MdnsLink
from sayso_protocol.discovery.mdns.packet import decode_packet
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key

from .test_announcement import HERE, PEERS, SECRET

THERE = Address("ip4", "10.20.0.2", 4001, PEERS[1])
SECONDS = 1000


def link(secret=SECRET, now=0.0, peer=PEERS[0], told=(HERE,), day=1):
    made = MdnsLink(peer, secret, now, day)
    made.announce(told, now)
    return made


def passed(one, until, day=1):
    """All that a link sends up to a time, with the times."""
    out = []
    while one.next_ms <= until:
        now = one.next_ms
        out += [(now, data) for data in one.due(now, day)]
    return out


def told_by(address, secret=b"another", day=1, ttl=120):
    return encode_announcement(names_of(secret, day), [address], ttl)


@given(st.binary(min_size=16, max_size=64), st.floats(0, 1e12))
def test_it_asks_and_tells_three_times_and_then_rarely(secret, now):
    one = link(secret, now)
    early = passed(one, now + 10 * SECONDS)
    asked = [at - now for at, data in early if data == encode_query()]
    told = [at - now for at, data in early if data != encode_query()]
    assert asked == told
    assert len(asked) == 3
    for at, wanted in zip(asked, (100, 1000, 3000), strict=True):
        assert wanted - 1 <= at <= wanted + 101
    later = passed(one, now + 3600 * SECONDS)
    assert 10 <= len(later) <= 15
    assert {data for _, data in later} == {encode_query()}


def test_two_in_a_room_find_each_other_at_once():
    """Who comes is found by its first words, and finds those who are there by their answer."""
    old, new = link(), link(b"new", 60 * SECONDS, PEERS[1], (THERE,))
    passed(old, 60 * SECONDS)
    found_old = found_new = None
    for now in range(60 * SECONDS, 63 * SECONDS):
        for data in new.due(now, 1):
            if found := old.receive(data, THERE.host, now):
                found_new = found_new or (now, found)
        for data in old.due(now, 1):
            if found := new.receive(data, HERE.host, now):
                found_old = found_old or (now, found)
    assert found_new[1] == [THERE]
    assert found_old[1] == [HERE]
    assert max(found_new[0], found_old[0]) < 60 * SECONDS + 500


@given(st.lists(st.integers(1, 400), min_size=5, max_size=40))
def test_however_often_it_is_asked_it_answers_once_a_second(pauses):
    one = link()
    passed(one, 10 * SECONDS)
    now, answers = 20 * SECONDS, []
    for pause in pauses:
        now += pause
        one.receive(encode_query(), THERE.host, now)
        answers += [(at, data) for at, data in passed(one, now) if data != encode_query()]
    answers += passed(one, now + 2 * SECONDS)
    times = [at for at, _ in answers]
    assert times
    assert all(b - a >= ANSWER_PAUSE_MS for a, b in pairwise(times))
    assert len(times) <= (times[-1] - 20 * SECONDS) / ANSWER_PAUSE_MS + 1
    assert all(decode_packet(data).response for _, data in answers)


def test_an_answer_waits_a_little_and_comes():
    one = link()
    passed(one, 10 * SECONDS)
    one.receive(encode_query(), THERE.host, 20 * SECONDS)
    [(at, _)] = passed(one, 21 * SECONDS)
    assert 20 <= at - 20 * SECONDS <= 120


def test_without_an_address_it_asks_and_tells_nothing():
    one = link(told=())
    one.receive(encode_query(), THERE.host, 0)
    assert {data for _, data in passed(one, 600 * SECONDS)} == {encode_query()}
    assert one.farewell() == []


def test_a_new_address_is_told_at_once_and_the_same_one_is_not():
    one = link()
    passed(one, 20 * SECONDS)
    one.announce((HERE,), 20 * SECONDS)
    assert passed(one, 30 * SECONDS) == []
    one.announce((replace(HERE, host="10.30.0.1"),), 30 * SECONDS)
    told = [data for _, data in passed(one, 31 * SECONDS) if data != encode_query()]
    assert told
    assert b"/ip4/10.30.0.1/" in told[0]
    one.begin(60 * SECONDS)
    assert len(passed(one, 70 * SECONDS)) == 6


def test_with_a_new_day_it_takes_its_names_back_and_tells_new_ones():
    one = link()
    passed(one, 20 * SECONDS)
    gone, told = (decode_packet(data) for data in one.due(20 * SECONDS, 2))
    assert [record.ttl for record in gone.answers] == [0, 0, 0, 0]
    assert [record.ttl for record in told.answers] == [120] * 4
    assert not {one.name for one in gone.answers[1:]} & {one.name for one in told.answers[1:]}
    assert one.due(20 * SECONDS, 2) == []
    again = MdnsLink(PEERS[1], b"listener", 0, 1)
    assert again.receive(told_by(HERE, SECRET, 1), HERE.host, 0) == [HERE]
    [farewell] = one.farewell()
    assert all(record.ttl == 0 for record in decode_packet(farewell).answers)


def test_a_peer_is_told_on_once_in_a_while_and_when_it_moves():
    one = link()
    data = told_by(THERE)
    assert one.receive(data, THERE.host, 0) == [THERE]
    assert one.receive(data, THERE.host, TELL_AGAIN_MS - 1) == []
    assert one.receive(data, THERE.host, TELL_AGAIN_MS) == [THERE]
    moved = replace(THERE, port=4002)
    assert one.receive(told_by(moved), THERE.host, TELL_AGAIN_MS + 1) == [moved]
    assert one.receive(told_by(moved, ttl=0), THERE.host, TELL_AGAIN_MS + 2) == []
    assert one.receive(told_by(moved), THERE.host, TELL_AGAIN_MS + 3) == [moved]


def test_it_does_not_find_itself():
    one = link()
    for _, data in passed(one, 10 * SECONDS):
        assert one.receive(data, HERE.host, 0) == []


def test_one_machine_is_few_peers_and_a_link_remembers_a_bounded_number():
    one = link()
    made = [replace(THERE, peer_id=peer) for peer in PEERS[1:12]]
    found = [one.receive(told_by(address), THERE.host, 0) for address in made]
    assert found == [[address] for address in made[:MAX_PEERS_A_HOST]] + [[]] * 7
    many = [
        Address(
            "ip4", f"10.21.{n // 250}.{n % 250}", 1, peer_id_of_key((n + 256).to_bytes(32, "big"))
        )
        for n in range(200)
    ]
    now = 100 * SECONDS
    for address in many:
        now += 100
        assert one.receive(told_by(address), address.host, now) == [address]
    # The eldest are forgotten, so they are new again; the newest are known.
    assert one.receive(told_by(many[0]), many[0].host, now) == [many[0]]
    assert one.receive(told_by(many[-1]), many[-1].host, now) == []
    assert len(one._neighbours) == MAX_NEIGHBOURS


@pytest.mark.parametrize("datagram", [b"", b"x" * 500, encode_query(), told_by(THERE)])
def test_a_flood_is_dropped_unread_and_keeps_nobody_from_being_heard(datagram):
    one = link()
    passed(one, 10 * SECONDS)
    friend = Address("ip4", "10.20.0.9", 4001, PEERS[9])
    for number in range(10_000):
        one.receive(datagram, THERE.host, 20 * SECONDS)
        if number == 5_000:
            assert one.receive(told_by(friend), friend.host, 20 * SECONDS) == [friend]
    assert one.counts.dropped == 10_000 - SOURCE_DATAGRAMS
    assert one.counts.malformed == (SOURCE_DATAGRAMS if datagram[:1] in (b"", b"x") else 0)


def test_a_flood_from_everywhere_costs_a_bounded_time():
    one = link()
    for number in range(10_000):
        one.receive(b"x", f"10.{number >> 8}.{number & 255}.1", 20 * SECONDS)
    assert one.counts.malformed == DATAGRAMS
    assert len(one._limit._of) == MAX_SOURCES


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_no_datagram_breaks_it(datagrams):
    one = link()
    for at, data in enumerate(datagrams):
        one.receive(data, THERE.host, at)
        one.due(at, 1)
    assert one.receive(told_by(THERE), THERE.host, 10 * SECONDS) == [THERE]
