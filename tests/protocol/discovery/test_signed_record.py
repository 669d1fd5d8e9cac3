"""Signed records: those of js-libp2p are read and written alike, and nothing that was changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_bytes, peer_id_of_key
from sayso_protocol.discovery.signed_record import (
    MAX_ENVELOPE,
    MAX_RECORD_ADDRESSES,
    PEER_RECORD_DOMAIN,
    PEER_RECORD_TYPE,
    RELAY_VOUCHER_DOMAIN,
    RELAY_VOUCHER_TYPE,
    PeerRecord,
    open_envelope,
    read_peer_record,
    seal,
    sign_peer_record,
)
from sayso_protocol.errors import BadShape, BadSignature, Refused, TooLarge
from sayso_protocol.protobuf import encode

FROM_JS = [
    (
        1,
        "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5",
        1,
        ["/ip4/192.0.2.7/tcp/4001"],
        "0a24080112208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c120203011a36"
        "0a260024080112208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c10011a0a"
        "0a0804c0000207060fa12a40323012dd8bd1135da63488d8059e1238eb6f694b67e54fa0da1905d5f5016a3d"
        "bde76c02d73ba281e74ba87db1993080d91c0d58f1fa01e8fbc42471e3fe760d",
    ),
    (
        2,
        "12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq",
        1_700_000_000_000,
        ["/ip4/203.0.113.9/tcp/4001", "/ip6/2001:db8::7/tcp/4001"],
        "0a24080112208139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394120203011a53"
        "0a260024080112208139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b3941080d095"
        "ffbc311a0a0a0804cb007109060fa11a160a142920010db8000000000000000000000007060fa12a4088fbb3"
        "3a1ba5b8a68bf8d07f2045803e6f44f181540963fe99202d094a67628bde3f9a7ba3340b680d4b88ff4fcb06"
        "0e97f37d86bb9c7e64ab945507c032f901",
    ),
    (
        3,
        "12D3KooWRndVhVZPCiQwHBBBdg769GyrPUW13zxwqQyf9r3ANaba",
        0,
        [],
        "0a2408011220ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1120203011a28"
        "0a26002408011220ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d12a40902b"
        "319463cc3e651516969bfb2c3a43c4088dfdff594ef7220ac4ea4010854eba4278203a60f4a955e5235f5c4f"
        "bf8a51c76009dc3ca5aeb71b8fafed7b3302",
    ),
]
"""Seed byte, peer id, sequence number, addresses, envelope: by @libp2p/peer-record of js-libp2p."""

KEY, OTHER = (KeyPair.from_seed(bytes([number]) * 32) for number in (1, 2))
ADDRESSES = st.lists(
    st.builds(
        lambda ip, port: Address("ip4", str(ip), port),
        st.ip_addresses(v=4),
        st.integers(1, 0xFFFF),
    ),
    unique=True,
    max_size=MAX_RECORD_ADDRESSES,
)


@pytest.mark.parametrize(("seed", "peer_id", "sequence", "texts", "envelope"), FROM_JS)
def test_records_of_js_are_read(
    seed: int, peer_id: str, sequence: int, texts: list[str], envelope: str
) -> None:
    record = read_peer_record(bytes.fromhex(envelope))
    assert record == PeerRecord(peer_id, sequence, tuple(map(Address.parse, texts)))
    assert peer_id == peer_id_of_key(KeyPair.from_seed(bytes([seed]) * 32).public)


@pytest.mark.parametrize(("seed", "peer_id", "sequence", "texts", "envelope"), FROM_JS)
def test_records_are_written_as_js_writes_them(
    seed: int, peer_id: str, sequence: int, texts: list[str], envelope: str
) -> None:
    key = KeyPair.from_seed(bytes([seed]) * 32)
    addresses = [Address.parse(text) for text in texts]
    assert sign_peer_record(key, sequence, addresses).hex() == envelope


@given(ADDRESSES, st.integers(0, 2**64 - 1))
@examples(100)
def test_what_was_signed_is_read(addresses: list[Address], sequence: int) -> None:
    named = [replace(address, peer_id=peer_id_of_key(KEY.public)) for address in addresses]
    record = read_peer_record(sign_peer_record(KEY, sequence, named))
    assert record == PeerRecord(peer_id_of_key(KEY.public), sequence, tuple(addresses))


def test_no_bit_can_be_changed() -> None:
    """Each is refused, or, in what protobuf leaves open (a field number that is not read), says
    what was signed."""
    data = sign_peer_record(KEY, 7, [Address("ip4", "198.51.100.1", 4001)])
    said = read_peer_record(data)
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            assert read_peer_record(bytes(changed)) == said
        except Refused:
            continue


@pytest.mark.parametrize("end", range(0, 150, 7))
def test_a_record_that_is_cut_off_is_refused(end: int) -> None:
    with pytest.raises(Refused):
        read_peer_record(bytes.fromhex(FROM_JS[0][4])[:end])


@given(st.binary(max_size=300))
@examples(200)
def test_any_bytes_are_refused_by_rule(data: bytes) -> None:
    with pytest.raises(Refused):
        read_peer_record(data)


def test_one_peer_cannot_sign_for_another() -> None:
    payload = encode((1, peer_id_bytes(peer_id_of_key(OTHER.public))), (2, 1))
    with pytest.raises(BadSignature):
        read_peer_record(seal(KEY, PEER_RECORD_DOMAIN, PEER_RECORD_TYPE, payload))


def test_what_was_signed_for_one_use_is_nothing_in_another() -> None:
    voucher = seal(KEY, RELAY_VOUCHER_DOMAIN, RELAY_VOUCHER_TYPE, b"a voucher")
    opened = open_envelope(voucher, RELAY_VOUCHER_DOMAIN, RELAY_VOUCHER_TYPE)
    assert (opened.signer, opened.payload) == (peer_id_of_key(KEY.public), b"a voucher")
    with pytest.raises(BadShape):
        open_envelope(voucher, PEER_RECORD_DOMAIN, PEER_RECORD_TYPE)
    with pytest.raises(BadSignature):
        open_envelope(voucher, PEER_RECORD_DOMAIN, RELAY_VOUCHER_TYPE)


def test_other_kinds_of_key_are_refused() -> None:
    data = bytearray(bytes.fromhex(FROM_JS[0][4]))
    data[3] = 0  # RSA
    with pytest.raises(BadShape):
        read_peer_record(bytes(data))


def test_too_much_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(TooLarge):
        read_peer_record(bytes(MAX_ENVELOPE + 1))


def test_addresses_of_others_and_of_unknown_transports_are_left_out() -> None:
    theirs = Address("ip4", "198.51.100.2", 4001, peer_id_of_key(OTHER.public))
    own = Address("ip4", "198.51.100.3", 4001)
    quic = bytes.fromhex("04c6336401" + "910204d2" + "cd03")
    rows = [encode((1, data)) for data in (theirs.to_bytes(), quic, own.to_bytes())]
    payload = encode((1, peer_id_bytes(peer_id_of_key(KEY.public))), (2, 1), (3, rows))
    record = read_peer_record(seal(KEY, PEER_RECORD_DOMAIN, PEER_RECORD_TYPE, payload))
    assert record.addresses == (own,)


def test_a_record_names_no_more_addresses_than_are_kept() -> None:
    many = [Address("ip4", f"198.51.100.{number}", 4001) for number in range(1, 30)]
    record = read_peer_record(sign_peer_record(KEY, 1, many))
    assert record.addresses == tuple(many[:MAX_RECORD_ADDRESSES])
