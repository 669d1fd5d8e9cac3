"""What a node says on the local network, and what it takes of others."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.mdns.announcement import (
    SERVICE,
    asks_for,
    encode_announcement,
    encode_query,
    names_of,
    read_addresses,
)
from sayso_protocol.discovery.mdns.mdns_limits import MAX_ADDRESSES, MAX_LABEL
from sayso_protocol.discovery.mdns.name import name_of
from sayso_protocol.discovery.mdns.packet import (
    AAAA,
    ANY,
    PTR,
    SRV,
    TXT,
    A,
    Packet,
    Question,
    Record,
    decode_packet,
    encode_texts,
)
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key

SECRET = bytes(range(32))
PEERS = [peer_id_of_key(bytes([n]) * 32) for n in range(20)]
HERE = Address("ip4", "10.20.0.1", 4001, PEERS[0])
LOCAL = Address("ip6", "fe80::1%eth0", 4001, PEERS[0])

hosts4 = st.ip_addresses(v=4).map(str)
hosts6 = st.ip_addresses(v=6).filter(lambda ip: not ip.ipv4_mapped and not ip.scope_id).map(str)
addresses = st.builds(
    Address, st.just("ip4"), hosts4, st.integers(1, 65535), st.sampled_from(PEERS)
) | st.builds(Address, st.just("ip6"), hosts6, st.integers(1, 65535), st.sampled_from(PEERS))


def answered(*told, ttl=120, secret=SECRET, day=1):
    return decode_packet(encode_announcement(names_of(secret, day), told, ttl))


@given(addresses)
def test_what_is_told_is_taken_from_where_it_is(address):
    assert read_addresses(answered(address), address.host) == ([address], [])
    assert read_addresses(answered(address, ttl=0), address.host) == ([], [address])


@given(addresses, hosts4 | hosts6)
def test_nobody_names_another_host(address, source):
    told, gone = read_addresses(answered(address), source)
    assert (told == []) == (source != address.host)
    assert gone == []


def test_a_zone_is_the_receivers_own():
    packet = answered(LOCAL)
    assert b"eth0" not in encode_announcement(names_of(SECRET, 1), [LOCAL])
    [found], _ = read_addresses(packet, "fe80::1%wlan0")
    assert found == replace(LOCAL, host="fe80::1%wlan0")


@pytest.mark.parametrize(
    "text",
    [
        "/ip4/10.20.0.1/tcp/4001",
        f"/ip4/10.20.0.1/tcp/0/p2p/{PEERS[1]}",
        f"/ip4/10.20.0.1/udp/4001/quic-v1/p2p/{PEERS[1]}",
        f"/dns4/localhost/tcp/4001/p2p/{PEERS[1]}",
        f"/ip4/10.20.0.1/tcp/4001/p2p/{PEERS[1]}/p2p-circuit/p2p/{PEERS[2]}",
        f"/ip4/10.20.0.1/tcp/4001/p2p/{PEERS[1]}/p2p-circuit",
        "/ip4/10.20.0.1/tcp/4001/p2p/nobody",
        f"/ip4/10.20.0.256/tcp/4001/p2p/{PEERS[1]}",
        "",
        "\xff",
    ],
)
def test_what_is_no_direct_address_of_a_peer_is_left_out(text):
    texts = [f"dnsaddr={text}".encode("latin-1"), f"dnsaddr={HERE}".encode(), b"other=1"]
    record = Record((b"x", *SERVICE), TXT, 120, encode_texts(texts))
    packet = Packet(response=True, answers=[record])
    assert read_addresses(packet, HERE.host) == ([HERE], [])


def test_of_one_datagram_few_addresses_are_taken():
    told = [replace(HERE, port=port) for port in range(1, 100)]
    texts = [f"dnsaddr={one}".encode() for one in told]
    records = [Record((b"x", *SERVICE), TXT, 120, encode_texts([text])) for text in texts]
    packet = Packet(response=True, answers=records)
    assert read_addresses(packet, HERE.host)[0] == told[:MAX_ADDRESSES]
    assert len(answered(*told).answers) == 4
    assert read_addresses(answered(*told), HERE.host)[0] == told[:MAX_ADDRESSES]


def test_other_services_and_questions_tell_nothing():
    texts = encode_texts([f"dnsaddr={HERE}".encode()])
    for name in (name_of("x._p2p._tcp.local"), name_of("x.local"), ()):
        packet = Packet(response=True, answers=[Record(name, TXT, 120, texts)])
        assert read_addresses(packet, HERE.host) == ([], [])
    asked = Packet(response=False, answers=[Record((b"x", *SERVICE), TXT, 120, texts)])
    assert read_addresses(asked, HERE.host) == ([], [])
    broken = Packet(response=True, answers=[Record((b"x", *SERVICE), TXT, 120, b"\x09abc")])
    assert read_addresses(broken, HERE.host) == ([], [])


@given(st.binary(min_size=16, max_size=64), st.integers(0, 10**6))
def test_names_are_of_one_day_and_fit(secret, day):
    names = names_of(secret, day)
    assert len(names.instance) == 32 <= MAX_LABEL
    assert not set(names) & set(names_of(secret, day + 1))
    assert names == names_of(secret, day)
    assert names != names_of(secret + b"x", day) if len(secret) < 64 else True


def test_an_answer_is_complete_for_other_libraries():
    packet = answered(HERE)
    names = names_of(SECRET, 1)
    instance, host = (name_of(names.instance) + SERVICE, name_of(f"{names.host}.local"))
    assert [(one.name, one.kind) for one in packet.answers] == [
        (SERVICE, PTR),
        (instance, TXT),
        (instance, SRV),
        (host, A),
    ]
    assert packet.answers[0].target == instance
    assert [one.unique for one in packet.answers] == [False, True, True, True]
    assert packet.answers[3].data == bytes([10, 20, 0, 1])
    assert packet.answers[2].data[4:6] == (4001).to_bytes(2, "big")
    assert answered(LOCAL).answers[3].kind == AAAA


def test_it_knows_when_it_is_asked_for():
    names = names_of(SECRET, 1)
    instance, host = (name_of(names.instance) + SERVICE, name_of(f"{names.host}.local"))

    def asked(name, kind, *known, response=False):
        return asks_for(Packet(response, [Question(name, kind)], known), names)

    assert asks_for(decode_packet(encode_query()), names)
    for name, kind in [(SERVICE, ANY), (instance, SRV), (instance, TXT), (host, A), (host, AAAA)]:
        assert asked(name, kind)
    for name, kind in [(SERVICE, TXT), (name_of("_ipp._tcp.local"), PTR), (host, TXT), ((), ANY)]:
        assert not asked(name, kind)
    assert not asked(SERVICE, PTR, response=True)
    assert not asked(SERVICE, PTR, Record(SERVICE, PTR, 60, target=instance))
    assert asked(SERVICE, PTR, Record(SERVICE, PTR, 59, target=instance))
    assert asked(SERVICE, PTR, Record(SERVICE, PTR, 120, target=(b"x", *SERVICE)))
    assert not asks_for(answered(HERE), names)
