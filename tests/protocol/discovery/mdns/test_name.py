"""Names of DNS: written and read alike, and no pointer leads anywhere but to the front."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.mdns.mdns_limits import MAX_LABEL, MAX_NAME, MAX_POINTERS
from sayso_protocol.discovery.mdns.name import encode_name, name_of, read_name
from sayso_protocol.errors import BadShape, Refused, TooLarge

labels = st.binary(min_size=1, max_size=MAX_LABEL).map(bytes.lower)
names = st.lists(labels, max_size=6).map(tuple).filter(lambda n: sum(len(x) + 1 for x in n) < 255)


@given(names, st.binary(max_size=20))
def test_what_is_written_is_read(name, before):
    data = before + encode_name(name) + b"behind"
    assert read_name(data, len(before)) == (name, len(data) - len(b"behind"))


@given(names, names)
def test_a_pointer_stands_for_the_rest_of_a_name(front, name):
    data = encode_name(front)
    at = len(data)
    data += encode_name(name)[:-1] + b"\xc0\x00!"
    if sum(len(label) + 1 for label in (*name, *front)) < MAX_NAME:
        assert read_name(data, at) == ((*name, *front), len(data) - 1)
    else:
        with pytest.raises(TooLarge):
            read_name(data, at)


def test_case_does_not_count():
    assert name_of("_P2P._udp.LOCAL.") == (b"_p2p", b"_udp", b"local")
    assert read_name(b"\x05LoCaL\x00", 0)[0] == name_of("local")


@pytest.mark.parametrize(
    "data",
    [
        b"\xc0\x00",  # to itself
        b"\x01a\xc0\x00",  # to its own beginning: a\a\a…
        b"\xc0\x02\xc0\x00",  # to one behind it
        b"\xc0",
        b"\x05ab",
        b"\x40" + b"a" * 64 + b"\x00",  # a kind of label that is not in use
        b"\x80\x00",
        b"",
        b"\x01a",
    ],
)
def test_what_leads_in_circles_or_ends_early_is_refused(data):
    with pytest.raises(BadShape):
        read_name(data, 0)


def test_a_chain_of_pointers_ends_somewhere():
    def chain(length):
        data = b"\x00\x00" + b"".join(bytes([0xC0, 0 if i == 0 else 2 * i]) for i in range(length))
        return read_name(data, len(data) - 2)

    assert chain(MAX_POINTERS)[0] == ()
    with pytest.raises(BadShape):
        chain(MAX_POINTERS + 1)


def test_a_small_packet_cannot_hold_a_huge_name():
    """Each step adds 60 bytes for 63 of packet: what a bomb of compression would be made of."""
    data = b"\x00"
    at = 0
    with pytest.raises(TooLarge):
        for _ in range(5):
            begin = len(data)
            data += b"\x3c" + b"x" * 60 + bytes([0xC0 | at >> 8, at & 0xFF])
            at = begin
            read_name(data, at)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_are_read_or_refused(data, at):
    try:
        name, end = read_name(data, at)
    except Refused:
        return
    assert len(encode_name(name)) <= MAX_NAME
    assert at < end <= len(data)


@pytest.mark.parametrize("text", ["a" * 64, ".a", "a..b", ".".join(["a" * 60] * 5)])
def test_a_name_that_cannot_travel_is_refused(text):
    with pytest.raises(TooLarge):
        name_of(text)
