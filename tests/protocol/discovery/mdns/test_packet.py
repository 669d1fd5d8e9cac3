"""Packets of multicast DNS, as far as they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.mdns.mdns_limits import MAX_PACKET, MAX_RECORDS
from sayso_protocol.discovery.mdns.packet import (
    PTR,
    SRV,
    TXT,
    Packet,
    Question,
    Record,
    decode_packet,
    encode_packet,
    encode_texts,
    read_texts,
)
from sayso_protocol.errors import BadShape, Refused, TooLarge

from .test_name import names

questions = st.builds(Question, names, st.integers(0, 0xFFFF))
others = st.builds(
    Record,
    names,
    st.integers(0, 0xFFFF).filter(lambda kind: kind != PTR),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=60),
    st.none(),
    st.booleans(),
)
pointing = st.builds(
    Record, names, st.just(PTR), st.integers(0, 2**32 - 1), st.just(b""), names, st.just(False)
)
records = others | pointing


def _as_read(record: Record) -> Record:
    return record._replace(data=b"") if record.kind == PTR else record


@given(
    st.booleans(),
    st.lists(questions, max_size=4),
    st.lists(records, max_size=4),
    st.lists(records, max_size=4),
)
def test_what_is_written_is_read(response, asked, answers, additional):
    data = encode_packet(Packet(response, asked, answers, additional))
    read = decode_packet(data)
    assert (read.response, read.questions) == (response, asked)
    assert [_as_read(one) for one in read.answers] == [*answers, *additional]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    try:
        packet = decode_packet(data)
    except Refused:
        return
    assert len(packet.questions) + len(packet.answers) <= MAX_RECORDS


@given(st.lists(records, min_size=1, max_size=4), st.data())
def test_a_packet_that_is_cut_off_is_refused(answers, data):
    whole = encode_packet(Packet(response=True, answers=answers))
    with pytest.raises(BadShape):
        decode_packet(whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_what_comes_behind_the_limit_is_not_looked_at():
    one = Record((b"a",), TXT, 1, b"\x00")
    data = encode_packet(Packet(response=True, answers=[one] * MAX_RECORDS))
    more = data[:6] + (MAX_RECORDS + 900).to_bytes(2, "big") + data[8:] + b"\xff" * 900
    assert len(decode_packet(more).answers) == MAX_RECORDS
    asked = encode_packet(Packet(response=False, questions=[Question((b"a",), PTR)] * MAX_RECORDS))
    many = asked[:4] + b"\xff\xff" + asked[6:8] + b"\xff\xff" + asked[10:]
    assert decode_packet(many).answers == []


def test_a_packet_has_a_longest_length():
    with pytest.raises(TooLarge):
        decode_packet(bytes(MAX_PACKET + 1))
    with pytest.raises(TooLarge):
        encode_packet(Packet(response=True, answers=[Record((), TXT, 1, bytes(MAX_PACKET))]))


@pytest.mark.parametrize("flags", [0x0800, 0x2800, 0x0001, 0x8003])
def test_other_operations_and_errors_are_not_read(flags):
    with pytest.raises(BadShape):
        decode_packet(bytes(2) + flags.to_bytes(2, "big") + bytes(8))


def test_records_of_other_classes_are_left_out():
    data = bytearray(encode_packet(Packet(response=True, answers=[Record((), SRV, 9, b"xyz")])))
    data[16] = 3
    assert decode_packet(bytes(data)).answers == []


@given(st.lists(st.binary(max_size=255), min_size=1, max_size=8))
def test_texts_are_read_as_they_were_written(texts):
    assert read_texts(encode_texts(texts)) == texts


def test_texts_that_are_too_long_or_cut_off_are_refused():
    with pytest.raises(TooLarge):
        encode_texts([bytes(256)])
    with pytest.raises(BadShape):
        read_texts(b"\x05abc")
    assert encode_texts([]) == b"\x00"
