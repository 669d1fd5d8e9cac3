"""The arithmetic of chance, against plain floating point."""

from __future__ import annotations

from itertools import pairwise
from math import log2

from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.coordination.significance import companies, log2_milli, surprise
from sayso_protocol.limits import (
    COINCIDENCE_MILLIBITS,
    CROWD_ACCOUNTS,
    IN_STEP_MS,
    KINSHIP_MILLIBITS,
)

counts = st.integers(1, 10**6)
lags = st.lists(st.integers(0, IN_STEP_MS), max_size=100).map(sorted)


@given(st.integers(1, 2**80))
def test_logarithms_are_close_and_never_too_large(number: int) -> None:
    assert -88 <= log2_milli(number) - 1000 * log2(number) <= 1


@given(counts, counts, counts, counts)
def test_surprise_is_the_logarithm_of_what_was_to_be_expected(
    own: int, other: int, everybody: int, company: int
) -> None:
    expected = own * other / everybody * company / IN_STEP_MS
    wanted = -1000 * log2(expected) - KINSHIP_MILLIBITS
    got = surprise(own=own, other=other, everybody=everybody, company=company)
    assert abs(got - max(0, min(wanted, COINCIDENCE_MILLIBITS))) <= 180


@given(lags)
def test_company_is_what_the_definition_says(lags: list[int]) -> None:
    for nearer, (lag, company) in enumerate(zip(lags, companies(lags), strict=True)):
        span = max(lag, 1)
        crowds = [
            others * IN_STEP_MS // max(further, 1) * span
            for others, further in enumerate(lags)
            if others > nearer and others + 1 >= CROWD_ACCOUNTS
        ]
        even = (len(lags) + 1) * span
        assert company == max(even, nearer * IN_STEP_MS, *crowds, 0)


@given(lags)
def test_who_is_nearer_has_less_company(lags: list[int]) -> None:
    assert all(nearer <= further for nearer, further in pairwise(companies(lags)))
