"""Every other form that msgpack has for a value, and every value that sayso has not."""

import pytest

from sayso_protocol.codec import decode, unpack
from sayso_protocol.errors import BadShape, NotCanonical


def head(code: str, length: int, width: int) -> bytes:
    return bytes.fromhex(code) + length.to_bytes(width, "big")


LONG_FORMS = {
    "uint8 of 0": b"\xcc\x00",
    "uint8 of 127": b"\xcc\x7f",
    "uint16 of 255": b"\xcd\x00\xff",
    "uint32 of 65535": b"\xce\x00\x00\xff\xff",
    "uint64 of 2^32-1": b"\xcf\x00\x00\x00\x00\xff\xff\xff\xff",
    "int8 of 5": b"\xd0\x05",
    "int8 of -1": b"\xd0\xff",
    "int8 of -32": b"\xd0\xe0",
    "int16 of 128": b"\xd1\x00\x80",
    "int16 of -128": b"\xd1\xff\x80",
    "int32 of 65536": b"\xd2\x00\x01\x00\x00",
    "int32 of -32768": b"\xd2\xff\xff\x80\x00",
    "int64 of 2^32": b"\xd3\x00\x00\x00\x01\x00\x00\x00\x00",
    "int64 of -2^31": b"\xd3\xff\xff\xff\xff\x80\x00\x00\x00",
    "str8 of 0": head("d9", 0, 1),
    "str8 of 31": head("d9", 31, 1) + b"x" * 31,
    "str16 of 255": head("da", 255, 2) + b"x" * 255,
    "str32 of 65535": head("db", 65535, 4) + b"x" * 65535,
    "bin16 of 255": head("c5", 255, 2) + b"x" * 255,
    "bin32 of 65535": head("c6", 65535, 4) + b"x" * 65535,
    "array16 of 0": head("dc", 0, 2),
    "array16 of 15": head("dc", 15, 2) + b"\xc0" * 15,
    "array32 of 65535": head("dd", 65535, 4) + b"\xc0" * 65535,
    "map16 of 1": head("de", 1, 2) + b"\xa1a\xc0",
    "map32 of 1": head("df", 1, 4) + b"\xa1a\xc0",
}
OTHER_MAPS = {
    "keys out of order": b"\x82\xa1b\xc0\xa1a\xc0",
    "shorter key after longer": b"\x82\xa2aa\xc0\xa1a\xc0",
    "a key twice, one value": b"\x82\xa1a\xc0\xa1a\xc0",
    "a key twice, two values": b"\x82\xa1a\x01\xa1a\x02",
}
OUTSIDE_THE_MODEL = {
    "float32": b"\xca\x3f\x80\x00\x00",
    "float64": b"\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00",
    "float that is whole": b"\xcb" + bytes(8),
    "NaN": b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",
    "infinity": b"\xca\x7f\x80\x00\x00",
    "fixext1": b"\xd4\x01x",
    "fixext2": b"\xd5\x01xx",
    "fixext4": b"\xd6\x01xxxx",
    "fixext8": b"\xd7\x01" + bytes(8),
    "fixext16": b"\xd8\x01" + bytes(16),
    "ext8": b"\xc7\x01\x01x",
    "ext16": b"\xc8\x00\x01\x01x",
    "ext32": b"\xc9\x00\x00\x00\x01\x01x",
    "timestamp32": b"\xd6\xff\x00\x00\x00\x01",
    "timestamp64": b"\xd7\xff" + bytes(8),
    "timestamp96": b"\xc7\x0c\xff" + bytes(12),
    "a number as key": b"\x81\x01\xc0",
    "bytes as key": b"\x81\xc4\x01a\xc0",
    "nil as key": b"\x81\xc0\xc0",
    "a boolean as key": b"\x81\xc3\xc0",
    "one key that is not text": b"\x82\xa1a\xc0\x01\xc0",
}
NOT_MSGPACK = {
    "nothing": b"",
    "the reserved byte": b"\xc1",
    "an array as key": b"\x81\x90\xc0",
    "a map as key": b"\x81\x80\xc0",
    "bad UTF-8": b"\xa1\xff",
    "over-long UTF-8": b"\xa2\xc0\x80",
    "a surrogate": b"\xa3\xed\xa0\x80",
    "UTF-8 past U+10FFFF": b"\xa4\xf4\x90\x80\x80",
    "a timestamp out of range": b"\xd7\xff" + b"\xff" * 8,
}


def inside(table: dict[str, bytes]) -> list:
    """Each case alone, in an array, and as the value of a map."""
    shells = {"": b"", " in an array": b"\x91", " in a map": b"\x81\xa1k"}
    return [
        pytest.param(shell + data, id=name + where)
        for name, data in table.items()
        for where, shell in shells.items()
    ]


@pytest.mark.parametrize("data", inside(LONG_FORMS) + inside(OTHER_MAPS))
def test_another_form_of_a_value_is_refused(data):
    assert unpack(data) is not None, "it is msgpack: only the form is wrong"
    with pytest.raises(NotCanonical):
        decode(data)


@pytest.mark.parametrize("data", inside(OUTSIDE_THE_MODEL))
def test_a_value_outside_the_model_is_refused(data):
    with pytest.raises(BadShape):
        decode(data)


@pytest.mark.parametrize("data", inside(NOT_MSGPACK))
def test_what_is_no_msgpack_is_refused(data):
    with pytest.raises(NotCanonical):
        decode(data)
    with pytest.raises(NotCanonical):
        unpack(data)
