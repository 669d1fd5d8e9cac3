"""Addresses: the text and binary forms that others read, held against the multiaddr library."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multiaddr import Multiaddr

from sayso_protocol.discovery.multiaddr import (
    Address,
    AddressError,
    is_loopback,
    netgroup,
    networks,
    parse_listen_address,
    readable_addresses,
    shared_network,
)
from sayso_protocol.discovery.peer_id import peer_id_of_key

PEER = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"
OTHER = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"
ONION = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd"

peers = st.binary(min_size=32, max_size=32).map(peer_id_of_key)
hosts = st.one_of(
    st.ip_addresses(v=4).map(lambda ip: ("ip4", str(ip))),
    st.ip_addresses(v=6).map(lambda ip: ("ip6", str(ip))),
    st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z]{2,8}){0,3}", fullmatch=True).flatmap(
        lambda name: st.sampled_from(["dns", "dns4", "dns6"]).map(lambda kind: (kind, name))
    ),
)
addresses = st.builds(
    lambda host, port, peer, relay: Address(*host, port, peer, relay if peer else None),
    hosts,
    st.integers(0, 65535),
    st.none() | peers,
    st.none() | peers,
)


@given(addresses)
def test_both_forms_are_those_of_the_library_and_are_read_back(address: Address) -> None:
    library = Multiaddr(str(address))
    assert address.to_bytes() == library.to_bytes()
    assert Address.parse(str(address)) == address
    assert Address.from_bytes(address.to_bytes()) == address


def test_an_onion_address_has_the_form_of_the_library() -> None:
    address = Address("onion3", ONION, 1234, PEER)
    assert str(address) == f"/onion3/{ONION}:1234/p2p/{PEER}"
    assert Address.parse(str(address)) == address
    # The library knows the code, and keeps the 35 bytes and the port as they are.
    assert Address.from_bytes(Multiaddr(str(address)).to_bytes()) == address
    assert address.is_public


def test_a_link_local_address_keeps_its_zone() -> None:
    text = f"/ip6zone/eth0/ip6/fe80::1/tcp/4001/p2p/{PEER}"
    address = Address.parse(text)
    assert (address.host, str(address)) == ("fe80::1%eth0", text)
    assert address.to_bytes() == Multiaddr(text).to_bytes()
    assert Address.from_bytes(address.to_bytes()) == address
    assert not address.is_public


def test_a_circuit_names_the_relay_and_the_peer_behind_it() -> None:
    address = Address.parse(f"/ip4/192.0.2.7/tcp/4001/p2p/{OTHER}/p2p-circuit/p2p/{PEER}")
    assert (address.relay, address.peer_id) == (OTHER, PEER)
    bare = Address.parse(f"/ip4/192.0.2.7/tcp/4001/p2p/{OTHER}/p2p-circuit")
    assert (bare.relay, bare.peer_id) == (OTHER, None)


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "//", "ip4/1.2.3.4/tcp/1", "/ip4", "/ip4/1.2.3.4", "/ip4/1.2.3.4/tcp",
        "/ip4/1.2.3.4/tcp/", "/ip4/1.2.3.4/tcp/65536", "/ip4/1.2.3.4/tcp/-1",
        "/ip4/1.2.3.4/tcp/1_0",
        "/ip4/1.2.3.4/tcp/\u0661", "/ip4/01.2.3.4/tcp/1", "/ip4/::1/tcp/1", "/ip6/1.2.3.4/tcp/1",
        "/ip6/fe80::1%eth0/tcp/1", "/ip6zone/eth0/ip6/2001:db8::1/tcp/1",
        "/ip6zone//ip6/fe80::1/tcp/1",
        "/ip4/1.2.3.4/udp/1/quic-v1", "/ip4/1.2.3.4/tcp/1/ws", "/ip4/1.2.3.4/tcp/1/p2p/abc",
        "/ip4/1.2.3.4/tcp/1/p2p", "/ip4/1.2.3.4/tcp/1/p2p-circuit", f"/p2p/{PEER}", "/dns//tcp/1",
        f"/ip4/1.2.3.4/tcp/1/p2p/{PEER}/p2p/{PEER}", "/dns/a b/tcp/1", "/dns/\u202eabc/tcp/1",
        "/onion3/abc:1", f"/onion3/{ONION}", f"/onion3/{ONION.upper()}:1", f"/onion3/{ONION}:99999",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        Address.parse(text)


@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            [
                "ip4",
                "1.2.3.4",
                "tcp",
                "4001",
                "p2p",
                PEER,
                "p2p-circuit",
                "",
                "ws",
                "dns",
                "onion3",
                "ip6zone",
            ]
        )
    ).map("/".join)
)
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = Address.parse(text)
    except AddressError:
        return
    assert Address.parse(str(address)) == address


@given(st.binary(max_size=80) | addresses.map(lambda one: one.to_bytes()[:-1]))
def test_any_bytes_are_an_address_or_refused(data: bytes) -> None:
    try:
        address = Address.from_bytes(data)
    except AddressError:
        return
    assert Address.from_bytes(address.to_bytes()) == address


def test_of_many_addresses_those_that_are_in_use_are_read() -> None:
    good = [Address("ip4", f"192.0.2.{number}", 4001) for number in range(12)]
    others = [
        Multiaddr(text).to_bytes()
        for text in ("/ip4/1.2.3.4/udp/1/quic-v1", "/ip4/1.1.1.1/tcp/1/ws")
    ]
    packed = [*others, good[0].to_bytes(), *(one.to_bytes() for one in good), b"\xff"]
    assert readable_addresses(packed, 8) == good[:8]


def test_public_is_what_anybody_may_reach() -> None:
    public = ["/ip4/1.1.1.1/tcp/1", "/ip6/2606:4700::1/tcp/1", "/dns/a.example/tcp/1"]
    private = [
        "/ip4/10.0.0.1/tcp/1", "/ip4/192.168.1.1/tcp/1",
        "/ip4/172.16.0.1/tcp/1",
        "/ip4/100.64.0.1/tcp/1",
        "/ip4/169.254.1.1/tcp/1", "/ip4/127.0.0.1/tcp/1", "/ip4/0.0.0.0/tcp/1",
        "/ip4/192.0.2.1/tcp/1",
        "/ip6/::1/tcp/1", "/ip6/fd00::1/tcp/1", "/ip6/fe80::1/tcp/1", "/ip6/2001:db8::1/tcp/1",
        "/ip6/::ffff:10.0.0.1/tcp/1",
    ]  # fmt: skip
    assert all(Address.parse(text).is_public for text in public)
    assert not any(Address.parse(text).is_public for text in private)


def test_multicast_is_no_host_of_anybody() -> None:
    assert ip_address("224.0.0.251").is_multicast
    assert not Address.parse("/ip4/224.0.0.251/tcp/1").is_public
    assert not Address.parse("/ip6/ff0e::1/tcp/1").is_public


@pytest.mark.parametrize("text", ["/dns/localhost/tcp/1", f"/ip4/1.2.3.4/tcp/1/p2p/{PEER}"])
def test_one_listens_on_an_ip_address_alone(text: str) -> None:
    with pytest.raises(AddressError):
        parse_listen_address(text)


@pytest.mark.parametrize("name", ["relay.example", "localhost", ONION, "a", "under_score.example"])
def test_a_name_is_a_network_alone(name: str) -> None:
    assert networks(name) == (name,) * len(networks("192.0.2.7"))
    assert netgroup(name) == shared_network(name) == name
    assert not is_loopback(name)
