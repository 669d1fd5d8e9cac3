"""Sizes as a person reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_cli.render.amount import size_text, written_amount

FACTORS = {"byte": 1, "bytes": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (2478, "2.5 kB"),
        (9949, "9.9 kB"),
        (9950, "10 kB"),
        (417_792, "418 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (3_153_728, "3.2 MB"),
        (10**15, "1000 TB"),
    ],
)
def test_a_size_in_words(size: int, words: str) -> None:
    assert size_text(size) == words


@given(st.integers(0, 10**15))
def test_a_size_in_words_is_that_size(size: int) -> None:
    number, unit = size_text(size).split()
    assert float(number) * FACTORS[unit] == pytest.approx(size, rel=0.05)
    assert len(number) <= 4


def test_how_much_is_in_a_file() -> None:
    assert written_amount(1, 1, 1) == "1 entry of 1 feed, 1 byte, in"
    assert written_amount(2, 3, 45_678) == "2 entries of 3 feeds, 46 kB, in"
