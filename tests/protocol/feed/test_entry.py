"""Entries: one header, one form; every bit counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.codec import encode
from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.crypto.keys import verify
from sayso_protocol.errors import (
    BadKey,
    BadSequence,
    BadShape,
    BadText,
    NotCanonical,
    Refused,
    TooLarge,
    UnknownVersion,
    WrongBody,
)
from sayso_protocol.feed.entry import (
    DOMAIN,
    Header,
    check_body,
    check_body_size,
    check_first,
    check_seq,
    check_time,
    decode_header,
    encode_header,
    id_text,
    parse_id,
)
from sayso_protocol.limits import MAX_BODY, MAX_SEQ, MAX_TIME_MS

from ..strategies import FEED, bit_flips, hashes, keys, seqs, times

BODY = b"\x82\xa4kind\xa4post\xa4text\xa5hello"
PREVIOUS = bytes(range(32))
FIELDS = [1, FEED.public, 2, PREVIOUS, 1_700_000_000_000, len(BODY), body_hash(BODY)]


def with_field(place: int, value: object) -> bytes:
    """The sample header with one field replaced: canonical, but perhaps unsound."""
    return encode([*FIELDS[:place], value, *FIELDS[place + 1 :]])


def verify_entry(header_bytes: bytes, signature: bytes, body: bytes) -> None:
    """Raise unless the entry is sound and authentic, as a receiver of one entry would."""
    header = decode_header(header_bytes)
    check_body(header, body)
    verify(header.feed, DOMAIN, header_bytes, signature)


@st.composite
def headers(draw):
    seq = draw(st.just(1) | seqs)
    previous = None if seq == 1 else draw(hashes)
    size = draw(st.integers(1, MAX_BODY))
    return Header(draw(keys), seq, previous, draw(times), size, draw(hashes))


@given(headers())
def test_a_header_reads_back_as_it_was_written(header):
    data = header.encode()
    assert decode_header(data) == header
    assert decode_header(data).encode() == data
    assert data == encode_header(*(getattr(header, name) for name in Header.__slots__))


@given(headers())
def test_a_header_is_the_array_that_the_format_names(header):
    assert header.encode() == encode(
        [
            1,
            header.feed,
            header.seq,
            header.previous,
            header.time_ms,
            header.body_size,
            header.body_hash,
        ]
    )


def test_an_entry_has_the_bytes_that_it_always_had():
    header = encode(FIELDS)
    signature = FEED.sign(b"sayso/1/entry\x00", header)
    verify_entry(header, signature, BODY)
    assert header.startswith(b"\x97\x01\xc4\x20" + FEED.public + b"\x02\xc4\x20" + PREVIOUS)
    assert id_text(entry_id(header, signature)) == (
        "91f4b206a433dfc6dd429da89ff98b91e144f3cbf98f00b4c56e4f5c02d6a051"
    )


def test_a_signed_entry_verifies_and_with_any_bit_flipped_is_refused():
    header = encode(FIELDS)
    signature = FEED.sign(DOMAIN, header)
    verify_entry(header, signature, BODY)
    for changed in bit_flips(header):
        with pytest.raises(Refused):
            verify_entry(changed, signature, BODY)
    for changed in bit_flips(signature):
        with pytest.raises(Refused):
            verify_entry(header, changed, BODY)
    for changed in bit_flips(BODY):
        with pytest.raises(WrongBody):
            verify_entry(header, signature, changed)


def test_every_truncation_and_trailing_byte_of_a_header_is_refused():
    data = encode(FIELDS)
    for length in range(len(data)):
        with pytest.raises(NotCanonical):
            decode_header(data[:length])
    with pytest.raises(NotCanonical):
        decode_header(data + b"\0")


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_no_header(data):
    with pytest.raises(Refused):
        decode_header(data)


@pytest.mark.parametrize("value", [None, {}, "x", 1, []])
def test_what_is_no_array_is_no_header(value):
    with pytest.raises(BadShape):
        decode_header(encode(value))


@pytest.mark.parametrize("version", [0, 2, -1, 2**64 - 1, True, "1", b"\x01", None, [1]])
def test_another_version_is_told_apart_whatever_follows(version):
    with pytest.raises(UnknownVersion):
        decode_header(with_field(0, version))
    with pytest.raises(UnknownVersion):
        decode_header(encode([version]))
    with pytest.raises(UnknownVersion):
        decode_header(encode([version, *range(20)]))


@pytest.mark.parametrize("fields", [FIELDS[:-1], FIELDS[:1], [*FIELDS, None], [*FIELDS, 1, 2]])
def test_missing_and_further_fields_are_refused(fields):
    with pytest.raises(BadShape):
        decode_header(encode(fields))


@pytest.mark.parametrize("place", [1, 3, 6])
@pytest.mark.parametrize("value", [b"", b"x" * 31, b"x" * 33, "x" * 32, 1, True, [b"x" * 32]])
def test_keys_and_hashes_are_32_bytes(place, value):
    with pytest.raises(BadShape):
        decode_header(with_field(place, value))


@pytest.mark.parametrize("place", [1, 6])
def test_key_and_body_hash_are_never_nil(place):
    with pytest.raises(BadShape):
        decode_header(with_field(place, None))


@pytest.mark.parametrize("key", [bytes(32), b"\1" + bytes(31), b"\xff" * 32])
def test_an_unsound_feed_key_is_refused(key):
    with pytest.raises(BadKey):
        decode_header(with_field(1, key))


@pytest.mark.parametrize("seq", [0, -1, -(2**63), 2**63, 2**64 - 1, True, False, None, "2", b"2"])
def test_a_sequence_number_outside_its_range_is_refused(seq):
    with pytest.raises(BadSequence):
        decode_header(with_field(2, seq))
    with pytest.raises(BadSequence):
        check_seq(seq)


@pytest.mark.parametrize("seq", [2**64, -(2**63) - 1, 2.0])
def test_a_sequence_number_that_msgpack_has_not_is_refused(seq):
    with pytest.raises(BadSequence):
        check_seq(seq)


def test_the_highest_sequence_number_is_accepted():
    assert decode_header(with_field(2, MAX_SEQ)).seq == MAX_SEQ == 2**63 - 1


def test_exactly_the_first_entry_names_no_previous():
    with pytest.raises(BadSequence):
        decode_header(with_field(3, None))
    with pytest.raises(BadSequence):
        decode_header(with_field(2, 1))
    first = encode([1, FEED.public, 1, None, *FIELDS[4:]])
    assert decode_header(first).previous is None
    check_first(1, None)
    check_first(2, PREVIOUS)


@pytest.mark.parametrize("time_ms", [-1, MAX_TIME_MS + 1, 2**64 - 1, True, None, "0", b"0"])
def test_a_time_outside_its_range_is_refused(time_ms):
    with pytest.raises(BadShape):
        decode_header(with_field(4, time_ms))
    with pytest.raises(BadShape):
        check_time(time_ms)


@pytest.mark.parametrize("time_ms", [0, 1, MAX_TIME_MS])
def test_the_first_and_last_times_are_accepted(time_ms):
    assert decode_header(with_field(4, time_ms)).time_ms == time_ms


@pytest.mark.parametrize("size", [0, -1, True, None, "1", b"1"])
def test_a_body_size_that_is_none_is_refused(size):
    with pytest.raises(BadShape):
        decode_header(with_field(5, size))
    with pytest.raises(BadShape):
        check_body_size(size)


@pytest.mark.parametrize("size", [MAX_BODY + 1, 2**32, 2**64 - 1])
def test_a_body_size_over_the_limit_is_refused(size):
    with pytest.raises(TooLarge):
        decode_header(with_field(5, size))


@pytest.mark.parametrize("size", [1, MAX_BODY])
def test_the_least_and_most_body_sizes_are_accepted(size):
    assert decode_header(with_field(5, size)).body_size == size == check_body_size(size)


@given(st.binary(min_size=1, max_size=100), st.binary(max_size=100))
def test_only_the_body_that_the_header_commits_to_passes(body, other):
    header = Header(FEED.public, 1, None, 0, len(body), body_hash(body))
    assert check_body(header, body) is body
    if other != body:
        with pytest.raises(WrongBody):
            check_body(header, other)


def test_the_size_in_the_header_counts_beside_the_hash():
    header = Header(FEED.public, 1, None, 0, len(BODY) + 1, body_hash(BODY))
    with pytest.raises(WrongBody):
        check_body(header, BODY)


@given(hashes)
def test_an_id_reads_back_from_its_text(name):
    text = id_text(name)
    assert len(text) == 64
    assert text == text.lower()
    assert parse_id(text) == parse_id(text.upper()) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab" * 31,
        "ab" * 33,
        "ab" * 31 + "a",
        "ab" * 31 + "ag",
        "ab " * 32,
        " " + "ab" * 32,
        "ab" * 32 + "\n",
        "0x" + "ab" * 31,
        "\u0661" * 64,
        "\ud800" * 64,
    ],
)
def test_text_that_is_no_id_is_refused(text):
    with pytest.raises(BadText):
        parse_id(text)
