"""Columns of bodies: they come back as they went, and no bomb gets in."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.codec import pack_array
from sayso_protocol.errors import BadShape, Refused, TooLarge
from sayso_protocol.limits import COMPRESS_FROM, MAX_COLUMN
from sayso_protocol.sync.wire.body_column import pack_bodies, unpack_bodies

absent = st.tuples(st.integers(1, 16384), st.binary(min_size=32, max_size=32))
bodies = st.lists(st.binary(max_size=200) | absent, min_size=1, max_size=40)


@given(bodies)
def test_a_column_comes_back_as_it_went(column) -> None:
    plain = [list(body) if isinstance(body, tuple) else body for body in column]
    packed = [list(body) if isinstance(body, tuple) else body for body in pack_bodies(column)]
    assert unpack_bodies(packed) == plain


def test_a_long_column_is_compressed_and_a_short_one_is_not() -> None:
    assert pack_bodies([b"x" * 20]) == [b"x" * 20]
    size, packed = pack_bodies([b"said before " * 5] * 50)
    assert size > COMPRESS_FROM > len(packed)


def test_a_column_is_compressed_from_the_limit_on_and_carries_no_check_sum() -> None:
    """Each body is hashed: a check sum would be four bytes for nothing."""
    body = b"x" * (COMPRESS_FROM - 4)
    assert len(pack_array([body])) == COMPRESS_FROM
    assert pack_bodies([body[1:]]) == [body[1:]]
    size, packed = pack_bodies([body])
    assert size == COMPRESS_FROM
    assert not zstandard.get_frame_parameters(packed).has_checksum


def test_columns_of_several_threads_do_not_mix() -> None:
    """Compressors and decompressors are used again, and by one thread at a time."""
    columns = [[bytes([65 + at]) * 4000] * 30 for at in range(8)]

    def there_and_back(column: list[bytes]) -> bool:
        return all(unpack_bodies(pack_bodies(column)) == column for _ in range(40))

    with ThreadPoolExecutor(len(columns)) as threads:
        assert all(threads.map(there_and_back, columns))


def test_a_decompressor_that_failed_is_used_again() -> None:
    size, packed = pack_bodies([b"said before " * 5] * 50)
    for cut in (packed[:-9], packed[:20], packed + b"x"):
        with pytest.raises(BadShape):
            unpack_bodies([size, cut])
        assert unpack_bodies([size, packed]) == [b"said before " * 5] * 50


def test_what_does_not_shrink_travels_plain() -> None:
    noise = [random.Random(1).randbytes(2000)]
    assert pack_bodies(noise) == noise


def bomb(size: int) -> bytes:
    return zstandard.ZstdCompressor().compress(pack_array([b"\0" * size]))


PLAIN = pack_array([b"body"])
PACKED = zstandard.ZstdCompressor().compress(PLAIN)


def lying(by: int) -> list:
    """A column whose frame says the same wrong size as stands before it."""
    frame = bytearray(PACKED)
    assert frame[5] == len(PLAIN)  # RFC 8878, section 3.1.1.1: Frame_Content_Size
    frame[5] += by
    return [len(PLAIN) + by, bytes(frame)]


SKIPPABLE = bytes.fromhex("502a4d18") + (5).to_bytes(4, "little") + b"\x91\xc4\x02ab"
"""A frame that holds nothing for a decoder (RFC 8878, section 3.1.2)."""


@pytest.mark.parametrize(
    ("column", "refusal"),
    [
        ([MAX_COLUMN + 1, PACKED], TooLarge),
        ([0, PACKED], TooLarge),
        ([-1, PACKED], TooLarge),
        ([len(PLAIN) + 1, PACKED], BadShape),
        ([len(PLAIN) - 1, PACKED], BadShape),
        ([len(PLAIN), PACKED[:-1]], BadShape),
        ([len(PLAIN), PACKED + b"more"], BadShape),
        ([len(PLAIN), b""], BadShape),
        ([len(PLAIN), "text"], BadShape),
        ([len(PLAIN), b"not compressed"], BadShape),
        (lying(by=1), BadShape),
        (lying(by=-1), BadShape),
        ([5, SKIPPABLE], BadShape),
        ([100, bomb(2**26)], BadShape),
        ([MAX_COLUMN, bomb(2**26)], BadShape),
        ([5, zstandard.ZstdCompressor().compress(b"\xc4\x03abc")], BadShape),
        (
            [4, zstandard.ZstdCompressor(write_content_size=False).compress(b"\x91\xc4\x01a")],
            BadShape,
        ),
    ],
)
def test_a_column_that_lies_about_itself_is_refused(column, refusal) -> None:
    with pytest.raises(refusal):
        unpack_bodies(column)


def test_the_longest_column_is_taken() -> None:
    body = bytes(MAX_COLUMN - 6)
    plain = pack_array([body])
    assert len(plain) == MAX_COLUMN
    packed = zstandard.ZstdCompressor().compress(plain)
    assert unpack_bodies([MAX_COLUMN, packed]) == [body]
    with pytest.raises(TooLarge):
        unpack_bodies([MAX_COLUMN + 1, packed])


@given(st.binary(max_size=200), st.integers(0, 300))
def test_arbitrary_bytes_are_refused_or_an_array(data: bytes, size: int) -> None:
    try:
        assert type(unpack_bodies([size, data])) is list
    except Refused:
        pass
