"""Vouchers: only the relay itself can promise a place at it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.peer_id import peer_id_bytes, peer_id_of_key
from sayso_protocol.discovery.relay.relay_limits import MAX_VOUCHER
from sayso_protocol.discovery.relay.voucher import Voucher, read_voucher, sign_voucher
from sayso_protocol.discovery.signed_record import (
    PEER_RECORD_DOMAIN,
    RELAY_VOUCHER_DOMAIN,
    RELAY_VOUCHER_TYPE,
    seal,
)
from sayso_protocol.errors import BadShape, BadSignature, Refused, TooLarge
from sayso_protocol.protobuf import encode

RELAY, PEER, OTHER = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2, 3))
IDS = [peer_id_of_key(one.public) for one in (RELAY, PEER, OTHER)]


@given(
    st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.integers(0, 2**63)
)
def test_a_voucher_says_who_promised_what_to_whom(relay: bytes, peer: bytes, until: int) -> None:
    key = KeyPair.from_seed(relay)
    named = peer_id_of_key(peer)
    voucher = read_voucher(sign_voucher(key, named, until))
    assert voucher == Voucher(peer_id_of_key(key.public), named, until)


def payload(relay: str, peer: str) -> bytes:
    return encode((1, peer_id_bytes(relay)), (2, peer_id_bytes(peer)), (3, 5))


def test_nobody_promises_a_place_at_another() -> None:
    forged = seal(OTHER, RELAY_VOUCHER_DOMAIN, RELAY_VOUCHER_TYPE, payload(IDS[0], IDS[1]))
    with pytest.raises(BadShape, match="somebody else"):
        read_voucher(forged)


def test_what_was_signed_for_another_use_is_no_voucher() -> None:
    other_use = seal(RELAY, PEER_RECORD_DOMAIN, RELAY_VOUCHER_TYPE, payload(IDS[0], IDS[1]))
    with pytest.raises(BadSignature):
        read_voucher(other_use)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_voucher_is_refused(place: int, change: int) -> None:
    good = bytearray(sign_voucher(RELAY, IDS[1], 1_700_000_000))
    good[place % len(good)] ^= change
    try:
        found = read_voucher(bytes(good))
    except Refused:
        return
    # The tag of a field that is not read may change, what was promised not.
    assert found == Voucher(IDS[0], IDS[1], 1_700_000_000)


def test_a_long_one_is_not_looked_at() -> None:
    with pytest.raises(TooLarge):
        read_voucher(bytes(MAX_VOUCHER + 1))
