"""What peers say of themselves: bytes as libp2p has them, and foreign ones bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.identify import (
    MAX_IDENTIFY_ADDRESSES,
    MAX_IDENTIFY_PROTOCOLS,
    MAX_IDENTIFY_SIZE,
    MAX_TEXT,
    PeerDescription,
    decode_identify,
    encode_identify,
)
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.errors import BadShape, Refused
from sayso_protocol.protobuf import ProtobufMessage, encode

ME, OTHER = (peer_id_of_key(bytes([number]) * 32) for number in (1, 2))
KEY = bytes.fromhex("08011220") + bytes([1]) * 32
"""The protobuf of an Ed25519 key (libp2p specs, peer-ids)."""

ips = st.one_of(
    st.ip_addresses(v=4).map(lambda ip: ("ip4", str(ip))),
    st.ip_addresses(v=6).map(lambda ip: ("ip6", str(ip))),
)
endpoints = st.builds(lambda host, port: Address(*host, port), ips, st.integers(0, 65535))
names = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=40,
)


@given(
    st.lists(endpoints, unique=True, max_size=20),
    st.lists(names, max_size=70),
    st.none() | endpoints,
    names,
)
def test_what_is_said_is_read(
    addresses: list[Address], protocols: list[str], observed: Address | None, agent: str
) -> None:
    said = decode_identify(encode_identify(ME, addresses, protocols, observed, agent), ME)
    assert said == PeerDescription(
        tuple(addresses[:MAX_IDENTIFY_ADDRESSES]),
        tuple(protocols[:MAX_IDENTIFY_PROTOCOLS]),
        observed,
        agent,
    )


def test_fields_are_those_of_the_specification() -> None:
    message = ProtobufMessage(
        encode_identify(
            ME,
            [Address.parse("/ip4/192.0.2.1/tcp/1")],
            ["/a/1"],
            Address.parse("/ip4/192.0.2.2/tcp/2"),
            "sayso/1.2",
        )
    )
    assert message.data(1) == KEY
    assert message.all_data(2) == [bytes.fromhex("04c0000201060001")]
    assert message.all_data(3) == [b"/a/1"]
    assert message.data(4) == bytes.fromhex("04c0000202060002")
    assert message.text(6) == "sayso/1.2"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (f"/ip4/192.0.2.7/tcp/9/p2p/{ME}", "/ip4/192.0.2.7/tcp/9"),
        (f"/ip4/192.0.2.7/tcp/9/p2p/{OTHER}", "/ip4/192.0.2.7/tcp/9"),
        (f"/ip4/192.0.2.7/tcp/9/p2p/{OTHER}/p2p-circuit", None),
        (f"/ip4/192.0.2.7/tcp/9/p2p/{OTHER}/p2p-circuit/p2p/{ME}", None),
        ("/dns/home.example/tcp/9", None),
        ("/ip6/2600::1/tcp/9", "/ip6/2600::1/tcp/9"),
        (f"/onion3/{'a' * 56}:1", None),
    ],
)
def test_observed_is_an_ip_address_and_a_port(text: str, read: str | None) -> None:
    said = decode_identify(encode((4, Address.parse(text).to_bytes())), ME)
    assert said.observed == (Address.parse(read) if read else None)


def test_another_transport_is_left_out() -> None:
    quic = bytes.fromhex("04c0000201910200") + b"\x01\xcc\x03"
    tcp = Address.parse("/ip4/192.0.2.1/tcp/1")
    said = decode_identify(encode((2, [quic, tcp.to_bytes(), b"\xff"]), (4, quic)), ME)
    assert said.addresses == (tcp,)
    assert said.observed is None


def test_addresses_of_others_are_left_out() -> None:
    texts = ["/ip4/192.0.2.1/tcp/1", f"/ip4/192.0.2.1/tcp/2/p2p/{ME}"]
    foreign = f"/ip4/192.0.2.1/tcp/3/p2p/{OTHER}"
    packed = [Address.parse(text).to_bytes() for text in [*texts, foreign]]
    assert list(map(str, decode_identify(encode((2, packed)), ME).addresses)) == texts


def test_the_key_has_to_be_the_peers() -> None:
    assert decode_identify(encode((1, KEY)), ME) == PeerDescription()
    with pytest.raises(BadShape, match="another peer"):
        decode_identify(encode((1, KEY)), OTHER)


@pytest.mark.parametrize(
    "text", [b"", b"x" * (MAX_TEXT + 1), b"\xff\xfe", b"a\x1b[31mb", b"a\nb", b"\x00"]
)
def test_texts_that_are_none_are_left_out(text: bytes) -> None:
    said = decode_identify(encode((3, [text, b"/good/1"]), (6, text)), ME)
    assert said.protocols == ("/good/1",)
    assert said.agent == ""


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        said = decode_identify(data, ME)
    except Refused:
        return
    assert len(said.addresses) <= MAX_IDENTIFY_ADDRESSES


def test_the_longest_message_is_read_and_stays_small() -> None:
    said = decode_identify(encode((3, [b"x"] * (MAX_IDENTIFY_SIZE // 3 - 1))), ME)
    assert len(said.protocols) == MAX_IDENTIFY_PROTOCOLS
