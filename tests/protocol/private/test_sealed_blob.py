"""A sealed file opens as it was sealed, and in no other order, length or place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.blob.blob_limits import LEAF_SIZE, MAX_BLOB
from sayso_protocol.blob.cid import DAG_PB, RAW
from sayso_protocol.errors import BadShape, BadSignature
from sayso_protocol.private.ratchet import TAG_SIZE
from sayso_protocol.private.sealed_blob import (
    CHUNK_SIZE,
    MAX_FILE,
    SealedBlobReader,
    check_sealed_cid,
    chunk_count,
    seal_chunk,
    sealed_size,
)

KEY = bytes(range(32))
SIZES = [1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE, 2 * CHUNK_SIZE + 7]


def plain(size: int) -> bytes:
    return bytes(range(251)) * (size // 251) + bytes(range(size % 251))


def chunks(data: bytes) -> list[bytes]:
    parts = [data[at : at + CHUNK_SIZE] for at in range(0, len(data), CHUNK_SIZE)]
    return [
        seal_chunk(KEY, number, part, is_last=number == len(parts) - 1)
        for number, part in enumerate(parts)
    ]


def opened(sealed: bytes, size: int, key: bytes = KEY) -> bytes:
    reader = SealedBlobReader(key, size)
    found = reader.feed(sealed)
    reader.finish()
    return found


@pytest.mark.parametrize("size", SIZES)
def test_it_opens_as_it_was_sealed(size: int) -> None:
    data = plain(size)
    parts = chunks(data)
    sealed = b"".join(parts)
    assert len(parts) == chunk_count(size) and len(sealed) == sealed_size(size)
    assert all(len(part) == LEAF_SIZE for part in parts[:-1]), "a chunk is as long as a leaf"
    assert data[:64] not in sealed or size < 8
    assert opened(sealed, size) == data


@given(st.sampled_from(SIZES), st.integers(1, 2 * LEAF_SIZE))
def test_it_opens_in_pieces_of_any_length_and_gives_nothing_too_early(size: int, step: int) -> None:
    step = max(step, 1000)
    data, sealed = plain(size), b"".join(chunks(plain(size)))
    reader, found = SealedBlobReader(KEY, size), b""
    for at in range(0, len(sealed), step):
        found += reader.feed(sealed[at : at + step])
        assert data.startswith(found)
    reader.finish()
    assert found == data


@given(st.data())
def test_no_bit_can_be_changed(draw: st.DataObject) -> None:
    data = plain(CHUNK_SIZE + 100)
    sealed = bytearray(b"".join(chunks(data)))
    sealed[draw.draw(st.integers(0, len(sealed) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    with pytest.raises(BadSignature):
        opened(bytes(sealed), len(data))


def test_no_chunk_can_be_moved_left_out_doubled_or_added() -> None:
    size = 3 * CHUNK_SIZE
    first, second, last = chunks(plain(size))
    others = [
        ([second, first, last], size),
        ([first, last], 2 * CHUNK_SIZE),
        ([first, second], 2 * CHUNK_SIZE),
        ([first, second, last], 2 * CHUNK_SIZE),
        ([first, first, last], size),
        ([first, second, last, last], 4 * CHUNK_SIZE),
        ([first, second, last, b"x"], size),
        ([first, second], size),
        ([first, second, last[:-1]], size),
        ([], size),
    ]
    for parts, length in others:
        with pytest.raises(BadSignature):
            opened(b"".join(parts), length)
    with pytest.raises(BadSignature):
        opened(b"".join([first, second, last]), size, bytes(32))


def test_a_name_tells_whether_it_is_one_leaf() -> None:
    for size, head in ((1, RAW), (CHUNK_SIZE, RAW), (CHUNK_SIZE + 1, DAG_PB)):
        assert check_sealed_cid(head + bytes(32), size)
        with pytest.raises(BadShape):
            check_sealed_cid((RAW if head is DAG_PB else DAG_PB) + bytes(32), size)


def test_the_longest_file_is_as_long_as_a_blob_may_be() -> None:
    assert sealed_size(MAX_FILE) == MAX_BLOB and TAG_SIZE == 16
