"""Frames: every one comes back as it went, and nothing else is read."""

from __future__ import annotations

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.errors import (
    NotCanonical,
    ProtocolViolation,
    Refused,
    TooLarge,
)
from sayso_protocol.feed.run import RawRun
from sayso_protocol.limits import (
    MAX_FRAME,
)
from sayso_protocol.sync.wire.frame_codec import decode_frame, encode_frame, frame_length
from sayso_protocol.sync.wire.frames import (
    SYNC_1,
    SYNC_2,
    SYNC_3,
    Bye,
    Entries,
    Heights,
    Hello,
    Serve,
    Synced,
    height_check,
)

from .frame_strategies import frames, frames_of_3


@given(frames)
def test_what_is_written_is_read_back(frame) -> None:
    data = encode_frame(frame)
    assert frame_length(data[:4]) == len(data) - 4
    assert decode_frame(data[4:]) == frame


@given(frames | frames_of_3)
def test_what_is_written_in_the_third_version_is_read_back(frame) -> None:
    assert decode_frame(encode_frame(frame, SYNC_3)[4:], SYNC_3) == frame


@pytest.mark.parametrize("version", [SYNC_1, SYNC_2])
def test_earlier_versions_have_no_rosters(version: int) -> None:
    hello = Hello(1, "test", bytes(16), None, bytes(16))
    assert decode_frame(encode_frame(hello, version)[4:], version).roster is None
    with pytest.raises(ProtocolViolation):
        decode_frame(encode_frame(Serve(b"x"), SYNC_3)[4:], version)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_or_read(data) -> None:
    try:
        frame = decode_frame(data)
    except Refused:
        return
    assert decode_frame(encode_frame(frame)[4:]) == frame


@given(frames, st.data())
def test_a_changed_frame_is_refused_or_read(frame, data) -> None:
    encoded = bytearray(encode_frame(frame)[4:])
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        decode_frame(bytes(encoded))
    except Refused:
        pass


@given(frames, st.data())
def test_a_cut_frame_is_refused(frame, data) -> None:
    encoded = encode_frame(frame)[4:]
    with pytest.raises(NotCanonical):
        decode_frame(encoded[: data.draw(st.integers(0, len(encoded) - 1))])


@pytest.mark.parametrize("length", [0, MAX_FRAME + 1, 2**32 - 1])
def test_a_length_over_the_limit_is_refused_before_anything_is_read(length: int) -> None:
    with pytest.raises(TooLarge):
        frame_length(length.to_bytes(4, "big"))


def test_a_frame_over_the_limit_is_not_written() -> None:
    with pytest.raises(TooLarge):
        encode_frame(Bye("x" * MAX_FRAME, ""))


ID = bytes(32)
SIGNATURE = bytes(64)


def test_heights_without_checks_and_with_some() -> None:
    heights = [(ID, 1), (bytes([1] * 32), 2)]
    assert msgpack.unpackb(encode_frame(Heights(heights))[4:]) == [
        7,
        [[ID, 1], [bytes([1] * 32), 2]],
    ]
    some = Heights(heights, [b"", bytes([2] * 16)])
    assert msgpack.unpackb(encode_frame(some)[4:]) == [
        7,
        [[ID, 1], [bytes([1] * 32), 2, bytes([2] * 16)]],
    ]
    for one in (some, Heights(heights), Heights([])):
        assert decode_frame(encode_frame(one)[4:]) == one
    with pytest.raises(ValueError, match="shorter"):
        encode_frame(Heights(heights, [b""]))


def test_a_check_is_of_the_half_of_a_signature_that_its_writer_cannot_choose() -> None:
    assert height_check(bytes(range(64))) == bytes(range(32, 48))


def test_a_length_is_four_bytes_with_the_high_one_first() -> None:
    assert encode_frame(Synced()) == bytes([0, 0, 0, 2, 0x91, 8])
    assert frame_length(bytes([0, 0, 1, 2])) == 258
    assert frame_length(MAX_FRAME.to_bytes(4, "big")) == MAX_FRAME
    assert frame_length(bytes([0, 0, 0, 1])) == 1


def test_the_longest_frame_is_written() -> None:
    # One byte each for the array and the type, five before the reason, one for no code.
    room = MAX_FRAME - 8
    assert len(encode_frame(Bye("", "x" * room))) == 4 + MAX_FRAME
    with pytest.raises(TooLarge):
        encode_frame(Bye("", "x" * (room + 1)))


def test_a_run_of_one_may_be_compressed() -> None:
    body = b"a" * 4096
    one = RawRun(ID, 1, None, [5], [body], [SIGNATURE])
    data = encode_frame(Entries(0, one))
    assert len(data) < 1000
    assert decode_frame(data[4:]) == Entries(0, one)
