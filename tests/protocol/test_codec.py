"""The canonical encoding: one value, one form, and nothing else gets through."""

import time
import tracemalloc

import msgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.codec import array_packer, decode, encode, pack_array, unpack
from sayso_protocol.errors import BadShape, NotCanonical, Refused
from sayso_protocol.limits import MAX_DEPTH, MAX_ITEMS

from .strategies import integers, values

# Pieces of msgpack: heads of every type beside short fillings, so that arbitrary strings
# of them are often nearly right.
_PIECES = [bytes([n]) for n in range(256)] + [
    b"\x00\x00",
    b"\x00\x00\x00\x01",
    b"\xff\xff\xff\xff",
    b"\xa1a",
    b"\xa1b",
    b"\xc4\x01x",
    b"\x81\xa1a\xc0",
    b"\x92\x01\xc3",
]
nearly_msgpack = st.lists(st.sampled_from(_PIECES), max_size=8).map(b"".join)


def refuses_or_repeats(data: bytes) -> None:
    try:
        value = decode(data)
    except Refused:
        return
    assert encode(value) == data


@given(values)
def test_every_value_comes_back_as_it_was_with_its_types(value):
    assert exactly(decode(encode(value))) == exactly(value)


def exactly(value):
    """A value with its types, since True == 1 in Python."""
    if isinstance(value, list):
        return [exactly(item) for item in value]
    if isinstance(value, dict):
        return {key: exactly(item) for key, item in value.items()}
    return type(value), value


@given(values)
def test_what_is_written_is_msgpack_that_others_read(value):
    assert msgpack.unpackb(encode(value), strict_map_key=False) == value


@given(st.dictionaries(st.text(max_size=6), st.integers(0, 9), max_size=6), st.randoms())
def test_the_order_in_which_a_map_was_filled_does_not_show(value, chance):
    items = list(value.items())
    chance.shuffle(items)
    assert encode(dict(items)) == encode(value)


def test_map_keys_are_in_the_order_of_their_utf8_bytes():
    keys = ["", "B", "a", "aa", "b", "\u00e9", "\uffee", "\U0001f600"]
    assert list(decode(encode(dict.fromkeys(reversed(keys))))) == keys


@given(st.binary(max_size=64) | nearly_msgpack)
@examples(2000)
@example(b"")
def test_arbitrary_bytes_are_refused_or_are_the_one_encoding(data):
    refuses_or_repeats(data)


@given(values, st.data())
@examples(300)
def test_changed_encodings_are_refused_or_are_the_one_encoding(value, data):
    changed = bytearray(encode(value))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place : place + data.draw(st.integers(0, 2))] = data.draw(nearly_msgpack)
    refuses_or_repeats(bytes(changed))


def test_all_one_and_two_byte_inputs_are_refused_or_are_the_one_encoding():
    for first in range(256):
        refuses_or_repeats(bytes([first]))
        for second in range(256):
            refuses_or_repeats(bytes([first, second]))


SAMPLE = {
    "array": [None, True, False, 0, -1, 2**64 - 1, -(2**63)],
    "bytes": b"x" * 300,
    "text": "\u00e9" * 40,
}


def test_missing_bytes_are_refused_at_every_offset():
    data = encode(SAMPLE)
    for length in range(len(data)):
        with pytest.raises(NotCanonical):
            decode(data[:length])


@pytest.mark.parametrize("extra", [b"\x00", b"\xc0", b"\xc1", b"\x80" * 9, b"\xff"])
def test_trailing_bytes_are_refused(extra):
    with pytest.raises(NotCanonical):
        decode(encode(SAMPLE) + extra)


@given(values)
def test_a_view_of_bytes_reads_as_the_bytes_do(value):
    data = encode(value)
    assert decode(memoryview(b"ab" + data)[2:]) == value


def nested(depth: int) -> bytes:
    return b"\x91" * depth + b"\xc0"


def test_nesting_at_the_limit_is_read_and_one_deeper_refused():
    assert encode(decode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    maps = b"\x81\xa1k" * MAX_DEPTH + b"\xc0"
    assert encode(decode(maps)) == maps
    with pytest.raises(BadShape):
        decode(nested(MAX_DEPTH + 1))
    with pytest.raises(BadShape):
        decode(b"\x81\xa1k" * (MAX_DEPTH + 1) + b"\xc0")


@pytest.mark.parametrize("head", [b"\x91", b"\x81\xa1k", b"\xdd\xff\xff\xff\xff"])
def test_nesting_a_hundred_thousand_deep_is_refused_at_once(head):
    data = head * 100_000 + b"\xc0"
    started = time.process_time()
    with pytest.raises(NotCanonical):
        decode(data)
    assert time.process_time() - started < 0.5


def peak_of_refusal(data: bytes) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(NotCanonical):
            unpack(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("code", ["c6", "c9", "db", "dd", "df"])
def test_a_declared_size_costs_no_memory(code):
    assert peak_of_refusal(bytes.fromhex(code) + b"\xff\xff\xff\xff\x01") < 200_000


def test_nested_arrays_that_each_declare_all_of_the_input_cost_no_memory():
    size = 16 * 1024
    bomb = ((b"\xdd" + (size - 1).to_bytes(4, "big")) * 1000).ljust(size, b"\xc0")
    assert peak_of_refusal(bomb) < 200_000


@pytest.mark.parametrize(
    "value",
    [1.0, {1: 2}, {"a", "b"}, bytearray(b"x"), memoryview(b"x"), object(), 2**64, -(2**63) - 1],
)
def test_a_value_outside_the_model_cannot_be_written(value):
    for shell in (value, [value], {"k": value}):
        with pytest.raises(BadShape):
            encode(shell)


@pytest.mark.parametrize("make", [list, tuple, lambda items: {str(item): item for item in items}])
def test_as_many_items_as_the_limit_are_written_and_one_more_is_not(make):
    assert decode(encode([make(range(MAX_ITEMS))]))
    with pytest.raises(BadShape):
        encode([make(range(MAX_ITEMS + 1))])


@pytest.mark.parametrize("make", [list, lambda items: {f"{item:04}": item for item in items}])
def test_as_many_items_as_the_limit_are_read_and_one_more_is_not(make):
    for items in (make(range(MAX_ITEMS)), [make(range(MAX_ITEMS))]):
        assert decode(msgpack.packb(items)) == items
    for items in (make(range(MAX_ITEMS + 1)), [make(range(MAX_ITEMS + 1))]):
        with pytest.raises(NotCanonical):
            decode(msgpack.packb(items))


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "\udc80"])
def test_lone_surrogates_cannot_be_written(text):
    for value in (text, [text], {text: 1}, {text: 1, "k": 2}, {"k": text}):
        with pytest.raises(BadShape):
            encode(value)


@pytest.mark.parametrize("base", [int, str, bytes, list, dict])
def test_subclasses_cannot_be_written_since_they_may_lie(base):
    with pytest.raises(BadShape):
        encode(type("Sub", (base,), {})())


def test_a_value_nested_too_deep_or_in_itself_cannot_be_written():
    for shell in (lambda value: [value], lambda value: {"k": value}):
        value = None
        for _ in range(MAX_DEPTH):
            value = shell(value)
        assert decode(encode(value)) == value
        with pytest.raises(BadShape):
            encode(shell(value))
    loop: list = []
    loop.append(loop)
    with pytest.raises(BadShape):
        encode(loop)


@given(st.lists(integers | st.binary(max_size=40) | st.none(), max_size=20))
def test_the_fast_path_for_arrays_writes_the_same_bytes(items):
    assert pack_array(items) == pack_array(tuple(items)) == encode(items) == encode(tuple(items))


@given(st.lists(st.lists(integers | st.binary(max_size=40) | st.none(), max_size=9), max_size=9))
def test_one_packer_writes_many_arrays_each_as_alone(arrays):
    pack = array_packer()
    assert [pack(tuple(items)) for items in arrays] == [encode(items) for items in arrays]


def test_the_fast_path_refuses_what_msgpack_cannot_write():
    with pytest.raises(BadShape):
        pack_array([2**64])


def test_frames_may_use_other_forms():
    assert unpack(b"\xcd\x00\x01") == 1
    assert unpack(b"\x82\xa1b\x01\xa1a\x02") == {"a": 2, "b": 1}
    assert unpack(b"\x81\x01\xa1a") == {1: "a"}
    assert unpack(b"\xd6\xff\0\0\0\1") == msgpack.Timestamp(1)
