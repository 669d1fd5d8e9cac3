"""Frames: every one comes back as it went, and nothing else is read."""

from __future__ import annotations

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.codec import pack_array
from sayso_protocol.errors import BadShape, NotCanonical, ProtocolViolation, Refused, TooLarge
from sayso_protocol.frames import (
    Again,
    Ask,
    Bye,
    Entries,
    Get,
    Graft,
    Have,
    Heights,
    Hello,
    Mark,
    Miss,
    Offer,
    Prune,
    Resume,
    Say,
    Synced,
    Unwant,
    Want,
    decode_frame,
    encode_frame,
    frame_length,
)
from sayso_protocol.limits import (
    MAX_FRAME,
    MAX_OPEN_REQUESTS,
    MAX_RUN_ENTRIES,
    MAX_SAID_A_FRAME,
    MAX_SEQ,
    MAX_STATEMENT,
)
from sayso_protocol.run import RawRun

hashes = st.binary(min_size=32, max_size=32)
blinds = st.lists(st.binary(min_size=8, max_size=8), max_size=9)
days = st.integers(0, 2**32 - 1)
seqs = st.integers(1, MAX_SEQ)
numbers = st.integers(1, 2**32 - 1)
short = st.text(max_size=16)
sixteen = st.binary(min_size=16, max_size=16)
marks = st.builds(Mark, st.integers(0, 2**63 - 1), st.binary(min_size=8, max_size=8))
resumes = st.builds(Resume, sixteen, marks, sixteen, st.booleans())


@st.composite
def held(draw) -> list[tuple[int, int]]:
    ends = sorted(draw(st.sets(st.integers(1, 10**6), max_size=8)))
    return list(zip(ends[::2], ends[1::2], strict=False))


@st.composite
def runs(draw) -> RawRun:
    count = draw(st.integers(1, 6))
    times = sorted(draw(st.lists(st.integers(0, 2**40), min_size=count, max_size=count)))
    absent = st.tuples(st.integers(1, 16384), hashes)
    bodies = st.lists(st.binary(max_size=40) | absent, min_size=count, max_size=count)
    signature = st.binary(min_size=64, max_size=64)
    return RawRun(
        draw(hashes),
        draw(st.integers(1, MAX_SEQ - 6)),
        draw(st.none() | hashes),
        times,
        draw(bodies),
        draw(st.lists(signature, min_size=count, max_size=count)),
    )


asks = st.builds(
    lambda number, feed, pair: Ask(number, feed, min(pair), max(pair)),
    numbers,
    hashes,
    st.tuples(seqs, seqs),
)
frames = st.one_of(
    st.builds(Hello, days, short, sixteen, st.none() | resumes),
    st.builds(Want, days, blinds, st.booleans(), sixteen),
    st.builds(Unwant, days, blinds, sixteen),
    marks,
    st.just(Again()),
    st.builds(Prune, st.lists(hashes, max_size=4)),
    st.builds(Graft, st.lists(hashes, max_size=4)),
    st.builds(
        Have, st.lists(st.builds(Offer, st.binary(max_size=200), held()), max_size=4), st.booleans()
    ),
    st.builds(Get, st.lists(asks, max_size=4)),
    st.builds(Entries, st.integers(0, 2**32 - 1), runs()),
    st.builds(Miss, st.lists(numbers, max_size=4)),
    st.builds(Heights, st.lists(st.tuples(hashes, seqs), max_size=4)),
    st.lists(st.tuples(hashes, seqs, sixteen), min_size=1, max_size=4).map(
        lambda rows: Heights([(feed, seq) for feed, seq, _ in rows], [c for *_, c in rows])
    ),
    st.just(Synced()),
    st.builds(Bye, short, short),
    st.builds(Say, st.lists(st.binary(max_size=300), max_size=4)),
)


@given(frames)
def test_what_is_written_is_read_back(frame) -> None:
    data = encode_frame(frame)
    assert frame_length(data[:4]) == len(data) - 4
    assert decode_frame(data[4:]) == frame


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


def entries(**change) -> list:
    fields = {
        "number": 1,
        "feed": ID,
        "first": 2,
        "previous": ID,
        "times": [5, 0],
        "bodies": [b"a", b"b"],
        "signatures": SIGNATURE * 2,
    }
    return [5, *(fields | change).values()]


@pytest.mark.parametrize(
    "items",
    [
        [],
        "text",
        [99],
        [-1],
        [True, 1],
        ["0"],
        [0, 1, "x"],
        [0, 1, "x", bytes(15), None],
        [0, -1, "x", bytes(16), None],
        [0, 1, b"x", bytes(16), None],
        [0, 1, "x" * 65, bytes(16), None],
        [0, 1, "x", bytes(16), []],
        [0, 1, "x", bytes(16), [bytes(16), -1, bytes(8), bytes(16), True]],
        [0, 1, "x", bytes(16), [bytes(16), 1, bytes(9), bytes(16), True]],
        [0, 1, "x", bytes(16), [bytes(16), 1, bytes(8), bytes(16), 1]],
        [1, 1, bytes(7), False, bytes(16)],
        [1, 1, bytes(8), 0, bytes(16)],
        [1, True, bytes(8), False, bytes(16)],
        [1, 1, bytes(8), False, bytes(15)],
        [2, 1, bytes(8), bytes(15)],
        [10, -1, bytes(8)],
        [10, 1, bytes(7)],
        [11, 1],
        [12, bytes(31)],
        [13, [ID]],
        [3, [[b"", [[2, 1]]]], False],
        [3, [[b"", [[1, 5], [5, 6]]]], False],
        [3, [[b"", [[5, 6], [1, 2]]]], False],
        [3, [[bytes(513), []]], False],
        [3, [["grant", []]], False],
        [3, [[b""]], False],
        [4, [[0, ID, 1, 2]]],
        [4, [[1, ID, 0, 2]]],
        [4, [[1, ID, 3, 2]]],
        [4, [[1, ID, 1, MAX_SEQ + 1]]],
        [4, [[1, bytes(31), 1, 2]]],
        entries(first=0),
        entries(feed=bytes(33)),
        entries(previous=b""),
        entries(times=[5, -1]),
        entries(times=[5, 1.5]),
        entries(times=5),
        entries(bodies=[b"a", b"b", b"c"]),
        entries(bodies=[b"a", "b"]),
        entries(bodies=[b"a", [1, bytes(31)]]),
        entries(bodies=[b"a", [20000, ID]]),
        entries(signatures=SIGNATURE),
        entries(signatures="x" * 128),
        [6, [0]],
        [7, [[ID, 0]]],
        [7, [[ID]]],
        [7, [[ID, 1, bytes(15)]]],
        [7, [[ID, 1, bytes(16), 1]]],
        [14, b""],
        [14, [1]],
        [14, [b"x" * (MAX_STATEMENT + 1)]],
        [8, 1],
        [9, "code"],
        [9, 1, ""],
        [9, "x" * 257, ""],
    ],
)
def test_a_frame_of_wrong_shape_is_refused(items) -> None:
    with pytest.raises(Refused):
        decode_frame(msgpack.packb(items))


@pytest.mark.parametrize(
    "items",
    [
        [4, [[1, ID, 1, 2]] * (MAX_OPEN_REQUESTS + 1)],
        [6, [1] * (MAX_OPEN_REQUESTS + 1)],
        entries(times=[0] * (MAX_RUN_ENTRIES + 1)),
        [1, 1, bytes(8 * 50_001), False, bytes(16)],
        [12, bytes(32 * 2001)],
        [3, [[b"", []]] * 2001, False],
        [7, [[ID, 1]] * 2001],
        [14, [b""] * (MAX_SAID_A_FRAME + 1)],
    ],
)
def test_a_list_over_its_limit_is_too_large(items) -> None:
    with pytest.raises(TooLarge):
        decode_frame(pack_array(items))


def test_unknown_types_are_violations_and_wrong_counts_bad_shapes() -> None:
    with pytest.raises(ProtocolViolation):
        decode_frame(pack_array([15]))
    with pytest.raises(BadShape):
        decode_frame(pack_array([8, 8]))
