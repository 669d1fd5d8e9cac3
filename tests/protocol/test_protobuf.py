"""Protobuf messages, held against Google's own library."""

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.errors import BadShape, Refused, TooLarge
from sayso_protocol.protobuf import (
    MAX_FIELDS,
    ProtobufMessage,
    decode_varint,
    encode,
    encode_fixed64,
    encode_varint,
)

F = descriptor_pb2.FieldDescriptorProto


def _make_message() -> type:
    file = descriptor_pb2.FileDescriptorProto(name="probe.proto", package="probe", syntax="proto2")
    message = file.message_type.add(name="Probe")
    message.field.add(name="number", number=1, type=F.TYPE_UINT64, label=F.LABEL_OPTIONAL)
    message.field.add(name="data", number=2, type=F.TYPE_BYTES, label=F.LABEL_OPTIONAL)
    message.field.add(name="several", number=3, type=F.TYPE_BYTES, label=F.LABEL_REPEATED)
    message.field.add(name="text", number=4, type=F.TYPE_STRING, label=F.LABEL_OPTIONAL)
    message.field.add(name="nonce", number=200, type=F.TYPE_FIXED64, label=F.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("probe.Probe"))


Probe = _make_message()
numbers = st.integers(0, 2**64 - 1)


@given(numbers, st.binary(max_size=300), st.lists(st.binary(max_size=5)), st.text(), numbers)
def test_the_library_reads_what_is_written_here_and_the_other_way(
    number: int, data: bytes, several: list[bytes], text: str, nonce: int
) -> None:
    written = encode((1, number), (2, data), (3, several), (4, text)) + encode_fixed64(200, nonce)
    theirs = Probe(number=number, data=data, several=several, text=text, nonce=nonce)
    assert written == theirs.SerializeToString()
    read = ProtobufMessage(theirs.SerializeToString())
    assert (read.number(1), read.data(2), read.all_data(3)) == (number, data, several)
    assert (read.text(4), read.fixed64(200)) == (text, nonce)


def test_what_is_left_out_has_its_default() -> None:
    read = ProtobufMessage(encode((1, None), (3, [])))
    assert (read.number(1, 7), read.data(2), read.all_data(3), read.text(4)) == (7, b"", [], "")
    assert (read.fixed64(200, 5), read.has(1)) == (5, False)


def test_of_a_repeated_field_the_last_value_counts() -> None:
    assert ProtobufMessage(encode((1, 4), (1, 5))).number(1) == 5
    assert ProtobufMessage(encode((2, [b"a", b"b"]))).data(2) == b"b"


@pytest.mark.parametrize("field", [1, 4])
def test_a_field_of_another_type_is_refused(field: int) -> None:
    read = ProtobufMessage(encode((1, 4), (4, b"\xff")))
    with pytest.raises(BadShape):
        read.text(field)
    with pytest.raises(BadShape):
        ProtobufMessage(encode((1, b"x"))).number(1)
    with pytest.raises(BadShape):
        ProtobufMessage(encode((1, b"x"))).fixed64(1)
    with pytest.raises(BadShape):
        ProtobufMessage(encode((1, 3), (1, b"x"))).all_data(1)


@pytest.mark.parametrize(
    "data",
    [
        b"\x08", b"\x0a\x05abc", b"\x09\x01", b"\x0d\x01", b"\x0b", b"\x00\x00", b"\xff" * 11,
        b"\x08" + b"\xff" * 9 + b"\x02", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    ],
)  # fmt: skip
def test_broken_messages_are_refused(data: bytes) -> None:
    with pytest.raises(BadShape):
        ProtobufMessage(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        ProtobufMessage(data)
    except Refused:
        return


def test_fields_without_end_are_refused() -> None:
    ProtobufMessage(b"\x08\x01" * MAX_FIELDS)
    with pytest.raises(TooLarge):
        ProtobufMessage(b"\x08\x01" * (MAX_FIELDS + 1))


@given(numbers, st.binary(max_size=9))
def test_a_varint_is_read_where_it_stands(number: int, before: bytes) -> None:
    data = before + encode_varint(number) + b"\x05"
    assert decode_varint(data, len(before)) == (number, len(data) - 1)
    with pytest.raises(ValueError, match="64 bits"):
        encode_varint(2**64 + number)
