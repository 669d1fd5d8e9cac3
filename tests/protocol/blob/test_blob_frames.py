"""Frames of the exchange of blobs, and the side that is asked."""

from __future__ import annotations

import msgpack
import pytest

from sayso_protocol.array_frames import LENGTH_SIZE
from sayso_protocol.blob.blob_answerer import BlobAnswerer, Job
from sayso_protocol.blob.blob_frames import (
    MAX_BLOB_FRAME,
    Ask,
    Blocks,
    Cancel,
    Have,
    Leaf,
    Miss,
    blob_frame_length,
    decode_blob_frame,
    encode_blob_frame,
)
from sayso_protocol.blob.blob_limits import LEAF_SIZE, MAX_NODE
from sayso_protocol.blob.cid import RAW
from sayso_protocol.blob.exchange_limits import MAX_BLOCKS, MAX_HAVE_RANGES, MAX_OPEN_LEAVES
from sayso_protocol.errors import BadShape, ProtocolViolation, Refused, TooLarge

ROOT = RAW + bytes(32)
FRAMES = [
    Ask(1, ROOT, 0, 0),
    Ask(2**32 - 1, ROOT, 16384, MAX_OPEN_LEAVES),
    Blocks(3, (b"a", bytes(MAX_NODE))),
    Blocks(3, (bytes(MAX_NODE),) * MAX_BLOCKS),
    Leaf(4, 7, bytes(LEAF_SIZE)),
    Miss(5, 1),
    Cancel((1, 2)),
    Have(ROOT, ((0, 3), (5, 5))),
    Have(ROOT, tuple((2 * n, 2 * n) for n in range(MAX_HAVE_RANGES))),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_what_is_written_is_read(frame):
    data = encode_blob_frame(frame)
    assert blob_frame_length(data[:LENGTH_SIZE]) == len(data) - LENGTH_SIZE
    assert decode_blob_frame(data[LENGTH_SIZE:]) == frame


BROKEN = {
    "no array": {},
    "empty": [],
    "unknown type": [6, 1],
    "type as text": ["0", 1, ROOT, 0, 0],
    "field missing": [0, 1, ROOT, 0],
    "field more": [3, 1, 0, 0],
    "negative number": [3, -1, 0],
    "number too high": [3, 2**32, 0],
    "true as number": [3, True, 0],
    "name of another form": [0, 1, bytes(36), 0, 0],
    "more leaves than may be open": [0, 1, ROOT, 0, MAX_OPEN_LEAVES + 1],
    "leaf beyond the largest blob": [0, 1, ROOT, 16385, 1],
    "blocks as one": [1, 1, b"block"],
    "empty block": [1, 1, [b""]],
    "block too large": [1, 1, [bytes(MAX_NODE + 1)]],
    "too many blocks": [1, 1, [b"x"] * (MAX_BLOCKS + 1)],
    "empty leaf": [2, 1, 0, b""],
    "leaf too large": [2, 1, 0, bytes(LEAF_SIZE + 1)],
    "leaf as text": [2, 1, 0, "leaf"],
    "reason too high": [3, 1, 256],
    "too many cancelled": [4, list(range(65))],
    "range backwards": [5, ROOT, [[3, 2]]],
    "ranges out of order": [5, ROOT, [[3, 4], [1, 2]]],
    "ranges that touch one leaf": [5, ROOT, [[1, 2], [2, 3]]],
    "range of three": [5, ROOT, [[1, 2, 3]]],
    "too many ranges": [5, ROOT, [[2 * n, 2 * n] for n in range(MAX_HAVE_RANGES + 1)]],
}


@pytest.mark.parametrize("fields", BROKEN.values(), ids=BROKEN)
def test_broken_frames_are_refused(fields):
    with pytest.raises(Refused):
        decode_blob_frame(msgpack.packb(fields))


@pytest.mark.parametrize("data", [b"", b"\xff", b"\x93\x03\x01", b"\x93\x03\x01\x00\x00"])
def test_what_is_no_array_of_its_length_is_refused(data):
    with pytest.raises(Refused):
        decode_blob_frame(data)


def test_lengths_out_of_bounds_are_refused_before_room_is_made():
    with pytest.raises(TooLarge):
        blob_frame_length((MAX_BLOB_FRAME + 1).to_bytes(4, "big"))
    with pytest.raises(BadShape):
        blob_frame_length(bytes(4))
    assert MAX_BLOB_FRAME >= LEAF_SIZE + 64


# --- the side that is asked

ANSWERS = [Leaf(1, 0, b"x"), Blocks(1, (b"x",)), Miss(1, 0), Have(ROOT, ())]


def asked(*frames) -> BlobAnswerer:
    answerer = BlobAnswerer()
    for frame in frames:
        answerer.receive(frame)
    return answerer


def jobs(answerer: BlobAnswerer) -> list[Job]:
    found = []
    while (job := answerer.take()) is not None:
        found.append(job)
    return found


def test_answers_come_in_the_order_of_the_asks():
    answerer = asked(Ask(1, ROOT, 2, 2), Ask(2, ROOT, 5, 0), Ask(9, ROOT, 0, 1))
    assert jobs(answerer) == [
        Job(1, ROOT, 2), Job(1, ROOT, 3), Job(2, ROOT, None, 5), Job(9, ROOT, 0),
    ]  # fmt: skip


def test_what_is_cancelled_or_dropped_is_not_answered():
    answerer = asked(Ask(1, ROOT, 0, 3), Ask(2, ROOT, 9, 1), Ask(3, ROOT, 4, 2), Cancel((1, 77)))
    answerer.drop(3)
    assert jobs(answerer) == [Job(2, ROOT, 9)]


def test_more_than_may_be_open_is_a_violation():
    answerer = asked(Ask(1, ROOT, 0, MAX_OPEN_LEAVES))
    with pytest.raises(ProtocolViolation):
        answerer.receive(Ask(2, ROOT, 0, 0))
    answerer.take()
    answerer.receive(Ask(3, ROOT, 0, 0))
    assert len(answerer) == MAX_OPEN_LEAVES


@pytest.mark.parametrize("frame", [Ask(1, ROOT, 0, 1), Ask(0, ROOT, 0, 1)], ids=["same", "lower"])
def test_a_number_is_used_once(frame):
    with pytest.raises(ProtocolViolation):
        asked(Ask(1, ROOT, 0, 1), frame)


@pytest.mark.parametrize(
    "frame", [Leaf(1, 0, b"x"), Blocks(1, (b"x",)), Miss(1, 0), Have(ROOT, ())]
)
def test_answers_from_the_side_that_asks_are_a_violation(frame):
    with pytest.raises(ProtocolViolation):
        asked(frame)
