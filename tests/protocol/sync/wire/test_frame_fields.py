"""Fields of frames: what is read, and the one exception for each rule that is broken."""

from __future__ import annotations

import pytest

from sayso_protocol.errors import BadSequence, BadShape, TooLarge
from sayso_protocol.sync.wire.frame_fields import (
    read_bool,
    read_bytes,
    read_int,
    read_list,
    read_names,
    read_range,
    read_text,
)


def test_names_stand_one_after_the_other() -> None:
    assert read_names(b"", 2, 3) == []
    assert read_names(b"aabbcc", 2, 3) == [b"aa", b"bb", b"cc"]
    with pytest.raises(TooLarge):
        read_names(b"aabbccdd", 2, 3)
    for wrong in (b"aab", "aabb", [b"aa"], None):
        with pytest.raises(BadShape):
            read_names(wrong, 2, 3)


def test_a_range_may_be_of_one_and_does_not_go_back() -> None:
    assert read_range(5, 5) == (5, 5)
    assert read_range(5, 6) == (5, 6)
    with pytest.raises(BadShape):
        read_range(6, 5)
    for first, last in ((0, 5), (1, 0), ("1", 5), (1, None)):
        with pytest.raises(BadSequence):
            read_range(first, last)


def test_a_list_has_at_most_so_many_items_or_just_as_many() -> None:
    assert read_list([], 2) == []
    assert read_list([1, 2], 2) == read_list([1, 2], 2, exactly=True) == [1, 2]
    for exactly in (False, True):
        with pytest.raises(TooLarge):
            read_list([1, 2, 3], 2, exactly=exactly)
        with pytest.raises(BadShape):
            read_list({1: 2}, 2, exactly=exactly)
    assert read_list([1], 2) == [1]
    with pytest.raises(BadShape):
        read_list([1], 2, exactly=True)


def test_bytes_have_just_this_length() -> None:
    assert read_bytes(b"ab", 2) == b"ab"
    for wrong in (b"a", b"abc", "ab", [1, 2], None):
        with pytest.raises(BadShape):
            read_bytes(wrong, 2)


def test_a_number_lies_in_its_range() -> None:
    assert [read_int(one, 3) for one in range(3)] == [0, 1, 2]
    assert read_int(2, 3, 2) == 2
    for wrong in (-1, 3, True, 1.0, "1", None):
        with pytest.raises(BadShape):
            read_int(wrong, 3)
    with pytest.raises(BadShape):
        read_int(1, 3, 2)


def test_what_is_true_or_false_is_nothing_else() -> None:
    assert read_bool(True) is True
    assert read_bool(False) is False
    for wrong in (0, 1, None, "", []):
        with pytest.raises(BadShape):
            read_bool(wrong)


def test_the_length_of_a_text_is_that_of_its_bytes() -> None:
    assert read_text("abc", 3) == "abc"
    assert read_text("a\u00e9", 3) == "a\u00e9"
    for wrong in ("abcd", "ab\u00e9", b"abc", 5, None):
        with pytest.raises(BadShape):
            read_text(wrong, 3)
