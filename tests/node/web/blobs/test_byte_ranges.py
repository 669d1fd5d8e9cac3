"""Byte ranges, against the examples of RFC 9110, section 14.1.2, and a plain definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.web.blobs.byte_ranges import (
    MAX_RANGES,
    ByteRange,
    NotSatisfiable,
    parse_ranges,
)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("bytes=0-499", [(0, 500)]),
        ("bytes=500-999", [(500, 1000)]),
        ("bytes=-500", [(9500, 10000)]),
        ("bytes=9500-", [(9500, 10000)]),
        ("bytes=0-0,-1", [(0, 1), (9999, 10000)]),
        ("bytes= 0-999, 4500-5499, -1000", [(0, 1000), (4500, 5500), (9000, 10000)]),
        ("bytes=0-99999", [(0, 10000)]),
        ("bytes=-99999", [(0, 10000)]),
        ("BYTES=1-1", [(1, 2)]),
        ("bytes=20000-,5-5", [(5, 6)]),
    ],
)
def test_ranges_are_read(header: str, found: list[tuple[int, int]]) -> None:
    assert parse_ranges(header, 10000) == [ByteRange(*one) for one in found]


@pytest.mark.parametrize(
    "header",
    [
        None, "", "bytes", "bytes=", "bytes=-", "bytes=5-1", "bytes=a-b", "items=0-1", "bytes=0",
        "bytes=1-2-3", "bytes=\u0661-\u0662", "bytes=+1-2", "bytes=1" + "0" * 30 + "-",
        "bytes=" + ",".join(["0-0"] * (MAX_RANGES + 1)), "bytes=0-,0-", "bytes=0-" + " " * 2000,
    ],
)  # fmt: skip
def test_all_is_sent_for_what_is_no_range_or_too_much(header: str | None) -> None:
    assert parse_ranges(header, 10000) is None


@pytest.mark.parametrize("header", ["bytes=10000-", "bytes=10000-10001,20000-", "bytes=-0"])
def test_ranges_behind_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(NotSatisfiable):
        parse_ranges(header, 10000)


@given(st.text("0123456789-, =bytes", max_size=40), st.integers(1, 200))
def test_whatever_is_asked_for_stays_within_the_blob(specs: str, whole: int) -> None:
    try:
        found = parse_ranges("bytes=" + specs, whole)
    except NotSatisfiable:
        return
    if found is not None:
        assert found
        assert all(0 <= one.start < one.end <= whole for one in found)
        assert sum(one.size for one in found) <= whole
