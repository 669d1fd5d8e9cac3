"""Frames that are not as they should be: one exception for each rule, at its very limit."""

from __future__ import annotations

import msgpack
import pytest

from sayso_protocol.codec import pack_array
from sayso_protocol.errors import (
    BadSequence,
    BadShape,
    ProtocolViolation,
    TooLarge,
)
from sayso_protocol.limits import (
    MAX_BODY,
    MAX_FEEDS_A_HAVE,
    MAX_FORK,
    MAX_GRANT,
    MAX_OPEN_REQUESTS,
    MAX_RANGES,
    MAX_REASON,
    MAX_RUN_ENTRIES,
    MAX_SEQ,
    MAX_SOFTWARE,
    MAX_STATEMENT,
    MAX_STATEMENTS_A_FRAME,
    MAX_WANTS_A_FRAME,
)
from sayso_protocol.sync.wire.frame_codec import decode_frame

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
        [4, [[1, ID, 3, 2]]],
        [4, [[1, bytes(31), 1, 2]]],
        entries(feed=bytes(33)),
        entries(previous=b""),
        entries(times=[5, -1]),
        entries(times=[5, 1.5]),
        entries(times=5),
        entries(bodies=[b"a", "b"]),
        entries(bodies=[b"a", [1, bytes(31)]]),
        entries(bodies=[b"a", [20000, ID]]),
        entries(signatures=SIGNATURE),
        entries(signatures="x" * 128),
        [6, [0]],
        [7, [[ID]]],
        [7, [[ID, 1, bytes(15)]]],
        [14, b""],
        [14, [1]],
        [8, 1],
        [9, "code"],
        [9, 1, ""],
        [9, "x" * 257, ""],
    ],
)
def test_a_frame_of_wrong_shape_is_refused(items) -> None:
    with pytest.raises(BadShape):
        decode_frame(msgpack.packb(items))


@pytest.mark.parametrize(
    "items",
    [
        [4, [[1, ID, 0, 2]]],
        [4, [[1, ID, 1, 0]]],
        [4, [[1, ID, 1, MAX_SEQ + 1]]],
        [3, [[b"", [[0, 1]]]], False],
        entries(first=0),
        entries(first=True),
        [7, [[ID, 0]]],
        [7, [[ID, MAX_SEQ + 1]]],
    ],
)
def test_a_number_of_no_entry_is_refused(items) -> None:
    with pytest.raises(BadSequence):
        decode_frame(msgpack.packb(items))


LISTS = {
    "ranges asked for": (lambda n: [4, [[1, ID, 1, 2]] * n], MAX_OPEN_REQUESTS),
    "answers missed": (lambda n: [6, [1] * n], MAX_OPEN_REQUESTS),
    "interest": (lambda n: [1, 1, bytes(8 * n), False, bytes(16)], MAX_WANTS_A_FRAME),
    "interest lost": (lambda n: [2, 1, bytes(8 * n), bytes(16)], MAX_WANTS_A_FRAME),
    "feeds to announce": (lambda n: [12, bytes(32 * n)], MAX_FEEDS_A_HAVE),
    "feeds to push": (lambda n: [13, bytes(32 * n)], MAX_FEEDS_A_HAVE),
    "feeds offered": (lambda n: [3, [[b"", []]] * n, False], MAX_FEEDS_A_HAVE),
    "heights": (lambda n: [7, [[ID, 1]] * n], MAX_FEEDS_A_HAVE),
    "statements": (lambda n: [14, [b""] * n], MAX_STATEMENTS_A_FRAME),
    "bytes of a statement": (lambda n: [14, [bytes(n)]], max(MAX_STATEMENT, MAX_FORK)),
    "stretches": (
        lambda n: [3, [[b"", [[at, at] for at in range(1, 2 * n, 2)]]], False],
        MAX_RANGES,
    ),
    "entries": (
        lambda n: entries(times=[0] * n, bodies=[b""] * n, signatures=SIGNATURE * n),
        MAX_RUN_ENTRIES,
    ),
}


@pytest.mark.parametrize("what", LISTS)
def test_a_list_may_be_as_long_as_its_limit_and_no_longer(what: str) -> None:
    make, most = LISTS[what]
    assert decode_frame(pack_array(make(most)))
    with pytest.raises(TooLarge):
        decode_frame(pack_array(make(most + 1)))


@pytest.mark.parametrize(
    ("make", "most"),
    [
        (lambda n: [0, n, "", bytes(16), None], 2**32 - 1),
        (lambda n: [0, 1, "x" * n, bytes(16), None], MAX_SOFTWARE),
        (lambda n: [1, n, b"", False, bytes(16)], 2**32 - 1),
        (lambda n: [2, n, b"", bytes(16)], 2**32 - 1),
        (lambda n: [3, [[bytes(n), []]], False], MAX_GRANT),
        (lambda n: [4, [[n, ID, 1, 2]]], 2**32 - 1),
        (lambda n: entries(number=n), 2**32 - 1),
        (lambda n: entries(times=[n, 0]), 2**63 - 1),
        (lambda n: entries(bodies=[b"", [n, ID]]), MAX_BODY),
        (lambda n: [6, [n]], 2**32 - 1),
        (lambda n: [9, "x" * n, ""], MAX_REASON),
        (lambda n: [9, "", "x" * n], MAX_REASON),
        (lambda n: [10, n, bytes(8)], 2**63 - 1),
    ],
)
def test_a_field_may_be_as_large_as_its_limit_and_no_larger(make, most: int) -> None:
    assert decode_frame(pack_array(make(most)))
    with pytest.raises(BadShape):
        decode_frame(pack_array(make(most + 1)))


@pytest.mark.parametrize(
    "items",
    [
        [0, 0, "", bytes(16), None],
        [1, 0, b"", False, bytes(16)],
        [2, 0, b"", bytes(16)],
        [4, [[1, ID, 1, 1]]],
        [3, [[b"", [[1, 5], [6, 6]]]], False],
        [10, 0, bytes(8)],
        entries(number=0),
        entries(times=[0, 0]),
        entries(bodies=[b"", [0, ID]]),
    ],
)
def test_the_least_that_a_field_may_be_is_read(items) -> None:
    assert decode_frame(pack_array(items))


@pytest.mark.parametrize(
    "items", [entries(bodies=[b"a", b"b", b"c"]), [7, [[ID, 1, bytes(16), 1]]]]
)
def test_one_item_too_many_is_too_large(items) -> None:
    with pytest.raises(TooLarge):
        decode_frame(pack_array(items))


def test_a_run_has_an_entry() -> None:
    with pytest.raises(BadShape):
        decode_frame(pack_array(entries(times=[], bodies=[], signatures=b"")))


@pytest.mark.parametrize("items", [[15], [99], [-1], [True, 1], ["0"], [None]])
def test_an_unknown_type_is_a_violation(items) -> None:
    with pytest.raises(ProtocolViolation):
        decode_frame(pack_array(items))


def test_another_number_of_fields_is_a_bad_shape() -> None:
    with pytest.raises(BadShape):
        decode_frame(pack_array([8, 8]))
    with pytest.raises(BadShape):
        decode_frame(pack_array([10, 1]))
