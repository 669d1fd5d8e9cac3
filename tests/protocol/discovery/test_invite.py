"""Invites are read however they were copied, a slip is told from something else, and hostile ones
are refused at a bounded cost."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.invite import (
    Invite,
    InviteHead,
    invite_bytes,
    invite_text,
    is_invite,
    parse_invite,
    read_invite,
)
from sayso_protocol.discovery.invite_limits import (
    MAX_INVITE,
    MAX_INVITE_ADDRESSES,
    MAX_INVITE_HEADS,
    MAX_INVITE_TEXT,
    MAX_LIST_NAME,
)
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.errors import BadShape, BadText, Mistyped, Refused, TooLarge
from sayso_protocol.limits import MAX_SEQ

KEYS = [KeyPair.from_seed(bytes([n]) * 32).public for n in range(1, 9)]
PEERS = [peer_id_of_key(key) for key in KEYS]
keys = st.sampled_from(KEYS)
ports = st.integers(0, 0xFFFF)
relays = st.none() | st.sampled_from(PEERS)
addresses = st.one_of(
    st.builds(Address, st.just("ip4"), st.ip_addresses(v=4).map(str), ports, st.none(), relays),
    st.builds(Address, st.just("ip6"), st.ip_addresses(v=6).map(str), ports, st.none(), relays),
    st.builds(Address, st.just("dns"), st.just("home.example.org"), ports, st.none(), relays),
    st.builds(Address, st.just("onion3"), st.just("abcdefg2" * 7), ports),
)
heads = st.builds(InviteHead, keys, st.integers(1, MAX_SEQ), st.binary(min_size=8, max_size=8))
names = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=15
)
invites = st.builds(
    Invite,
    keys,
    keys,
    st.lists(addresses, max_size=MAX_INVITE_ADDRESSES).map(tuple),
    st.none() | st.binary(min_size=16, max_size=32),
    st.lists(heads, max_size=MAX_INVITE_HEADS).map(tuple),
    st.none() | st.binary(min_size=6, max_size=32),
    st.none() | names,
)
PLAIN = invite_text(Invite(KEYS[0], KEYS[1], (Address("ip4", "203.0.113.7", 4001),)))


@given(invites)
def test_what_is_written_is_read_back(invite: Invite) -> None:
    text = invite_text(invite)
    assert text == text.lower() and set(text[6:]) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert is_invite(text)
    assert read_invite(text) == invite
    assert len(invite_bytes(invite)) <= MAX_INVITE


@given(invites, st.data())
def test_case_blanks_hyphens_and_lines_do_not_matter(invite: Invite, data: st.DataObject) -> None:
    text = invite_text(invite)
    blanks = data.draw(
        st.lists(
            st.tuples(st.integers(0, len(text)), st.sampled_from([" ", "\n", "\t", "-", "\u00a0"])),
            max_size=20,
        )
    )
    for at, blank in sorted(blanks, reverse=True):
        text = text[:at] + blank + text[at:]
    upper = data.draw(st.booleans())
    assert read_invite(text.upper() if upper else text) == invite


@given(st.integers(6, len(PLAIN) - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_one_wrong_letter_is_a_slip(at: int, letter: str) -> None:
    spoilt = PLAIN[:at] + letter + PLAIN[at + 1 :]
    if spoilt != PLAIN:
        with pytest.raises(Mistyped, match="copy the whole line"):
            read_invite(spoilt)


@given(st.integers(6, len(PLAIN) - 1))
def test_what_is_cut_off_or_exchanged_is_a_slip(at: int) -> None:
    swapped = PLAIN[:at] + PLAIN[at : at + 2][::-1] + PLAIN[at + 2 :]
    for spoilt in {PLAIN[:at], PLAIN[:at] + PLAIN[at + 1 :], swapped} - {PLAIN}:
        with pytest.raises(Mistyped):
            read_invite(spoilt)


@pytest.mark.parametrize(
    "text",
    [
        *("", "hello", "z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX", "@ada", "did:key:z6Mk"),
        *("sayso-request-abcdef", "https://example.org/", "/ip4/127.0.0.1/tcp/1", PLAIN[6:]),
    ],
)
def test_something_else_is_no_slip(text: str) -> None:
    assert not is_invite(text)
    with pytest.raises(BadText, match="no invite"):
        read_invite(text)


@given(invites, st.binary(min_size=1, max_size=40))
def test_fields_of_later_versions_are_passed_over(invite: Invite, value: bytes) -> None:
    packed = invite_bytes(invite)
    size = bytes([7 << 5 | 31, len(value)])
    assert parse_invite(packed + size + value) == invite
    assert parse_invite(packed[:65] + size + value + packed[65:]) == invite


@given(st.binary(max_size=MAX_INVITE + 10))
@examples(300)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for packed in (data, b"\1" + KEYS[0] + KEYS[1] + data):
        try:
            found = parse_invite(packed)
        except Refused:
            continue
        # What was passed over is gone; all else is written again as it is understood.
        assert parse_invite(invite_bytes(found)) == found


@given(st.text(max_size=300))
@examples(300)
def test_any_text_is_read_or_refused(text: str) -> None:
    for typed in (text, "sayso:" + text):
        with pytest.raises(Refused):
            read_invite(typed)


def test_a_text_that_is_too_long_is_not_looked_at() -> None:
    text = "sayso:" + "a" * 10_000_000
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            read_invite(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000  # no copy was made of it
    with pytest.raises(Mistyped):
        read_invite("sayso:" + "a" * (MAX_INVITE_TEXT - 6))


@pytest.mark.parametrize(
    "invite",
    [
        Invite(KEYS[0], KEYS[1], (Address("ip4", "1.2.3.4", 1),) * 9),
        Invite(KEYS[0], KEYS[1], promise=b"short"),
        Invite(KEYS[0], KEYS[1], token=b"short"),
        Invite(KEYS[0], KEYS[1], token=bytes(33)),
        Invite(KEYS[0], KEYS[1], list_name="two\nlines"),
        Invite(KEYS[0], KEYS[1], list_name="x" * (MAX_LIST_NAME + 1)),
        Invite(KEYS[0], KEYS[1], heads=(InviteHead(KEYS[2], 0, bytes(8)),)),
        Invite(KEYS[0], KEYS[1], heads=(InviteHead(KEYS[2], 1, bytes(9)),)),
        Invite(KEYS[0][:31], KEYS[1]),
    ],
)
def test_nothing_is_written_that_nobody_would_read(invite: Invite) -> None:
    with pytest.raises(Refused):
        invite_text(invite)


@pytest.mark.parametrize("scheme", ["sayso:", "SAYSO:", "sayso://", " Sayso: ", "say-so:"])
def test_the_scheme_is_read_however_it_is_written(scheme: str) -> None:
    assert read_invite(scheme + PLAIN[6:]).account == KEYS[0]


def test_an_address_of_a_relay_keeps_its_relay_and_loses_its_peer() -> None:
    given_ = Address("ip4", "203.0.113.7", 4001, PEERS[1], PEERS[2])
    invite = parse_invite(invite_bytes(Invite(KEYS[0], KEYS[1], (given_,))))
    assert str(invite.addresses[0]) == f"/ip4/203.0.113.7/tcp/4001/p2p/{PEERS[2]}/p2p-circuit"
    assert invite.peer_id == PEERS[1]


def test_a_relay_with_another_kind_of_key_stands_in_no_invite() -> None:
    rsa = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"
    with pytest.raises(BadShape):
        invite_text(Invite(KEYS[0], KEYS[1], (Address("ip4", "1.2.3.4", 1, None, rsa),)))
